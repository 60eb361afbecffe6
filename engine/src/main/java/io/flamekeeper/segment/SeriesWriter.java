package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import java.util.Arrays;
import java.util.BitSet;

/// Writes a series table, as [StoredSeries] reads it and [SegmentLayout] describes it. Takes some 4 bytes of
/// memory a string of the source, and a bit a series.
final class SeriesWriter {
    static final int CONSTANT = 0;
    static final int DENSE = 1;
    static final int SPARSE = 2;

    /// A label that fewer than one in this many series have is written sparsely.
    private static final int SPARSE_BELOW = 8;

    private static final int UNUSED = -1;

    private final SeriesTable series;
    private final PackedBlock.Encoder encoder;

    /// String id of the section by string id of the source, or [#UNUSED].
    private final int[] rank;

    /// String id of the source by string id of the section.
    private final int[] sorted;

    private final int[] chunk = new int[BitPacking.BLOCK];

    private SeriesWriter(SeriesTable series, PackedBlock.Encoder encoder) {
        this.series = series;
        this.encoder = encoder;
        this.sorted =
                series instanceof CanonicalSeries canonical
                        ? canonical.sortedStrings()
                        : sortedStrings(series);
        this.rank = new int[series.strings().count()];
        Arrays.fill(rank, UNUSED);
        for (int id = 0; id < sorted.length; id++) {
            rank[sorted[id]] = id;
        }
        rank[0] = 0;
    }

    /// @param series in canonical order
    static void write(SeriesTable series, PackedBlock.Encoder encoder, ByteSink sink) {
        new SeriesWriter(series, encoder).write(sink);
    }

    /// Takes the values of one label, chunk by chunk.
    private interface ChunkVisitor {
        /// @param value string ids of the source of the series from `from` on
        void values(int from, int[] value, int count);
    }

    private void forEachChunk(int name, ChunkVisitor visitor) {
        forEachChunk(series, name, chunk, visitor);
    }

    private static void forEachChunk(
            SeriesTable series, int name, int[] chunk, ChunkVisitor visitor) {
        for (int from = 0; from < series.count(); from += chunk.length) {
            int to = Math.min(from + chunk.length, series.count());
            series.valuesOf(name, from, to, chunk);
            visitor.values(from, chunk, to - from);
        }
    }

    /// Ids of all strings that labels use, and of the empty one, in order of their bytes.
    static int[] sortedStrings(SeriesTable series) {
        var used = new BitSet();
        int[] chunk = new int[BitPacking.BLOCK];
        for (int name : series.labelNames()) {
            boolean[] isUsed = new boolean[1];
            forEachChunk(
                    series,
                    name,
                    chunk,
                    (_, value, count) -> {
                        for (int i = 0; i < count; i++) {
                            used.set(value[i]);
                            isUsed[0] |= value[i] != 0;
                        }
                    });
            if (isUsed[0]) {
                used.set(name);
            }
        }
        used.set(0);
        int[] ids = used.stream().toArray();
        StringOrder.sort(ids, series.strings());
        return ids;
    }

    /// Whether any series has the label.
    private boolean isUsed(int name) {
        boolean[] found = new boolean[1];
        forEachChunk(
                name,
                (_, value, count) -> {
                    for (int i = 0; i < count; i++) {
                        found[0] |= value[i] != 0;
                    }
                });
        return found[0];
    }

    private void write(ByteSink sink) {
        sink.putVarint(series.count());
        writeStrings(sink);
        writeTypes(sink);
        int[] names =
                Arrays.stream(series.labelNames())
                        .filter(name -> rank[name] != UNUSED && isUsed(name))
                        .boxed()
                        .sorted((left, right) -> Integer.compare(rank[left], rank[right]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        sink.putVarint(names.length);
        for (int name : names) {
            sink.putVarint(rank[name]);
            writeColumn(name, sink);
        }
    }

    private void writeStrings(ByteSink sink) {
        StringTable strings = series.strings();
        sink.putVarint(sorted.length);
        int[] shared = new int[sorted.length];
        for (int id = 1; id < sorted.length; id++) {
            int left = sorted[id - 1];
            int right = sorted[id];
            int same =
                    Arrays.mismatch(
                            strings.bytes(),
                            strings.start(left),
                            strings.start(left) + strings.length(left),
                            strings.bytes(),
                            strings.start(right),
                            strings.start(right) + strings.length(right));
            shared[id] = same;
        }
        for (int length : shared) {
            sink.putVarint(length);
        }
        for (int id = 0; id < sorted.length; id++) {
            sink.putVarint(strings.length(sorted[id]) - shared[id]);
        }
        for (int id = 0; id < sorted.length; id++) {
            sink.putBytes(
                    strings.bytes(),
                    strings.start(sorted[id]) + shared[id],
                    strings.length(sorted[id]) - shared[id]);
        }
    }

    private void writeTypes(ByteSink sink) {
        int[] seriesOfType = new int[series.types().size()];
        int[] order = new int[seriesOfType.length];
        int used = 0;
        for (int one = 0; one < series.count(); one++) {
            int type = series.typeOf(one);
            if (seriesOfType[type]++ == 0) {
                order[used++] = type;
            }
            assert order[used - 1] == type : "series " + one + " is not in order of types";
        }
        sink.putVarint(used);
        for (int i = 0; i < used; i++) {
            ProfileType type = series.types().get(order[i]);
            sink.putString(type.name());
            sink.putString(type.sample().type());
            sink.putString(type.sample().unit());
            sink.putString(type.period().type());
            sink.putString(type.period().unit());
            sink.putVarint(seriesOfType[order[i]]);
        }
    }

    private void writeColumn(int name, ByteSink sink) {
        var values = new BitSet();
        int[] present = new int[1];
        forEachChunk(
                name,
                (_, value, count) -> {
                    for (int i = 0; i < count; i++) {
                        values.set(rank[value[i]]);
                        present[0] += value[i] == 0 ? 0 : 1;
                    }
                });
        boolean isSparse = present[0] < series.count() / SPARSE_BELOW;
        if (isSparse) {
            values.clear(0);
        }
        int valueCount = values.cardinality();
        int form = isSparse ? SPARSE : valueCount == 1 ? CONSTANT : DENSE;
        sink.putByte(form);
        sink.putVarint(valueCount);
        int[] place = new int[values.length()];
        int before = 0;
        int next = 0;
        for (int id = values.nextSetBit(0); id >= 0; id = values.nextSetBit(id + 1)) {
            sink.putVarint(id - before);
            before = id;
            place[id] = next++;
        }
        if (form == CONSTANT) {
            return;
        }
        var places = new PackedLongs.Writer(encoder);
        var having = new PackedLongs.Writer(encoder);
        forEachChunk(
                name,
                (from, value, count) -> {
                    for (int i = 0; i < count; i++) {
                        if (form == DENSE) {
                            places.add(place[rank[value[i]]]);
                        } else if (value[i] != 0) {
                            having.add(from + i);
                            places.add(place[rank[value[i]]]);
                        }
                    }
                });
        if (form == SPARSE) {
            sink.putVarint(present[0]);
            having.finish(sink);
        }
        places.finish(sink);
    }
}
