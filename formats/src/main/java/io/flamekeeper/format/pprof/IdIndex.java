package io.flamekeeper.format.pprof;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;

/// Rows of a pprof table by the ids that the sender gave them.
///
/// Ids are any non-zero 64-bit numbers; nearly everybody counts from 1. Small ids index an array; others
/// are found in a sorted array, which no choice of ids can slow down as it could a hash table.
final class IdIndex {
    static final int NONE = -1;

    private final int[] rowOfSmallId;
    private final long[] sortedId;
    private final int[] rowOfSortedId;

    private IdIndex(int[] rowOfSmallId, long[] sortedId, int[] rowOfSortedId) {
        this.rowOfSmallId = rowOfSmallId;
        this.sortedId = sortedId;
        this.rowOfSortedId = rowOfSortedId;
    }

    /// @param what one row, for messages
    /// @param id   of each row, none 0
    /// @throws FlamekeeperException `MALFORMED_PROFILE` if two rows have the same id
    static IdIndex of(String what, long[] id, int count) {
        long largest = 0;
        for (int row = 0; row < count; row++) {
            largest = Long.compareUnsigned(id[row], largest) > 0 ? id[row] : largest;
        }
        return Long.compareUnsigned(largest, 4L * count + 1_024) <= 0
                ? small(what, id, count, (int) largest)
                : sorted(what, id, count);
    }

    private static IdIndex small(String what, long[] id, int count, int largest) {
        int[] rowOf = new int[largest + 1];
        Arrays.fill(rowOf, NONE);
        for (int row = 0; row < count; row++) {
            if (rowOf[(int) id[row]] != NONE) {
                throw twice(what, id[row]);
            }
            rowOf[(int) id[row]] = row;
        }
        return new IdIndex(rowOf, new long[0], new int[0]);
    }

    private static IdIndex sorted(String what, long[] id, int count) {
        long[] sortedId = Arrays.copyOf(id, count);
        Arrays.sort(sortedId);
        int[] rowOf = new int[count];
        Arrays.fill(rowOf, NONE);
        for (int row = 0; row < count; row++) {
            int rank = Arrays.binarySearch(sortedId, id[row]);
            if (rowOf[rank] != NONE) {
                throw twice(what, id[row]);
            }
            rowOf[rank] = row;
        }
        return new IdIndex(new int[0], sortedId, rowOf);
    }

    private static FlamekeeperException twice(String what, long id) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE,
                "pprof: two rows are %s %s (expected: one per id)",
                what,
                Long.toUnsignedString(id));
    }

    long keptBytes() {
        return 4L * rowOfSmallId.length + 12L * sortedId.length;
    }

    /// **Hot path.** Returns the row with this id, or [#NONE]. Benchmark: `PprofDecodeBenchmark`.
    int row(long id) {
        if (id >= 0 && id < rowOfSmallId.length) {
            return rowOfSmallId[(int) id];
        }
        return rowSlow(id);
    }

    private int rowSlow(long id) {
        int rank = Arrays.binarySearch(sortedId, id);
        return rank < 0 ? NONE : rowOfSortedId[rank];
    }
}
