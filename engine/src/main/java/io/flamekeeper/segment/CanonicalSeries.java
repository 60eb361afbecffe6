package io.flamekeeper.segment;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.Utf8Order;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Series of another table in canonical order: by profile type id, then labels.
public final class CanonicalSeries implements SeriesTable {
    private final SeriesTable table;
    private final int[] order;

    private CanonicalSeries(SeriesTable table, int[] order) {
        this.table = table;
        this.order = order;
    }

    public static CanonicalSeries of(SeriesTable table) {
        return new CanonicalSeries(table, sort(table));
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

    private static int[] sort(SeriesTable table) {
        int[] rank = stringRanks(table);
        int[] typeRank = typeRanks(table.types());
        int[] names =
                IntStream.of(table.labelNames())
                        .boxed()
                        .sorted(Comparator.comparingInt(name -> rank[name]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int[][] columns = new int[names.length][];
        for (int i = 0; i < names.length; i++) {
            columns[i] = new int[table.count()];
            table.valuesOf(names[i], 0, table.count(), columns[i]);
            for (int series = 0; series < table.count(); series++) {
                columns[i][series] = rank[columns[i][series]];
            }
        }
        return IntStream.range(0, table.count())
                .boxed()
                .sorted((left, right) -> {
                    int byType =
                            Integer.compare(
                                    typeRank[table.typeOf(left)], typeRank[table.typeOf(right)]);
                    return byType != 0 ? byType : compare(columns, left, right);
                })
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /// As [io.flamekeeper.model.Labels#compareTo], which sees only labels that are there.
    private static int compare(int[][] columns, int left, int right) {
        for (int name = 0; name < columns.length; name++) {
            int leftValue = columns[name][left];
            int rightValue = columns[name][right];
            if (leftValue != rightValue) {
                if (leftValue == 0) {
                    return hasLater(columns, name, left) ? 1 : -1;
                }
                if (rightValue == 0) {
                    return hasLater(columns, name, right) ? -1 : 1;
                }
                return Integer.compare(leftValue, rightValue);
            }
        }
        return 0;
    }

    private static boolean hasLater(int[][] columns, int name, int series) {
        for (int later = name + 1; later < columns.length; later++) {
            if (columns[later][series] != 0) {
                return true;
            }
        }
        return false;
    }

    /// Place of every label string among all of them in order of bytes; of the empty one 0.
    private static int[] stringRanks(SeriesTable table) {
        StringTable strings = table.strings();
        var used = new BitSet();
        int[] values = new int[table.count()];
        for (int name : table.labelNames()) {
            used.set(name);
            table.valuesOf(name, 0, table.count(), values);
            for (int value : values) {
                used.set(value);
            }
        }
        used.clear(0);
        int[] sorted = SeriesWriter.sorted(used, strings);
        int[] rank = new int[strings.count()];
        for (int i = 0; i < sorted.length; i++) {
            rank[sorted[i]] = i + 1;
        }
        return rank;
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
