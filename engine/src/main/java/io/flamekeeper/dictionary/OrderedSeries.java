package io.flamekeeper.dictionary;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.Utf8Order;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A [SeriesTable] in canonical order: by profile type id, then labels. Shares everything with the table it was
/// made from.
public final class OrderedSeries implements SeriesTable {
    /// By id; parts that contain `:` can make two types with one id.
    private static final Comparator<ProfileType> TYPE_ORDER =
            Comparator.comparing(ProfileType::id, Utf8Order.COMPARATOR)
                    .thenComparing(ProfileType::name, Utf8Order.COMPARATOR)
                    .thenComparing(type -> type.sample().type(), Utf8Order.COMPARATOR)
                    .thenComparing(type -> type.sample().unit(), Utf8Order.COMPARATOR)
                    .thenComparing(type -> type.period().type(), Utf8Order.COMPARATOR);

    private final SeriesTable table;

    /// The table's series by place, and the place by the table's series.
    private final int[] order;

    private final int[] rank;

    private OrderedSeries(SeriesTable table, int[] order) {
        this.table = table;
        this.order = order;
        this.rank = new int[order.length];
        for (int place = 0; place < order.length; place++) {
            rank[order[place]] = place;
        }
    }

    public static OrderedSeries of(SeriesTable table) {
        int count = table.count();
        int[] rankOfString = rankOfStrings(table);
        int[] rankOfType = rankOfTypes(table.types());
        long[][] labels = new long[count][];
        for (int series = 0; series < count; series++) {
            LongStack found = new LongStack();
            table.forEachLabel(
                    series,
                    (name, value) ->
                            found.push(
                                    (long) rankOfString[name] << Integer.SIZE
                                            | rankOfString[value]));
            labels[series] = found.sorted();
        }
        Comparator<Integer> canonical =
                Comparator.<Integer>comparingInt(series -> rankOfType[table.typeOf(series)])
                        .thenComparing(series -> labels[series], Arrays::compare);
        return new OrderedSeries(
                table,
                IntStream.range(0, count)
                        .boxed()
                        .sorted(canonical)
                        .mapToInt(Integer::intValue)
                        .toArray());
    }

    private static int[] rankOfTypes(List<ProfileType> types) {
        List<ProfileType> sorted = types.stream().sorted(TYPE_ORDER).toList();
        return types.stream().mapToInt(sorted::indexOf).toArray();
    }

    /// Rank of every string that a label uses, in the order of their UTF-8 bytes.
    private static int[] rankOfStrings(SeriesTable table) {
        StringTable strings = table.strings();
        var used = new BitSet(strings.count());
        for (int series = 0; series < table.count(); series++) {
            table.forEachLabel(
                    series,
                    (name, value) -> {
                        used.set(name);
                        used.set(value);
                    });
        }
        int[] sorted =
                used.stream()
                        .boxed()
                        .sorted((a, b) -> compare(strings, a, b))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int[] rank = new int[strings.count()];
        for (int place = 0; place < sorted.length; place++) {
            rank[sorted[place]] = place;
        }
        return rank;
    }

    private static int compare(StringTable strings, int a, int b) {
        return Arrays.compareUnsigned(
                strings.bytes(),
                strings.start(a),
                strings.start(a) + strings.length(a),
                strings.bytes(),
                strings.start(b),
                strings.start(b) + strings.length(b));
    }

    /// The labels of one series.
    private static final class LongStack {
        private long[] values = new long[8];
        private int count;

        void push(long value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        long[] sorted() {
            long[] sorted = Arrays.copyOf(values, count);
            Arrays.sort(sorted);
            return sorted;
        }
    }

    /// Where the series of the table that this was made from is.
    public int rank(int series) {
        return rank[series];
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
