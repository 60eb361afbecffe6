package io.flamekeeper.format.jfr;

import io.flamekeeper.format.RawProfile;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a recording says. The profiles share one symbol table and one stack table; they have no times,
/// which are the upload's.
///
/// @param profileByFamily without the families that have no event
/// @param event           what the profiler sampled by, as it was told: `cpu`, `itimer`, `wall`, …; `""` = not
///     said
/// @param losses          what could not be read, by reason; empty if everything could
public record JfrRecording(
        SortedMap<JfrFamily, RawProfile> profileByFamily, String event, Map<JfrLoss, Long> losses) {
    public JfrRecording {
        profileByFamily = new TreeMap<>(profileByFamily);
        losses = Map.copyOf(losses);
    }
}
