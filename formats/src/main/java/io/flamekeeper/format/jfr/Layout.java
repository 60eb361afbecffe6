package io.flamekeeper.format.jfr;

import java.util.Arrays;
import java.util.List;

/// How the values of one class lie in the bytes: one step after the other, without names to look up and
/// without recursion into classes, whose fields lie there as if they were the class's own.
final class Layout {
    /// What lies there, and under which name if it is a field of the class itself.
    ///
    /// @param elements of an array, else empty
    record Step(Kind kind, Word name, List<Layout> elements) {
        static Step of(Kind kind) {
            return new Step(kind, Word.OTHER, List.of());
        }

        static Step array(Layout elements) {
            return new Step(Kind.ARRAY, Word.OTHER, List.of(elements));
        }

        /// A string or an array that nobody expects under this name has none: where it begins is no value.
        Step named(Word field) {
            boolean isExpected =
                    switch (kind) {
                        case TEXT ->
                                field == Word.NAME || field == Word.VALUE || field == Word.STRING;
                        case ARRAY -> field == Word.FRAMES;
                        case VARINT, BYTE, FOUR_BYTES, EIGHT_BYTES -> true;
                    };
            return new Step(kind, isExpected ? field : Word.OTHER, elements);
        }
    }

    enum Kind {
        VARINT,
        BYTE,
        FOUR_BYTES,
        EIGHT_BYTES,
        TEXT,
        /// A number of elements, then these.
        ARRAY
    }

    private final Step[] steps;
    private final Kind[] kind;
    private final int[] name;
    private final boolean isAllVarints;

    /// A bit for each name, by its number.
    private final long names;

    Layout(List<Step> steps) {
        this.steps = steps.toArray(Step[]::new);
        this.kind = steps.stream().map(Step::kind).toArray(Kind[]::new);
        this.name = steps.stream().mapToInt(step -> step.name().number()).toArray();
        this.isAllVarints = steps.stream().allMatch(step -> step.kind() == Kind.VARINT);
        this.names = Arrays.stream(name).mapToLong(one -> 1L << one).reduce(0, (a, b) -> a | b);
    }

    List<Step> steps() {
        return List.of(steps);
    }

    /// Steps that make up one value.
    int length() {
        return steps.length;
    }

    /// Whether values consist of nothing but integers.
    boolean isAllVarints() {
        return isAllVarints;
    }

    boolean has(Word field) {
        return (names >>> field.number() & 1) != 0;
    }

    /// Whether the class has a field of this name that lies there in this way.
    boolean has(Word field, Kind how) {
        return indexOf(field, how) >= 0;
    }

    /// Place among the steps of the first field of this name, or -1.
    int indexOf(Word field) {
        for (int i = 0; i < name.length; i++) {
            if (name[i] == field.number()) {
                return i;
            }
        }
        return -1;
    }

    /// As above, of the first that lies there in this way.
    int indexOf(Word field, Kind how) {
        for (int i = 0; i < name.length; i++) {
            if (name[i] == field.number() && kind[i] == how) {
                return i;
            }
        }
        return -1;
    }

    /// The layout of what is in the array at this place.
    Layout elements(int array) {
        return steps[array].elements().getFirst();
    }

    /// **Hot path.** Reads one value, and puts each field into `fields` under the number of its name: an
    /// integer as it is, a string or an array as the position where it begins.
    /// Benchmark: `JfrDecodeBenchmark`.
    void read(ChunkReader reader, long[] fields) {
        if (isAllVarints) {
            reader.varints(name, fields);
            return;
        }
        for (int i = 0; i < kind.length; i++) {
            switch (kind[i]) {
                case VARINT -> fields[name[i]] = reader.varint();
                case BYTE -> fields[name[i]] = reader.oneByte();
                case FOUR_BYTES -> reader.skip(Float.BYTES);
                case EIGHT_BYTES -> reader.skip(Double.BYTES);
                case TEXT -> {
                    fields[name[i]] = reader.position();
                    reader.text();
                }
                case ARRAY -> {
                    fields[name[i]] = reader.position();
                    skipArray(reader, steps[i].elements().getFirst());
                }
            }
        }
    }

    void skip(ChunkReader reader) {
        skip(reader, 0, kind.length);
    }

    /// Skips the steps `[from, to)`.
    void skip(ChunkReader reader, int from, int to) {
        for (int i = from; i < to && !reader.isOverrun(); i++) {
            switch (kind[i]) {
                case VARINT -> reader.varint();
                case BYTE -> reader.skip(1);
                case FOUR_BYTES -> reader.skip(Float.BYTES);
                case EIGHT_BYTES -> reader.skip(Double.BYTES);
                case TEXT -> reader.text();
                case ARRAY -> skipArray(reader, steps[i].elements().getFirst());
            }
        }
    }

    /// Elements without bytes are not counted one by one: there may be billions of them.
    private static void skipArray(ChunkReader reader, Layout elements) {
        if (elements.length() == 0) {
            reader.varint();
            return;
        }
        int count = reader.count();
        if (elements.isAllVarints) {
            reader.skipVarints((long) count * elements.length());
            return;
        }
        for (int i = 0; i < count && !reader.isOverrun(); i++) {
            elements.skip(reader);
        }
    }
}
