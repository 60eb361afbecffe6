package io.flamekeeper.store;

import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;
import java.util.Arrays;
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
    private final ProfileRow[] rows;
    private final int rowCount;
    private final long firstMillis;
    private final long lastMillis;

    /// Made on first use: most parts are replaced before anybody asks. Two threads may both make it.
    private volatile @Nullable SortedRows sorted;

    HeadPart(
            PartitionKey key,
            Object dictionaryKey,
            DictionaryView dictionary,
            ProfileRow[] rows,
            int rowCount,
            long firstMillis,
            long lastMillis) {
        this.key = key;
        this.dictionaryKey = dictionaryKey;
        this.dictionary = dictionary;
        this.rows = rows;
        this.rowCount = rowCount;
        this.firstMillis = firstMillis;
        this.lastMillis = lastMillis;
    }

    /// Rows by series, then time, then arrival.
    ///
    /// @param seriesStart rows of series s are `[seriesStart[s], seriesStart[s + 1])`
    private record SortedRows(ProfileRow[] row, int[] seriesStart) {
        /// First row of the series at or after `millis`.
        int firstAt(int series, long millis) {
            int low = seriesStart[series];
            int high = seriesStart[series + 1];
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (row[middle].timeMillis() < millis) {
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

    private SortedRows sort() {
        int[] start = new int[dictionary.series().count() + 1];
        for (int i = 0; i < rowCount; i++) {
            start[rows[i].series() + 1]++;
        }
        for (int series = 0; series < dictionary.series().count(); series++) {
            start[series + 1] += start[series];
        }
        int[] next = start.clone();
        ProfileRow[] row = new ProfileRow[rowCount];
        for (int i = 0; i < rowCount; i++) {
            row[next[rows[i].series()]++] = rows[i];
        }
        for (int series = 0; series < dictionary.series().count(); series++) {
            Arrays.sort(
                    row,
                    start[series],
                    start[series + 1],
                    Comparator.comparingLong(ProfileRow::timeNanos));
        }
        return new SortedRows(row, start);
    }

    PartitionKey key() {
        return key;
    }

    DictionaryView dictionary() {
        return dictionary;
    }

    List<ProfileRow> rows() {
        return Arrays.asList(rows).subList(0, rowCount);
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
    public void forEachTotal(int series, TimeRange range, Grid grid, TotalVisitor visitor) {
        SortedRows all = sorted();
        int end = all.firstAt(series, range.endMillis());
        for (int i = all.firstAt(series, range.startMillis()); i < end; i++) {
            visitor.total(all.row[i].timeMillis(), all.row[i].total(), 1);
        }
    }

    @Override
    public void addSelf(
            int[] series, TimeRange range, SpanFilter spans, long[] self, ScanMeter meter) {
        SortedRows all = sorted();
        for (int one : series) {
            addSelf(
                    all,
                    all.firstAt(one, range.startMillis()),
                    all.firstAt(one, range.endMillis()),
                    spans,
                    self,
                    meter);
        }
    }

    private static void addSelf(
            SortedRows all, int from, int end, SpanFilter spans, long[] self, ScanMeter meter) {
        int start = from;
        while (start < end) {
            int blockEnd = Math.min(start + BLOCK_ROWS, end);
            long pairs = 0;
            for (int i = start; i < blockEnd; i++) {
                pairs += all.row[i].pairCount();
            }
            meter.scan(blockEnd - start, pairs);
            for (int i = start; i < blockEnd; i++) {
                ProfileRow row = all.row[i];
                Pairs.addSelf(
                        row.node(),
                        row.value(),
                        row.spanId(),
                        row.hasSpans(),
                        row.pairCount(),
                        spans,
                        self);
            }
            start = blockEnd;
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
