package io.flamekeeper.segment;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.Utf8Order;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Series of another table in canonical order: by profile type id, then labels. Immutable, as that table is.
public final class CanonicalSeries implements SeriesTable {
    private final SeriesTable table;
    private final int[] sortedStrings;
    private final int[] order;

    private CanonicalSeries(SeriesTable table) {
        this.table = table;
        this.sortedStrings = SeriesWriter.sortedStrings(table);
        this.order = sort();
    }

    public static CanonicalSeries of(SeriesTable table) {
        return new CanonicalSeries(table);
    }

    /// See [SeriesWriter#sortedStrings].
    int[] sortedStrings() {
        return sortedStrings;
    }

    /// The id in the table behind.
    public int original(int series) {
        return order[series];
    }

    /// Ids here by ids in the table behind.
    public int[] rankByOriginal() {
        int[] rank = new int[order.length];
        for (int series = 0; series < order.length; series++) {
            rank[order[series]] = series;
        }
        return rank;
    }

    /// The order of types.
    public static int compare(ProfileType left, ProfileType right) {
        return Utf8Order.compare(left.id(), right.id());
    }

    /// Sorts by one column after the other, the most significant one last; every pass keeps the order of equals.
    ///
    /// Labels compare as arrays of name, value, name, value, … of what is there. At the first name in which two
    /// differ, one that lacks it comes first if it has no later name either, else last.
    private int[] sort() {
        int[] rank = new int[table.strings().count()];
        for (int i = 0; i < sortedStrings.length; i++) {
            rank[sortedStrings[i]] = i;
        }
        int last = sortedStrings.length;
        int[] names =
                IntStream.of(table.labelNames())
                        .boxed()
                        .sorted(Comparator.comparingInt(name -> -rank[name]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int[] sorted = IntStream.range(0, table.count()).toArray();
        int[] spare = new int[sorted.length];
        int[] key = new int[sorted.length];
        var hasLater = new BitSet();
        for (int name : names) {
            table.valuesOf(name, 0, table.count(), key);
            for (int series = 0; series < key.length; series++) {
                boolean isAbsent = key[series] == 0;
                key[series] = isAbsent && hasLater.get(series) ? last : rank[key[series]];
                if (!isAbsent) {
                    hasLater.set(series);
                }
            }
            sort(sorted, key, last, spare);
        }
        int[] typeRank = typeRanks(table.types());
        Arrays.setAll(key, series -> typeRank[table.typeOf(series)]);
        sort(sorted, key, typeRank.length, spare);
        return sorted;
    }

    /// Counting sort.
    ///
    /// @param key at most `keyMax`
    private static void sort(int[] series, int[] key, int keyMax, int[] spare) {
        int[] next = new int[keyMax + 2];
        for (int one : series) {
            next[key[one] + 1]++;
        }
        for (int i = 0; i <= keyMax; i++) {
            if (next[i + 1] == series.length) {
                return;
            }
            next[i + 1] += next[i];
        }
        for (int one : series) {
            spare[next[key[one]]++] = one;
        }
        System.arraycopy(spare, 0, series, 0, series.length);
    }

    private static int[] typeRanks(List<ProfileType> types) {
        int[] rank = new int[types.size()];
        for (int type = 0; type < rank.length; type++) {
            for (ProfileType other : types) {
                rank[type] += compare(other, types.get(type)) < 0 ? 1 : 0;
            }
        }
        return rank;
    }

    @Override
    public int count() {
        return order.length;
    }

    @Override
    public StringTable strings() {
        return table.strings();
    }

    @Override
    public int[] labelNames() {
        return table.labelNames();
    }

    @Override
    public int valueOf(int series, int name) {
        return table.valueOf(order[series], name);
    }

    @Override
    public void forEachLabel(int series, LabelVisitor visitor) {
        table.forEachLabel(order[series], visitor);
    }

    @Override
    public List<ProfileType> types() {
        return table.types();
    }

    @Override
    public int typeOf(int series) {
        return table.typeOf(order[series]);
    }
}
