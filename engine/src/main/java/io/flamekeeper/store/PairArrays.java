package io.flamekeeper.store;

/// Where the pairs of one row are decoded to.
record PairArrays(int[] node, long[] value, long[] spanId, long[] traceId) {
    PairArrays(int count) {
        this(new int[count], new long[count], new long[count], new long[2 * count]);
    }

    /// These if they are large enough, else larger ones.
    PairArrays atLeast(int count) {
        return count <= node.length ? this : new PairArrays(Math.max(count, 2 * node.length));
    }
}
