package io.flamekeeper.store;

import io.flamekeeper.dictionary.OrderedSeries;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.PartitionSource;
import io.flamekeeper.segment.RowCursor;
import io.flamekeeper.segment.UploadMark;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// A [HeadPart] as a segment is written from it: in canonical order.
final class HeadSource implements PartitionSource {
    private final HeadPart part;
    private final OrderedSeries series;
    private final ProfileRow[] rows;

    HeadSource(HeadPart part) {
        this.part = part;
        this.series = OrderedSeries.of(part.dictionary().series());
        this.rows = part.rows().toArray(ProfileRow[]::new);
        Arrays.sort(
                rows,
                Comparator.<ProfileRow>comparingInt(row -> series.rank(row.series()))
                        .thenComparingLong(ProfileRow::timeNanos));
    }

    @Override
    public TenantId tenant() {
        return part.key().tenant();
    }

    @Override
    public String service() {
        return part.service();
    }

    @Override
    public SeriesTable series() {
        return series;
    }

    @Override
    public SymbolTable symbols() {
        return part.dictionary().symbols();
    }

    @Override
    public StackTable stacks() {
        return part.dictionary().stacks();
    }

    @Override
    public List<UploadMark> uploads() {
        return List.of();
    }

    @Override
    public RowCursor rows() {
        return new Rows();
    }

    private final class Rows implements RowCursor {
        private int at = -1;
        private int[] node = new int[0];
        private long[] value = new long[0];
        private long[] spanId = new long[0];

        @Override
        public boolean next() {
            if (at + 1 >= rows.length) {
                return false;
            }
            at++;
            sortPairs(rows[at]);
            return true;
        }

        private void sortPairs(ProfileRow row) {
            long[] nodeAndPair = new long[row.pairCount()];
            for (int pair = 0; pair < nodeAndPair.length; pair++) {
                nodeAndPair[pair] = (long) row.node()[pair] << Integer.SIZE | pair;
            }
            Arrays.sort(nodeAndPair);
            if (node.length < nodeAndPair.length) {
                int length = Math.max(nodeAndPair.length, 2 * node.length);
                node = new int[length];
                value = new long[length];
                spanId = new long[length];
            }
            for (int i = 0; i < nodeAndPair.length; i++) {
                int pair = (int) nodeAndPair[i];
                node[i] = row.node()[pair];
                value[i] = row.value()[pair];
                if (row.hasSpans()) {
                    spanId[i] = row.spanId()[pair];
                }
            }
        }

        @Override
        public int series() {
            return series.rank(rows[at].series());
        }

        @Override
        public long timeNanos() {
            return rows[at].timeNanos();
        }

        @Override
        public long durationNanos() {
            return rows[at].durationNanos();
        }

        @Override
        public long period() {
            return rows[at].period();
        }

        @Override
        public long total() {
            return rows[at].total();
        }

        @Override
        public int pairCount() {
            return rows[at].pairCount();
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
            return rows[at].hasSpans();
        }

        @Override
        public long[] spanId() {
            return spanId;
        }
    }
}
