package io.flamekeeper.segment;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/// Which sums a partition gets.
///
/// @param kinds each once; whole types before single series, small buckets before large ones
public record SumPlan(List<Kind> kinds) {
    /// A bucket of fewer rows gets no sum: its rows are as cheap.
    public static final int ROWS_MIN = 4;

    /// A sum with more than one in so many of the pairs of its rows is not worth its bytes, and is left out; its
    /// totals, too, because version 1 has none without pairs: a reader would take them for a bucket without stacks.
    static final int GAIN_MIN = 2;

    public static final long FIVE_MINUTES = Duration.ofMinutes(5).toMillis();
    public static final long HOUR = Duration.ofHours(1).toMillis();
    public static final long DAY = Duration.ofDays(1).toMillis();

    public static final SumPlan NONE = new SumPlan(List.of());

    /// What is added up.
    public enum Scope {
        /// All series of one profile type.
        TYPE(0),
        /// Each series by itself.
        SERIES(1);

        private final int code;

        Scope(int code) {
            this.code = code;
        }

        /// What stands for it in a file.
        int code() {
            return code;
        }
    }

    /// One kind of sums.
    ///
    /// @param bucketMillis buckets are `[n · bucketMillis, (n + 1) · bucketMillis)` since the Unix epoch
    public record Kind(Scope scope, long bucketMillis) {
        public Kind {
            assert bucketMillis > 0 : bucketMillis + " ms";
        }
    }

    public SumPlan {
        kinds =
                kinds.stream()
                        .distinct()
                        .sorted(
                                Comparator.comparing(Kind::scope)
                                        .thenComparingLong(Kind::bucketMillis))
                        .toList();
    }

    /// What segments of the level have.
    public static SumPlan ofLevel(int level) {
        return switch (level) {
            case 0, 1 -> new SumPlan(List.of(new Kind(Scope.TYPE, FIVE_MINUTES)));
            case 2 ->
                    new SumPlan(
                            List.of(
                                    new Kind(Scope.TYPE, FIVE_MINUTES),
                                    new Kind(Scope.TYPE, HOUR),
                                    new Kind(Scope.SERIES, HOUR)));
            default ->
                    new SumPlan(
                            List.of(
                                    new Kind(Scope.TYPE, FIVE_MINUTES),
                                    new Kind(Scope.TYPE, HOUR),
                                    new Kind(Scope.TYPE, DAY),
                                    new Kind(Scope.SERIES, HOUR),
                                    new Kind(Scope.SERIES, DAY)));
        };
    }
}
