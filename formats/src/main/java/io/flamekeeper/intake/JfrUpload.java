package io.flamekeeper.intake;

import io.flamekeeper.format.jfr.JfrLoss;
import io.flamekeeper.model.ProfileGroup;
import java.util.Map;

/// What was taken of a JFR recording, and what was not.
///
/// @param losses how often something was left out, by reason
public record JfrUpload(ProfileGroup group, Map<JfrLoss, Long> losses) {
    public JfrUpload {
        losses = Map.copyOf(losses);
    }
}
