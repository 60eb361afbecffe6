package io.flamekeeper.segment;

import io.flamekeeper.model.StringTable;
import java.util.Arrays;
import java.util.Optional;

/// Whether series are in canonical order and each is there once.
final class SeriesCheck {
    private SeriesCheck() {}

    /// The first thing out of order; empty if there is none.
    static Optional<String> fault(StoredSeries series) {
        StringTable strings = series.strings();
        for (int id = 1; id < strings.count(); id++) {
            if (compare(strings, id - 1, id) >= 0) {
                return unordered("string", id);
            }
        }
        for (int type = 1; type < series.types().size(); type++) {
            if (CanonicalSeries.compare(series.types().get(type - 1), series.types().get(type))
                    >= 0) {
                return unordered("type", type);
            }
        }
        int[] names = series.labelNames();
        for (int i = 1; i < names.length; i++) {
            if (names[i - 1] >= names[i]) {
                return unordered("label name", i);
            }
        }
        return seriesFault(series, names);
    }

    private static Optional<String> seriesFault(StoredSeries series, int[] names) {
        var canonical = CanonicalSeries.of(series);
        for (int one = 0; one < series.count(); one++) {
            boolean isAgain =
                    one > 0
                            && series.typeOf(one) == series.typeOf(one - 1)
                            && isSame(series, names, one - 1, one);
            if (isAgain || canonical.original(one) != one) {
                return unordered("series", one);
            }
        }
        return Optional.empty();
    }

    private static boolean isSame(StoredSeries series, int[] names, int left, int right) {
        return Arrays.stream(names)
                .allMatch(name -> series.valueOf(left, name) == series.valueOf(right, name));
    }

    private static Optional<String> unordered(String what, int id) {
        return Optional.of("%s %d (expected: in order, each once)".formatted(what, id));
    }

    private static int compare(StringTable strings, int left, int right) {
        return Arrays.compareUnsigned(
                strings.bytes(),
                strings.start(left),
                strings.start(left) + strings.length(left),
                strings.bytes(),
                strings.start(right),
                strings.start(right) + strings.length(right));
    }
}
