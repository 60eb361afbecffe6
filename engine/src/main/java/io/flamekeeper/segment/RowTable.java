package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedCounts;
import io.flamekeeper.column.PackedLongs;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The rows of a [Partition] without their pairs, by series, then time. Stays packed in memory; look into it
/// with a [Reader]. Immutable; safe for use by many threads. [SegmentLayout] has the form on disk.
public final class RowTable {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final PackedCounts seriesRows;
    private final PackedLongs timeNanos;
    private final PackedLongs durationNanos;
    private final PackedLongs period;
    private final PackedLongs total;
    private final PackedCounts pairs;
    private final PackedLongs hasSpans;

    /// Spans of all rows before each block of rows.
    private final long[] spansBefore;

    private RowTable(String what, ByteSource source) {
        int seriesCount = source.nextInt(Integer.MAX_VALUE - 16);
        int rowCount = source.nextInt(Integer.MAX_VALUE - 16);
        var decoder = new PackedBlock.Decoder();
        seriesRows = PackedCounts.read(what, source, seriesCount, decoder);
        timeNanos = PackedLongs.read(what, source, rowCount);
        durationNanos = PackedLongs.read(what, source, rowCount);
        period = PackedLongs.read(what, source, rowCount);
        total = PackedLongs.read(what, source, rowCount);
        pairs = PackedCounts.read(what, source, rowCount, decoder);
        hasSpans = PackedLongs.read(what, source, rowCount);
        source.expectEnd();
        if (seriesRows.total() != rowCount) {
            throw source.corrupt("rows without series");
        }
        spansBefore = spansBefore(decoder);
    }

    static RowTable read(String what, ByteSource source) {
        return new RowTable(what, source);
    }

    private long[] spansBefore(PackedBlock.Decoder decoder) {
        long[] before = new long[hasSpans.blockCount() + 1];
        long[] flags = new long[Math.min(BitPacking.BLOCK, rowCount())];
        PackedCounts.Reader pairReader = pairs.reader(decoder);
        for (int block = 0; block < hasSpans.blockCount(); block++) {
            hasSpans.read(block, decoder, flags);
            long spans = 0;
            for (int i = 0; i < hasSpans.countOf(block); i++) {
                if (flags[i] != 0) {
                    int row = block * BitPacking.BLOCK + i;
                    spans += pairReader.end(row) - pairReader.start(row);
                }
            }
            before[block + 1] = before[block] + spans;
        }
        return before;
    }

    static long millis(long nanos) {
        return Math.floorDiv(nanos, NANOS_PER_MILLI);
    }

    public int seriesCount() {
        return seriesRows.count();
    }

    public int rowCount() {
        return timeNanos.count();
    }

    /// Pairs of all rows.
    public long pairCount() {
        return pairs.total();
    }

    /// Pairs of all rows that have spans.
    long spanCount() {
        return spansBefore[spansBefore.length - 1];
    }

    public Reader reader() {
        return new Reader(this, new PackedBlock.Decoder());
    }

    Reader reader(PackedBlock.Decoder decoder) {
        return new Reader(this, decoder);
    }

    /// Reads single values; unpacks the block of each column that is asked for and keeps it. For one thread.
    public static final class Reader {
        private final RowTable table;
        private final PackedBlock.Decoder decoder;
        private final PackedCounts.Reader seriesRows;
        private final PackedLongs.Reader timeNanos;
        private PackedLongs.@Nullable Reader durationNanos;
        private PackedLongs.@Nullable Reader period;
        private PackedLongs.@Nullable Reader total;
        private PackedCounts.@Nullable Reader pairs;
        private PackedLongs.@Nullable Reader hasSpans;

        private Reader(RowTable table, PackedBlock.Decoder decoder) {
            this.table = table;
            this.decoder = decoder;
            seriesRows = table.seriesRows.reader(decoder);
            timeNanos = table.timeNanos.reader(decoder);
        }

        /// First row of the series.
        public int seriesStart(int series) {
            return (int) seriesRows.start(series);
        }

        /// First row behind those of the series.
        public int seriesEnd(int series) {
            return (int) seriesRows.end(series);
        }

        /// The series of a row. O(log series).
        public int seriesOf(int row) {
            return table.seriesRows.ownerOf(row, seriesRows);
        }

        /// Start of sampling, nanoseconds since the Unix epoch.
        public long timeNanos(int row) {
            return timeNanos.get(row);
        }

        public long timeMillis(int row) {
            return millis(timeNanos.get(row));
        }

