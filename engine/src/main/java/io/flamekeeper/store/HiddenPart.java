package io.flamekeeper.store;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;
import java.util.List;

/// A part without the rows that tombstones hide. Asks the part only for stretches of time that have none, so
/// that no sum which contains them is ever used.
final class HiddenPart implements Part {
    private final Part part;
    private final HiddenRows hidden;
    private final ContentKey contentKey;

    private record ContentKey(Object content, List<Long> tombstones) {}

    /// @param tombstones that apply to the part
    HiddenPart(Part part, List<Tombstone> tombstones) {
        this.part = part;
        this.hidden = HiddenRows.of(part.series(), tombstones);
        this.contentKey =
                new ContentKey(part.contentKey(), tombstones.stream().map(Tombstone::id).toList());
    }

    @Override
    public String service() {
        return part.service();
    }

    @Override
    public Object dictionaryKey() {
        return part.dictionaryKey();
    }

    @Override
    public Object contentKey() {
        return contentKey;
    }

    /// Of the rows that are hidden too.
    @Override
    public long firstMillis() {
        return part.firstMillis();
    }

    @Override
    public long lastMillis() {
        return part.lastMillis();
    }

    @Override
    public SeriesTable series() {
        return part.series();
    }

    /// All rows of a series may be hidden.
    @Override
    public boolean isEverySeriesUsed() {
        return false;
    }

    @Override
    public boolean hasRows(int series, TimeRange range) {
        for (TimeRange visible : hidden.visible(series, range)) {
            if (part.hasRows(series, visible)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void forEachTotal(int series, TimeRange range, Grid grid, TotalVisitor visitor) {
        for (TimeRange visible : hidden.visible(series, range)) {
            part.forEachTotal(series, visible, grid, visitor);
        }
    }

    @Override
    public void addSelf(
            int[] series, TimeRange range, SampleFilter filter, long[] self, ScanMeter meter) {
        for (List<Integer> alike : hidden.groups(series).values()) {
            int[] some = alike.stream().mapToInt(Integer::intValue).toArray();
            for (TimeRange visible : hidden.visible(some[0], range)) {
                part.addSelf(some, visible, filter, self, meter);
            }
        }
    }

    @Override
    public SymbolTable symbols() {
        return part.symbols();
    }

    @Override
    public StackTable stacks() {
        return part.stacks();
    }
}
