package io.flamekeeper.store;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.dictionary.PairCodec;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.segment.HeadSource;
import java.util.Arrays;

/// Rows of one service in order of arrival, their pairs as [PairCodec] writes them: some three bytes a pair
/// instead of twelve, and no object a row. Only grows. For one writer; others see a [View] it has published.
///
/// | column          | shape    | meaning                                                          |
/// |-----------------|----------|------------------------------------------------------------------|
/// | `series`        | `int[n]` | series id                                                        |
/// | `timeNanos`     | `long[n]`| start of sampling, nanoseconds since the Unix epoch              |
/// | `durationNanos` | `long[n]`| how long sampling took                                           |
/// | `period`        | `long[n]`| what elapses between two samples                                 |
/// | `total`         | `long[n]`| sum of the values, saturated                                     |
/// | `pairCount`     | `int[n]` | number of pairs and flags, as [LoggedRow] has them                |
/// | `place`         | `long[n]`| chunk and first byte of the pairs, `chunk << 32 or byte`         |
/// | `chunk`         | `byte[][]` | bytes; a row lies in one chunk                                 |
final class HeadRows {
    private static final int CHUNK_BYTES_MIN = 1 << 10;
    private static final int CHUNK_BYTES_MAX = 1 << 20;

    /// Of a row beside its pairs.
    private static final int ROW_BYTES = 56;

    private int count;
    private int[] series = new int[4];
    private long[] timeNanos = new long[4];
    private long[] durationNanos = new long[4];
    private long[] period = new long[4];
    private long[] total = new long[4];
    private int[] pairCount = new int[4];
    private long[] place = new long[4];
    private byte[][] chunk = new byte[1][];
    private int chunkCount;
    private int used;
    private long chunkBytes;
    private final ByteSink pairs = new ByteSink(1 << 10);

    void add(ProfileRow row) {
        pairs.truncate(0);
        PairCodec.write(row, pairs);
        add(
                new LoggedRow(
                        row.series(),
                        row.timeNanos(),
                        row.durationNanos(),
                        row.period(),
                        row.total(),
                        LoggedRow.pairCountAndFlags(row.pairCount(), LoggedRow.flags(row)),
                        pairs.array(),
                        0,
                        pairs.size()));
    }

    void add(LoggedRow row) {
        if (count == series.length) {
            grow();
        }
        place[count] = put(row.bytes(), row.start(), row.length());
        series[count] = row.series();
        timeNanos[count] = row.timeNanos();
        durationNanos[count] = row.durationNanos();
        period[count] = row.period();
        total[count] = row.total();
        pairCount[count] = row.pairCountAndFlags();
        count++;
    }

    private void grow() {
        series = Arrays.copyOf(series, 2 * count);
        timeNanos = Arrays.copyOf(timeNanos, 2 * count);
        durationNanos = Arrays.copyOf(durationNanos, 2 * count);
        period = Arrays.copyOf(period, 2 * count);
        total = Arrays.copyOf(total, 2 * count);
        pairCount = Arrays.copyOf(pairCount, 2 * count);
        place = Arrays.copyOf(place, 2 * count);
    }

    private long put(byte[] bytes, int start, int length) {
        if (chunkCount == 0 || chunk[chunkCount - 1].length - used < length) {
            long next = Math.clamp(chunkBytes, CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
            if (chunkCount == chunk.length) {
                chunk = Arrays.copyOf(chunk, 2 * chunkCount);
            }
            chunk[chunkCount++] = new byte[(int) Math.max(next, length)];
            chunkBytes += chunk[chunkCount - 1].length;
            used = 0;
        }
        System.arraycopy(bytes, start, chunk[chunkCount - 1], used, length);
        long at = (long) (chunkCount - 1) << Integer.SIZE | used;
        used += length;
        return at;
    }

    /// What it takes in memory, roughly.
    long memoryBytes() {
        return (long) ROW_BYTES * series.length + chunkBytes;
    }

    View view() {
        return new View(
                count, series, timeNanos, durationNanos, period, total, pairCount, place, chunk);
    }

    /// The rows at one moment; of each column the first `count` elements count. Safe for use by many threads.
    record View(
            int count,
            int[] series,
            long[] timeNanos,
            long[] durationNanos,
            long[] period,
            long[] total,
            int[] pairCountAndFlags,
            long[] place,
            byte[][] chunk)
            implements HeadSource.Rows {
        private static final long NANOS_PER_MILLI = 1_000_000;

        long timeMillis(int row) {
            return Math.floorDiv(timeNanos[row], NANOS_PER_MILLI);
        }

        int pairCount(int row) {
            return LoggedRow.pairCount(pairCountAndFlags[row]);
        }

        boolean hasSpans(int row) {
            return (pairCountAndFlags[row] & LoggedRow.SPANS) != 0;
        }

        boolean hasTraces(int row) {
            return (pairCountAndFlags[row] & LoggedRow.TRACES) != 0;
        }

        /// Decodes the pairs of a row into the first elements of the arrays.
        ///
        /// @param pairs `spanId` is left alone if the row has no spans, `traceId` if it has no traces
        void read(int row, PairArrays pairs) {
            byte[] bytes = chunk[(int) (place[row] >>> Integer.SIZE)];
            var source = new ByteSource("head", bytes, (int) place[row], bytes.length);
            PairCodec.read(source, pairCount(row), pairs.node(), pairs.value());
            if (hasSpans(row)) {
                PairCodec.readSpans(source, pairCount(row), pairs.spanId());
            }
            if (hasTraces(row)) {
                PairCodec.readTraces(source, pairCount(row), pairs.traceId());
            }
        }

        @Override
        public int series(int row) {
            return series[row];
        }

        @Override
        public long timeNanos(int row) {
            return timeNanos[row];
        }

        @Override
        public ProfileRow get(int row) {
            var pairs =
                    new PairArrays(
                            new int[pairCount(row)],
                            new long[pairCount(row)],
                            new long[hasSpans(row) ? pairCount(row) : 0],
                            new long[hasTraces(row) ? 2 * pairCount(row) : 0]);
            read(row, pairs);
            return new ProfileRow(
                    series[row],
                    timeNanos[row],
                    durationNanos[row],
                    period[row],
                    total[row],
                    pairs.node(),
                    pairs.value(),
                    pairs.spanId(),
                    pairs.traceId());
        }
    }
}
