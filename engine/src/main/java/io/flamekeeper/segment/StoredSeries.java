package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedInts;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The series of a [Partition]. [SegmentLayout] has the form on disk; in memory a column takes as many bits a
/// series as its number of values needs. Strings are sorted by their bytes, so ids compare as strings do.
final class StoredSeries implements SeriesTable {
    private final int count;
    private final StringTable strings;
    private final List<ProfileType> types;

    /// Series of type t are `[typeStart[t], typeStart[t + 1])`.
    private final int[] typeStart;

    /// Ascending.
    private final int[] names;

    private final Column[] columns;

    /// String id of the label's value by series, 0 = absent.
    private sealed interface Column {
        int valueOf(int series);
    }

    private record Constant(int value) implements Column {
        @Override
        public int valueOf(int series) {
            return value;
        }
    }

    /// @param place of each series' value among the values
    private record Dense(Values values, PackedInts place) implements Column {
        @Override
        public int valueOf(int series) {
            return values.get(place.get(series));
        }
    }

    /// @param series those that have the label, ascending
    /// @param place  of the value of each of them among the values
    private record Sparse(Values values, PackedInts series, PackedInts place) implements Column {
        @Override
        public int valueOf(int one) {
            int at = series.search(one);
            return at < 0 ? 0 : values.get(place.get(at));
        }
    }

    /// String ids of the values of a column, ascending.
    private sealed interface Values {
        int get(int place);
    }

    /// Neighbours in the string table.
    private record Range(int first) implements Values {
        @Override
        public int get(int place) {
            return first + place;
        }
    }

    /// The empty string, for an absent label, and neighbours in the string table.
    private record RangeOrAbsent(int first) implements Values {
        @Override
        public int get(int place) {
            return place == 0 ? 0 : first + place - 1;
        }
    }

    private record Scattered(int[] value) implements Values {
        @Override
        public int get(int place) {
            return value[place];
        }
    }

    private StoredSeries(ByteSource source) {
        count = source.nextInt(Integer.MAX_VALUE - 16);
        strings = readStrings(source);
        types = new ArrayList<>();
        typeStart = readTypes(source, count, types);
        int nameCount = source.nextCount();
        names = new int[nameCount];
        columns = new Column[nameCount];
        var decoder = new PackedBlock.Decoder();
        for (int i = 0; i < nameCount; i++) {
            names[i] = source.nextInt(strings.count() - 1);
            columns[i] = readColumn(source, decoder);
        }
        source.expectEnd();
    }

    static StoredSeries read(ByteSource source) {
        return new StoredSeries(source);
    }

    private static StringTable readStrings(ByteSource source) {
        int stringCount = source.nextCount();
        int[] start = new int[stringCount];
        int[] length = new int[stringCount];
        for (int id = 0; id < stringCount; id++) {
            start[id] = source.nextInt(Integer.MAX_VALUE);
        }
        long bytes = 0;
        for (int id = 0; id < stringCount; id++) {
            int before = id == 0 ? 0 : length[id - 1];
            if (start[id] > before) {
                throw source.corrupt("string " + id + " shares more than there is");
            }
            length[id] = start[id] + source.nextInt(source.remaining());
            bytes += length[id];
        }
        if (stringCount == 0 || length[0] != 0 || bytes > Integer.MAX_VALUE - 16) {
            throw source.corrupt("strings of %d bytes".formatted(bytes));
        }
        byte[] all = new byte[(int) bytes];
        int end = 0;
        int previous = 0;
        for (int id = 0; id < stringCount; id++) {
            int shared = start[id];
            System.arraycopy(all, previous, all, end, shared);
            source.nextBytes(length[id] - shared, all, end + shared);
            start[id] = end;
            previous = end;
            end += length[id];
        }
        return StringTable.ofSlices(all, start, length, stringCount);
    }

    private static int[] readTypes(ByteSource source, int count, List<ProfileType> types) {
        int typeCount = source.nextCount();
        int[] start = new int[typeCount + 1];
        for (int type = 0; type < typeCount; type++) {
            types.add(
                    new ProfileType(
                            source.nextString(),
                            new ValueType(source.nextString(), source.nextString()),
                            new ValueType(source.nextString(), source.nextString())));
            start[type + 1] = start[type] + source.nextInt(count - start[type]);
        }
        if (start[typeCount] != count) {
            throw source.corrupt("series without type");
        }
        return start;
    }

    private Column readColumn(ByteSource source, PackedBlock.Decoder decoder) {
        int form = source.nextByte();
        int valueCount = source.nextCount();
        int[] value = new int[valueCount];
        int last = 0;
        for (int place = 0; place < valueCount; place++) {
            last += source.nextInt(strings.count() - 1 - last);
            value[place] = last;
        }
        if (valueCount == 0) {
            throw source.corrupt("a label without values");
        }
        Values values = values(value);
        return switch (form) {
            case SeriesWriter.CONSTANT -> new Constant(value[0]);
            case SeriesWriter.DENSE ->
                    new Dense(values, ints(source, count, valueCount - 1, decoder));
            case SeriesWriter.SPARSE -> {
                int present = source.nextInt(count);
                PackedInts series = ints(source, present, Math.max(count - 1, 0), decoder);
                yield new Sparse(values, series, ints(source, present, valueCount - 1, decoder));
            }
            default -> throw source.corrupt("a column of form " + form);
        };
    }

    private static Values values(int[] ascending) {
        int count = ascending.length;
        int last = ascending[count - 1];
        if (last - ascending[0] == count - 1) {
            return new Range(ascending[0]);
        }
        if (ascending[0] == 0 && last - ascending[1] == count - 2) {
            return new RangeOrAbsent(ascending[1]);
        }
        return new Scattered(ascending);
    }

    private static PackedInts ints(
            ByteSource source, int count, int max, PackedBlock.Decoder decoder) {
        PackedLongs column = PackedLongs.read("labels", source, count);
        return PackedInts.of(column, max, decoder, source);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public StringTable strings() {
        return strings;
    }

    @Override
    public int[] labelNames() {
        return names.clone();
    }

    @Override
    public int valueOf(int series, int name) {
        int column = Arrays.binarySearch(names, name);
        return column < 0 ? 0 : columns[column].valueOf(series);
    }

    @Override
    public void valuesOf(int name, int from, int to, int[] into) {
        int column = Arrays.binarySearch(names, name);
        if (column < 0) {
            Arrays.fill(into, 0, to - from, 0);
            return;
        }
        switch (columns[column]) {
            case Constant(int value) -> Arrays.fill(into, 0, to - from, value);
            case Dense dense -> {
                for (int series = from; series < to; series++) {
                    into[series - from] = dense.valueOf(series);
                }
            }
            case Sparse(Values values, PackedInts series, PackedInts place) -> {
                Arrays.fill(into, 0, to - from, 0);
                int at = series.search(from);
                for (int i = at < 0 ? -1 - at : at; i < series.count() && series.get(i) < to; i++) {
                    into[series.get(i) - from] = values.get(place.get(i));
                }
            }
        }
    }

    @Override
    public List<ProfileType> types() {
        return types;
    }

    @Override
    public int typeOf(int series) {
        int at = Arrays.binarySearch(typeStart, series);
        if (at < 0) {
            return -2 - at;
        }
        while (typeStart[at + 1] == series) {
            at++;
        }
        return at;
    }

    /// First series of the type.
    int typeStart(int type) {
        return typeStart[type];
    }

    /// First series behind those of the type.
    int typeEnd(int type) {
        return typeStart[type + 1];
    }
}
