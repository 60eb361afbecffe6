package io.flamekeeper.compaction;

import io.flamekeeper.compaction.MergedSource.InputRows;
import io.flamekeeper.segment.RowCursor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// The rows of several inputs by series, time and arrival, their pairs in joined ids.
final class MergedRows implements RowCursor {
    /// A heap: each is before those at twice its place plus one and two.
    private final InputRows[] heap;

    /// Which input is earlier in order of arrival, place by place of `heap`.
    private final int[] arrival;

    private int count;
    private boolean started;

    private int[] node = new int[256];
    private long[] value = new long[256];
    private long[] spanId = new long[256];
    private long[] traceId = new long[512];
    private long[] nodeAndPair = new long[256];

    MergedRows(List<InputRows> inputs) {
        heap = inputs.toArray(InputRows[]::new);
        arrival = new int[heap.length];
        Arrays.setAll(arrival, i -> i);
    }

    @Override
    public boolean next() throws IOException {
        if (!started) {
            start();
        } else if (count > 0) {
            if (!heap[0].next()) {
                count--;
                heap[0] = heap[count];
                arrival[0] = arrival[count];
            }
            sink(0);
        }
        if (count == 0) {
            return false;
        }
        readPairs();
        return true;
    }

    private void start() throws IOException {
        started = true;
        for (int i = 0; i < heap.length; i++) {
            if (heap[i].next()) {
                heap[count] = heap[i];
                arrival[count++] = i;
            }
        }
        for (int i = count / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    private void sink(int from) {
        int at = from;
        while (2 * at + 1 < count) {
            int child = 2 * at + 1;
            if (child + 1 < count && isBefore(child + 1, child)) {
                child++;
            }
            if (!isBefore(child, at)) {
                return;
            }
            InputRows rows = heap[at];
            heap[at] = heap[child];
            heap[child] = rows;
            int order = arrival[at];
            arrival[at] = arrival[child];
            arrival[child] = order;
            at = child;
        }
    }

    private boolean isBefore(int a, int b) {
        int order = InputRows.ORDER.compare(heap[a], heap[b]);
        return order != 0 ? order < 0 : arrival[a] < arrival[b];
    }

    /// **Hot path.** Joined ids are often in the order of the input's, and then need no sorting.
    /// Benchmark: `CompactionBenchmark`.
    private void readPairs() {
        RowCursor row = heap[0].cursor();
        int pairs = row.pairCount();
        if (pairs > node.length) {
            int length = Math.max(pairs, 2 * node.length);
            node = new int[length];
            value = new long[length];
            spanId = new long[length];
            traceId = new long[2 * length];
            nodeAndPair = new long[length];
        }
        int[] from = row.node();
        int[] joined = heap[0].node();
        boolean ascending = true;
        int before = 0;
        for (int pair = 0; pair < pairs; pair++) {
            int id = joined[from[pair]];
            ascending &= id >= before;
            before = id;
            node[pair] = id;
        }
        if (ascending) {
            System.arraycopy(row.value(), 0, value, 0, pairs);
            if (row.hasSpans()) {
                System.arraycopy(row.spanId(), 0, spanId, 0, pairs);
            }
            if (row.hasTraces()) {
                System.arraycopy(row.traceId(), 0, traceId, 0, 2 * pairs);
            }
        } else {
            sortPairs(row, pairs);
        }
    }

    private void sortPairs(RowCursor row, int pairs) {
        for (int pair = 0; pair < pairs; pair++) {
            nodeAndPair[pair] = (long) node[pair] << Integer.SIZE | pair;
        }
        Arrays.sort(nodeAndPair, 0, pairs);
        long[] values = row.value();
        long[] spans = row.spanId();
        long[] traces = row.traceId();
        boolean hasSpans = row.hasSpans();
        boolean hasTraces = row.hasTraces();
        for (int i = 0; i < pairs; i++) {
            int pair = (int) nodeAndPair[i];
            node[i] = (int) (nodeAndPair[i] >>> Integer.SIZE);
            value[i] = values[pair];
            if (hasSpans) {
                spanId[i] = spans[pair];
            }
            if (hasTraces) {
                traceId[2 * i] = traces[2 * pair];
                traceId[2 * i + 1] = traces[2 * pair + 1];
            }
        }
    }

    @Override
    public int series() {
        return heap[0].series();
    }

    @Override
    public long timeNanos() {
        return heap[0].cursor().timeNanos();
    }

    @Override
    public long durationNanos() {
        return heap[0].cursor().durationNanos();
    }

    @Override
    public long period() {
        return heap[0].cursor().period();
    }

    @Override
    public long total() {
        return heap[0].cursor().total();
    }

    @Override
    public int pairCount() {
        return heap[0].cursor().pairCount();
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
        return heap[0].cursor().hasSpans();
    }

    @Override
    public long[] spanId() {
        return spanId;
    }

    @Override
    public boolean hasTraces() {
        return heap[0].cursor().hasTraces();
    }

    @Override
    public long[] traceId() {
        return traceId;
    }
}
