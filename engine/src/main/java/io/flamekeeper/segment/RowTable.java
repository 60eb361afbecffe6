package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSource;

/// The rows of a [Partition] without their pairs, sorted by series, then time.
public final class RowTable {
    /// Rows of series s are `[seriesStart[s], seriesStart[s + 1])`; likewise blocks.
    private final int[] seriesStart;

    private final long[] timeNanos;
    private final long[] durationNanos;
    private final long[] period;
    private final long[] total;
    private final int[] pairCount;

    /// Where the pairs of a row begin, counted from the first block; one more element than rows.
    private final long[] rowOffset;

    private final boolean[] hasSpans;
    private final int[] blockStart;
    private final int[] blockCrc;

    RowTable(ByteSource source) {
        int rowCount = source.nextCount();
        int seriesCount = source.nextCount();
        seriesStart = new int[seriesCount + 1];
        for (int series = 0; series < seriesCount; series++) {
            seriesStart[series + 1] =
                    seriesStart[series] + source.nextInt(rowCount - seriesStart[series]);
        }
        timeNanos = nextDifferences(source, rowCount);
        durationNanos = nextDifferences(source, rowCount);
        period = nextDifferences(source, rowCount);
        total = new long[rowCount];
        for (int row = 0; row < rowCount; row++) {
            total[row] = source.nextVarint();
        }
        pairCount = new int[rowCount];
        for (int row = 0; row < rowCount; row++) {
            pairCount[row] = source.nextInt(Integer.MAX_VALUE);
        }
        rowOffset = new long[rowCount + 1];
        for (int row = 0; row < rowCount; row++) {
            rowOffset[row + 1] = rowOffset[row] + source.nextInt(Integer.MAX_VALUE);
        }
        hasSpans = source.nextBits(rowCount);
        int blockCount = source.nextCount();
        blockStart = new int[blockCount + 1];
        blockCrc = new int[blockCount];
        for (int block = 0; block < blockCount; block++) {
            blockStart[block + 1] =
                    blockStart[block] + source.nextInt(rowCount - blockStart[block]);
            blockCrc[block] = source.nextInt();
        }
        if (seriesStart[seriesCount] != rowCount || blockStart[blockCount] != rowCount) {
            throw source.corrupt("rows without series or block");
        }
    }

    private static long[] nextDifferences(ByteSource source, int count) {
        long[] column = new long[count];
        long value = 0;
        for (int i = 0; i < count; i++) {
            value += source.nextZigZag();
            column[i] = value;
        }
        return column;
    }

    /// First row of the series.
    public int seriesStart(int series) {
        return seriesStart[series];
    }

    /// First row behind those of the series.
    public int seriesEnd(int series) {
        return seriesStart[series + 1];
    }

    /// Start of sampling, nanoseconds since the Unix epoch.
    public long timeNanos(int row) {
        return timeNanos[row];
    }

    public long durationNanos(int row) {
        return durationNanos[row];
    }

    public long period(int row) {
        return period[row];
    }

    /// Sum of the row's values, saturated.
    public long total(int row) {
        return total[row];
    }

    public int pairCount(int row) {
        return pairCount[row];
    }

    public boolean hasSpans(int row) {
        return hasSpans[row];
    }

    /// The block that holds the row's pairs. O(log blocks).
    public int blockOf(int row) {
        int low = 0;
        int high = blockCrc.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (blockStart[middle] <= row) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /// First row behind those of the block.
    public int blockEnd(int block) {
        return blockStart[block + 1];
    }

    long blockOffset(int block) {
        return rowOffset[blockStart[block]];
    }

    int blockBytes(int block) {
        return (int) (rowOffset[blockStart[block + 1]] - rowOffset[blockStart[block]]);
    }

    int blockCrc(int block) {
        return blockCrc[block];
    }

    int startInBlock(int row) {
        return (int) (rowOffset[row] - blockOffset(blockOf(row)));
    }

    int rowBytes(int row) {
        return (int) (rowOffset[row + 1] - rowOffset[row]);
    }
}
