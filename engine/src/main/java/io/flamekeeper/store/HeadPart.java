package io.flamekeeper.store;

import io.flamekeeper.column.Scatter;
import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.UploadMark;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A [HeadPartition] as it was after some batch. Immutable; shares its arrays with later ones.
final class HeadPart implements Part {
    /// Rows between two calls of the meter.
    private static final int BLOCK_ROWS = 64;

    private final PartitionKey key;
    private final Object dictionaryKey;
    private final Object contentKey = new Object();
    private final DictionaryView dictionary;
    private final HeadRows.View rows;
    private final UploadMark[] uploads;
    private final int uploadCount;
    private final long firstMillis;
    private final long lastMillis;

    /// Made on first use: most parts are replaced before anybody asks. Two threads may both make it.
    private volatile @Nullable SortedRows sorted;

    HeadPart(
            PartitionKey key,
            Object dictionaryKey,
            DictionaryView dictionary,
            HeadRows.View rows,
            UploadMark[] uploads,
            int uploadCount,
            long firstMillis,
            long lastMillis) {
        this.key = key;
        this.dictionaryKey = dictionaryKey;
        this.dictionary = dictionary;
        this.rows = rows;
        this.uploads = uploads;
        this.uploadCount = uploadCount;
        this.firstMillis = firstMillis;
        this.lastMillis = lastMillis;
    }

    /// Rows by series, then time, then arrival.
    ///
    /// @param seriesStart rows of series s are `[seriesStart[s], seriesStart[s + 1])` of `row`
    private record SortedRows(HeadRows.View rows, int[] row, int[] seriesStart) {
        /// First place in [#row] of a row of the series at or after `millis`.
        int firstAt(int series, long millis) {
            int low = seriesStart[series];
            int high = seriesStart[series + 1];
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (rows.timeMillis(row[middle]) < millis) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    private SortedRows sorted() {
        SortedRows made = sorted;
        if (made == null) {
            made = sort();
            sorted = made;
        }
        return made;
    }

    /// Rows of a series mostly arrive in order, so they are sorted only where they do not.
    private SortedRows sort() {
        int seriesCount = dictionary.series().count();
        int[] start = new int[seriesCount + 1];
        for (int i = 0; i < rows.count(); i++) {
            start[rows.series()[i] + 1]++;
        }
        for (int series = 0; series < seriesCount; series++) {
            start[series + 1] += start[series];
        }
        int[] next = start.clone();
        int[] row = new int[rows.count()];
        BitSet unsorted = new BitSet();
        for (int i = 0; i < rows.count(); i++) {
            int series = rows.series()[i];
            int at = next[series]++;
            row[at] = i;
            if (at > start[series] && rows.timeNanos()[row[at - 1]] > rows.timeNanos()[i]) {
                unsorted.set(series);
            }
        }
        unsorted.stream().forEach(series -> sort(row, start[series], start[series + 1]));
        return new SortedRows(rows, row, start);
    }

    private void sort(int[] row, int from, int to) {
        int[] sorted =
                Arrays.stream(row, from, to)
                        .boxed()
                        .sorted(Comparator.comparingLong(one -> rows.timeNanos()[one]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        System.arraycopy(sorted, 0, row, from, sorted.length);
    }

    PartitionKey key() {
        return key;
    }

    DictionaryView dictionary() {
        return dictionary;
    }

    HeadRows.View rows() {
        return rows;
    }

    /// Uploads that rows came with, in order of arrival.
    List<UploadMark> uploads() {
        return Arrays.asList(uploads).subList(0, uploadCount);
    }

    @Override
    public String service() {
        return key.service();
    }

    @Override
    public long firstMillis() {
        return firstMillis;
    }

    @Override
    public long lastMillis() {
        return lastMillis;
    }

    @Override
    public Object dictionaryKey() {
        return dictionaryKey;
    }

    @Override
    public Object contentKey() {
        return contentKey;
    }

    @Override
    public SeriesTable series() {
        return dictionary.series();
    }

    @Override
    public boolean hasRows(int series, TimeRange range) {
        SortedRows all = sorted();
        return all.firstAt(series, range.startMillis()) < all.firstAt(series, range.endMillis());
    }

    @Override
    public void forEachTotal(
            int[] series, TimeRange range, Grid grid, ScanMeter meter, TotalVisitor visitor) {
        SortedRows all = sorted();
        for (int at = 0; at < series.length; at++) {
            meter.scan(0, 0);
            int end = all.firstAt(series[at], range.endMillis());
            for (int i = all.firstAt(series[at], range.startMillis()); i < end; i++) {
                visitor.total(at, rows.timeMillis(all.row[i]), rows.total()[all.row[i]], 1);
            }
        }
    }

    @Override
    public void addSelf(
            int[] series, TimeRange range, SampleFilter filter, long[] self, ScanMeter meter) {
        SortedRows all = sorted();
        var pairs = new PairArrays(0);
        for (int one : series) {
            int end = all.firstAt(one, range.endMillis());
            int start = all.firstAt(one, range.startMillis());
            while (start < end) {
                int blockEnd = Math.min(start + BLOCK_ROWS, end);
                long blockPairs = 0;
                for (int i = start; i < blockEnd; i++) {
                    blockPairs += rows.pairCount(all.row[i]);
                }
                meter.scan(blockEnd - start, blockPairs);
                for (int i = start; i < blockEnd; i++) {
                    int row = all.row[i];
                    if (isWanted(row, filter)) {
                        pairs = pairs.atLeast(rows.pairCount(row));
                        rows.read(row, pairs);
                        addSelf(rows.pairCount(row), pairs, filter, self);
                    }
                }
                start = blockEnd;
            }
        }
    }

    private boolean isWanted(int row, SampleFilter filter) {
        return filter.isAll() || (filter.isOfTraces() ? rows.hasTraces(row) : rows.hasSpans(row));
    }

    private static void addSelf(int count, PairArrays pairs, SampleFilter filter, long[] self) {
        int[] node = pairs.node();
        long[] value = pairs.value();
        if (filter.isAll()) {
            Scatter.addSaturated(node, value, count, self);
            return;
        }
        long[] spanId = pairs.spanId();
        long[] traceId = pairs.traceId();
        for (int pair = 0; pair < count; pair++) {
            if (filter.matches(spanId[pair], traceId[2 * pair], traceId[2 * pair + 1])) {
                self[node[pair]] = SaturatedMath.add(self[node[pair]], value[pair]);
            }
        }
    }

    @Override
    public SymbolTable symbols() {
        return dictionary.symbols();
    }

    @Override
    public StackTable stacks() {
        return dictionary.stacks();
    }
}
