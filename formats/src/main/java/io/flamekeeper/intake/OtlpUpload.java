package io.flamekeeper.intake;

import io.flamekeeper.format.otlp.OtlpLoss;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import java.util.List;
import java.util.Map;

/// What was taken of one message, and what was not. A profile is taken whole or refused.
///
/// @param parts   one for each service
/// @param empty   profiles in which there is nothing to store
/// @param refused why a profile was not taken, one for each
/// @param losses  how often something was left out of what was taken, by reason
public record OtlpUpload(
        List<Part> parts,
        int empty,
        List<FlamekeeperException> refused,
        Map<OtlpLoss, Long> losses) {
    public OtlpUpload {
        parts = List.copyOf(parts);
        refused = List.copyOf(refused);
        losses = Map.copyOf(losses);
    }

    /// @param profiles how many of the message's profiles the group stands for; one whose samples are of several
    ///     services counts for the first of them only
    public record Part(ProfileGroup group, int profiles) {}

    /// Profiles that the message had.
    public int profiles() {
        return parts.stream().mapToInt(Part::profiles).sum() + empty + refused.size();
    }
}