        /// First of the rows `[from, to)`, which are of one series, at or after `millis`; `to` if there is none.
        public int firstAt(int from, int to, long millis) {
            int low = from;
            int high = to;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (timeMillis(middle) < millis) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        public long durationNanos(int row) {
            if (durationNanos == null) {
                durationNanos = table.durationNanos.reader(decoder);
            }
            return durationNanos.get(row);
        }

        public long period(int row) {
            if (period == null) {
                period = table.period.reader(decoder);
            }
            return period.get(row);
        }

        /// Sum of the row's values, saturated.
        public long total(int row) {
            if (total == null) {
                total = table.total.reader(decoder);
            }
            return total.get(row);
        }

        /// The row of a pair. O(log rows).
        int rowOfPair(long pair) {
            return table.pairs.ownerOf(pair, pairs());
        }

        /// First pair of the row.
        public long pairStart(int row) {
            return pairs().start(row);
        }

        /// First pair behind those of the row.
        public long pairEnd(int row) {
            return pairs().end(row);
        }

        private PackedCounts.Reader pairs() {
            if (pairs == null) {
                pairs = table.pairs.reader(decoder);
            }
            return pairs;
        }

        public boolean hasSpans(int row) {
            if (hasSpans == null) {
                hasSpans = table.hasSpans.reader(decoder);
            }
            return hasSpans.get(row) != 0;
        }

        /// The row that has the span. O(rows of a block).
        ///
        /// @param span counts the pairs of the rows that have spans
        public int rowOfSpan(long span) {
            int block = Arrays.binarySearch(table.spansBefore, span);
            if (block < 0) {
                block = -block - 2;
            }
            while (table.spansBefore[block + 1] <= span) {
                block++;
            }
            int row = block * BitPacking.BLOCK;
            long end = table.spansBefore[block] + spans(row);
            while (end <= span) {
                row++;
                end += spans(row);
            }
            return row;
        }

        /// Spans of a row; none, or as many as pairs.
        public int spans(int row) {
            return hasSpans(row) ? (int) (pairEnd(row) - pairStart(row)) : 0;
        }

        /// First span of the row, or of the next one that has any. O(rows of a block).
        public long spanStart(int row) {
            int block = row / BitPacking.BLOCK;
            long spans = table.spansBefore[block];
            for (int before = block * BitPacking.BLOCK; before < row; before++) {
                spans += spans(before);
            }
            return spans;
        }
    }

    /// Collects rows, packed. For one thread.
    static final class Writer {
        private final PackedLongs.Writer seriesRows;
        private final PackedLongs.Writer timeNanos;
        private final PackedLongs.Writer durationNanos;
        private final PackedLongs.Writer period;
        private final PackedLongs.Writer total;
        private final PackedLongs.Writer pairs;
        private final PackedLongs.Writer hasSpans;
        private int rowsOfSeries;

        Writer(PackedBlock.Encoder encoder) {
            seriesRows = new PackedLongs.Writer(encoder);
            timeNanos = new PackedLongs.Writer(encoder);
            durationNanos = new PackedLongs.Writer(encoder);
            period = new PackedLongs.Writer(encoder);
            total = new PackedLongs.Writer(encoder);
            pairs = new PackedLongs.Writer(encoder);
            hasSpans = new PackedLongs.Writer(encoder);
        }

        /// Adds the row that the cursor is at. Rows come by series.
        void add(RowCursor row) {
            toSeries(row.series());
            rowsOfSeries++;
            timeNanos.add(row.timeNanos());
            durationNanos.add(row.durationNanos());
            period.add(row.period());
            total.add(row.total());
            pairs.add(row.pairCount());
            hasSpans.add(row.hasSpans() ? 1 : 0);
        }

        private void toSeries(int series) {
            assert series >= seriesRows.count() : "series " + series + " comes too late";
            while (seriesRows.count() < series) {
                seriesRows.add(rowsOfSeries);
                rowsOfSeries = 0;
            }
        }

        int rowCount() {
            return timeNanos.count();
        }

        void finish(int seriesCount, ByteSink sink) {
            toSeries(seriesCount);
            sink.putVarint(seriesCount);
            sink.putVarint(rowCount());
            seriesRows.finish(sink);
            timeNanos.finish(sink);
            durationNanos.finish(sink);
            period.finish(sink);
            total.finish(sink);
            pairs.finish(sink);
            hasSpans.finish(sink);
        }
    }
}
