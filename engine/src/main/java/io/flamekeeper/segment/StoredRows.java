package io.flamekeeper.segment;

/// The rows of a [Partition], from the first on.
final class StoredRows implements RowCursor {
    private final RowTable table;
    private final RowTable.Reader rows;
    private final PairReader pairs;
    private final SpanReader spans;
    private int row = -1;
    private int series;
    private int pairCount;
    private int filled;
    private boolean hasSpans;
    private boolean hasTraces;
    private long nextSpan;
    private int[] node = new int[16];
    private long[] value = new long[16];
    private long[] spanId = new long[16];
    private long[] traceId = new long[32];

    StoredRows(RowTable table, RowTable.Reader rows, PairReader pairs, SpanReader spans) {
        this.table = table;
        this.rows = rows;
        this.pairs = pairs;
        this.spans = spans;
    }

    @Override
    public boolean next() {
        if (row + 1 >= table.rowCount()) {
            return false;
        }
        row++;
        while (rows.seriesEnd(series) <= row) {
            series++;
        }
        long from = rows.pairStart(row);
        long to = rows.pairEnd(row);
        pairCount = Math.toIntExact(to - from);
        hasSpans = rows.hasSpans(row);
        if (node.length < pairCount) {
            node = new int[Math.max(pairCount, 2 * node.length)];
            value = new long[node.length];
        }
        filled = 0;
        pairs.forEach(from, to, table.pairCount(), this::copy);
        hasTraces = false;
        if (hasSpans) {
            if (spanId.length < pairCount) {
                spanId = new long[node.length];
                traceId = new long[2 * node.length];
            }
            spans.read(nextSpan, pairCount, spanId);
            hasTraces = spans.readTraces(nextSpan, pairCount, traceId);
            nextSpan += pairCount;
        }
        return true;
    }

    private void copy(int[] nodes, long[] values, int from, int to) {
        System.arraycopy(nodes, from, node, filled, to - from);
        System.arraycopy(values, from, value, filled, to - from);
        filled += to - from;
    }

    @Override
    public int series() {
        return series;
    }

    @Override
    public long timeNanos() {
        return rows.timeNanos(row);
    }

    @Override
    public long durationNanos() {
        return rows.durationNanos(row);
    }

    @Override
    public long period() {
        return rows.period(row);
    }

    @Override
    public long total() {
        return rows.total(row);
    }

    @Override
    public int pairCount() {
        return pairCount;
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
        return hasSpans;
    }

    @Override
    public long[] spanId() {
        return spanId;
    }

    @Override
    public boolean hasTraces() {
        return hasTraces;
    }

    @Override
    public long[] traceId() {
        return traceId;
    }
}
