package io.flamekeeper.store;

import io.flamekeeper.compaction.RowFilter;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.TimeRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which rows of one partition tombstones hide.
final class HiddenRows implements RowFilter {
    private final List<Hidden> all;

    /// @param series those that the selector matches
    private record Hidden(BitSet series, TimeRange range) {}

    private HiddenRows(List<Hidden> all) {
        this.all = all;
    }

    static HiddenRows of(SeriesTable series, List<Tombstone> tombstones) {
        List<Hidden> all = new ArrayList<>();
        for (Tombstone tombstone : tombstones) {
            BitSet matching = matching(tombstone.selector(), series);
            if (!matching.isEmpty()) {
                all.add(new Hidden(matching, tombstone.range()));
            }
        }
        return new HiddenRows(all);
    }

    /// The series that meet every condition; each condition is evaluated once for each distinct value.
    private static BitSet matching(Selector selector, SeriesTable series) {
        var matching = new BitSet(series.count());
        matching.set(0, series.count());
        StringTable strings = series.strings();
        for (LabelMatcher matcher : selector.matchers()) {
            int name = -1;
            for (int candidate : series.labelNames()) {
                name = strings.get(candidate).equals(matcher.name()) ? candidate : name;
            }
            Map<Integer, Boolean> byValue = new HashMap<>();
            for (int one = matching.nextSetBit(0); one >= 0; one = matching.nextSetBit(one + 1)) {
                int value = name < 0 ? 0 : series.valueOf(one, name);
                boolean matches =
                        byValue.computeIfAbsent(value, id -> matcher.matches(strings.get(id)));
                if (!matches) {
                    matching.clear(one);
                }
            }
        }
        return matching;
    }

    /// Whether no series matches at all.
    boolean isEmpty() {
        return all.isEmpty();
    }

    @Override
    public boolean keeps(int series, long timeMillis) {
        for (Hidden hidden : all) {
            if (hidden.range.contains(timeMillis) && hidden.series.get(series)) {
                return false;
            }
        }
        return true;
    }

    /// What is left of the range for the series, ascending, without overlaps.
    List<TimeRange> visible(int series, TimeRange range) {
        List<TimeRange> visible = new ArrayList<>();
        long from = range.startMillis();
        List<TimeRange> gaps =
                all.stream()
                        .filter(hidden -> hidden.series.get(series))
                        .map(Hidden::range)
                        .sorted(Comparator.comparingLong(TimeRange::startMillis))
                        .toList();
        for (TimeRange gap : gaps) {
            long until = Math.min(gap.startMillis(), range.endMillis());
            if (until > from) {
                visible.add(new TimeRange(from, until));
            }
            from = Math.max(from, gap.endMillis());
        }
        if (range.endMillis() > from) {
            visible.add(new TimeRange(from, range.endMillis()));
        }
        return visible;
    }

    /// The series, in their order, by what hides them.
    Map<List<Integer>, List<Integer>> groups(int[] series) {
        Map<List<Integer>, List<Integer>> groups = new HashMap<>();
        for (int one : series) {
            List<Integer> hiddenBy = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i).series.get(one)) {
                    hiddenBy.add(i);
                }
            }
            groups.computeIfAbsent(hiddenBy, _ -> new ArrayList<>()).add(one);
        }
        return groups;
    }
}
