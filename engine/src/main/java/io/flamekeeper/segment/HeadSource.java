package io.flamekeeper.segment;

import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// What one service has in a head, put into canonical order.
public final class HeadSource implements PartitionSource {
    private final TenantId tenant;
    private final String service;
    private final DictionaryView dictionary;
    private final CanonicalSeries series;
    private final List<UploadMark> uploads;
    private final int[] seriesOf;
    private final Rows rows;
    private final int[] order;

    /// The rows of a head in order of arrival.
    public interface Rows {
        int count();

        /// Series id in the head's dictionary.
        int series(int row);

        long timeNanos(int row);

        /// All of the row; may be made for this call.
        ProfileRow get(int row);

        /// Rows that are there already.
        static Rows of(List<ProfileRow> rows) {
            return new Rows() {
                @Override
                public int count() {
                    return rows.size();
                }

                @Override
                public int series(int row) {
                    return rows.get(row).series();
                }

                @Override
                public long timeNanos(int row) {
                    return rows.get(row).timeNanos();
                }

                @Override
                public ProfileRow get(int row) {
                    return rows.get(row);
                }
            };
        }
    }

    public HeadSource(
            TenantId tenant,
            String service,
            DictionaryView dictionary,
            Rows rows,
            List<UploadMark> uploads) {
        this.tenant = tenant;
        this.service = service;
        this.dictionary = dictionary;
        this.uploads = List.copyOf(uploads);
        this.series = CanonicalSeries.of(dictionary.series());
        this.seriesOf = series.rankByOriginal();
        this.rows = rows;
        this.order = sort();
    }

    /// Brings the rows of a series together, then sorts those series whose rows did not arrive in order.
    private int[] sort() {
        int[] next = new int[seriesOf.length + 1];
        for (int row = 0; row < rows.count(); row++) {
            next[seriesOf[rows.series(row)] + 1]++;
        }
        for (int one = 0; one < seriesOf.length; one++) {
            next[one + 1] += next[one];
        }
        int[] sorted = new int[rows.count()];
        for (int row = 0; row < sorted.length; row++) {
            sorted[next[seriesOf[rows.series(row)]]++] = row;
        }
        int start = 0;
        for (int one = 0; one < seriesOf.length; one++) {
            sortByTime(sorted, start, next[one]);
            start = next[one];
        }
        return sorted;
    }

    private void sortByTime(int[] sorted, int from, int to) {
        boolean isSorted = true;
        for (int i = from + 1; i < to && isSorted; i++) {
            isSorted = rows.timeNanos(sorted[i - 1]) <= rows.timeNanos(sorted[i]);
        }
        if (!isSorted) {
            int[] byTime =
                    IntStream.of(Arrays.copyOfRange(sorted, from, to))
                            .boxed()
                            .sorted(Comparator.comparingLong(rows::timeNanos))
                            .mapToInt(Integer::intValue)
                            .toArray();
            System.arraycopy(byTime, 0, sorted, from, byTime.length);
        }
    }

    @Override
    public TenantId tenant() {
        return tenant;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public SeriesTable series() {
        return series;
    }

    @Override
    public SymbolTable symbols() {
        return dictionary.symbols();
    }

    @Override
    public StackTable stacks() {
        return dictionary.stacks();
    }

    @Override
    public List<UploadMark> uploads() {
        return uploads;
    }

    @Override
    public RowCursor rows() {
        return new Cursor();
    }

    /// Sorts the pairs of one row at a time.
    private final class Cursor implements RowCursor {
        private int next;
        private ProfileRow row =
                ProfileRow.of(0, 0, 0, 0, new int[0], new long[0], new long[0], new long[0]);
        private long[] nodeAndPair = new long[16];
        private int[] node = new int[16];
        private long[] value = new long[16];
        private long[] spanId = new long[16];
        private long[] traceId = new long[32];

        @Override
        public boolean next() {
            if (next == order.length) {
                return false;
            }
            row = rows.get(order[next++]);
            int count = row.pairCount();
            if (node.length < count) {
                int length = Math.max(count, 2 * node.length);
                nodeAndPair = new long[length];
                node = new int[length];
                value = new long[length];
                spanId = new long[length];
                traceId = new long[2 * length];
            }
            for (int pair = 0; pair < count; pair++) {
                nodeAndPair[pair] = (long) row.node()[pair] << Integer.SIZE | pair;
            }
            Arrays.sort(nodeAndPair, 0, count);
            for (int pair = 0; pair < count; pair++) {
                int from = (int) nodeAndPair[pair];
                node[pair] = row.node()[from];
                value[pair] = row.value()[from];
                if (row.hasSpans()) {
                    spanId[pair] = row.spanId()[from];
                }
                if (row.hasTraces()) {
                    System.arraycopy(row.traceId(), 2 * from, traceId, 2 * pair, 2);
                }
            }
            if (row.hasSpans()) {
                sortSpans(count);
            }
            return true;
        }

        /// Puts the pairs of a node in order of spans, those of a span in order of traces.
        private void sortSpans(int count) {
            for (int from = 0; from < count; ) {
                int to = from + 1;
                while (to < count && node[to] == node[from]) {
                    to++;
                }
                if (to - from > 1) {
                    sortSpans(from, to);
                }
                from = to;
            }
        }

        private void sortSpans(int from, int to) {
            long[] values = Arrays.copyOfRange(value, from, to);
            long[] spans = Arrays.copyOfRange(spanId, from, to);
            long[] traces = Arrays.copyOfRange(traceId, 2 * from, 2 * to);
            Integer[] order = new Integer[to - from];
            Arrays.setAll(order, i -> i);
            Comparator<Integer> bySpan = Comparator.comparingLong(i -> spans[i]);
            Arrays.sort(
                    order,
                    row.hasTraces()
                            ? bySpan.thenComparingLong(i -> traces[2 * i])
                                    .thenComparingLong(i -> traces[2 * i + 1])
                            : bySpan);
            for (int i = 0; i < order.length; i++) {
                value[from + i] = values[order[i]];
                spanId[from + i] = spans[order[i]];
                System.arraycopy(traces, 2 * order[i], traceId, 2 * (from + i), 2);
            }
        }

        @Override
        public int series() {
            return seriesOf[row.series()];
        }

        @Override
        public long timeNanos() {
            return row.timeNanos();
        }

        @Override
        public long durationNanos() {
            return row.durationNanos();
        }

        @Override
        public long period() {
            return row.period();
        }

        @Override
        public long total() {
            return row.total();
        }

        @Override
        public int pairCount() {
            return row.pairCount();
        }

        @Override
        public int[] node() {
            return node;
        }

        @Override
        public long[] value() {
            return value;
        }

        @Override
        public boolean hasSpans() {
            return row.hasSpans();
        }

        @Override
        public long[] spanId() {
            return spanId;
        }

        @Override
        public boolean hasTraces() {
            return row.hasTraces();
        }

        @Override
        public long[] traceId() {
            return traceId;
        }
    }
}
