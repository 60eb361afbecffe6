package io.flamekeeper.bench;

import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.SeriesLabels;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// The corpus as the store gets it: decoded, normalised groups of one service.
final class CorpusGroups {
    private static final long START_NANOS = 1_700_000_000_000_000_000L;
    private static final long WINDOW_NANOS = 15_000_000_000L;

    private CorpusGroups() {}

    static List<ProfileGroup> drawn(long seed, int count) throws IOException {
        Labels series =
                SeriesLabels.of(
                        List.of(
                                Map.entry("__name__", "process_cpu"),
                                Map.entry("service_name", "checkout")),
                        IntakeLimits.DEFAULTS);
        var intake = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());
        var random = new SplittableRandom(seed);
        Corpus corpus = Corpus.load();
        List<ProfileGroup> groups = new ArrayList<>(count);
        for (int window = 0; window < count; window++) {
            long timeNanos = START_NANOS + window * WINDOW_NANOS;
            byte[] gzip = corpus.drawn(random, window, timeNanos).gzip().toByteArray();
            groups.add(intake.push(series, gzip));
        }
        return groups;
    }
}
