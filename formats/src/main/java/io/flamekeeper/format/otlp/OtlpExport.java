package io.flamekeeper.format.otlp;

import io.flamekeeper.model.FlamekeeperException;
import java.util.List;
import java.util.Map;

/// What one message says.
///
/// @param profiles those that could be read
/// @param refused  why the others could not, one for each
/// @param losses   what is missing in those that could, by reason
/// @param rows     of all tables together: what a look at all of the dictionary costs
public record OtlpExport(
        List<OtlpProfile> profiles,
        List<FlamekeeperException> refused,
        Map<OtlpLoss, Long> losses,
        int rows) {
    public OtlpExport {
        profiles = List.copyOf(profiles);
        refused = List.copyOf(refused);
        losses = Map.copyOf(losses);
    }
}
