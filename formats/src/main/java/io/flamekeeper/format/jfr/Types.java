package io.flamekeeper.format.jfr;

import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.jfr.Layout.Kind;
import io.flamekeeper.format.jfr.Layout.Step;
import io.flamekeeper.model.FlamekeeperException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The classes of a chunk, as its metadata event describes them.
///
/// The event is a table of strings and a tree of elements, each with its name, its attributes and its
/// children; names, keys and values are numbers of strings, and numbers are strings of digits. Only classes
/// and their fields are kept:
///
/// | column       | shape              | meaning                                      |
/// |--------------|--------------------|----------------------------------------------|
/// | `className`  | `Word[classes]`    | by row, see [#row]                           |
/// | `firstField` | `int[classes]`     | first row of the three columns below         |
/// | `fieldCount` | `int[classes]`     | how many of them                             |
/// | `fieldName`  | `Word[fields]`     |                                              |
/// | `fieldClass` | `long[fields]`     | id of its class                              |
/// | `fieldFlags` | `byte[fields]`     | [#CONSTANT], [#ARRAY]                        |
final class Types {
    static final Layout NO_FIELDS = new Layout(List.of());

    /// Of what is not there itself, but by the id of a constant.
    private static final Layout REFERENCE = new Layout(List.of(Step.of(Kind.VARINT)));

    private static final int CONSTANT = 1;
    private static final int ARRAY = 2;

    private static final int ELEMENT_DEPTH_MAX = 64;
    private static final int CLASS_DEPTH_MAX = 64;

    /// Steps of all layouts together that no metadata is too small for.
    private static final int STEPS_MIN = 1_024;

    private static final Word[] WORDS = Word.values();
    private static final byte UNKNOWN = -1;

    private final byte[] body;
    private final ChunkReader reader;
    private final int at;

    // Strings of the event; their words are looked up when they are first asked for.
    private int[] textStart = {};
    private int[] textEnd = {};
    private byte[] word = {};

    private final LongIndex classes;
    private Word[] className = new Word[256];
    private int[] firstField = new int[256];
    private int[] fieldCount = new int[256];
    private int fields;
    private Word[] fieldName = new Word[1024];
    private long[] fieldClass = new long[1024];
    private byte[] fieldFlags = new byte[1024];

    private final Map<Integer, Layout> layoutByRow = new HashMap<>();
    private int steps;

    /// A step for each byte of the metadata: what the JDK writes has one for a hundred.
    private int stepsMax = STEPS_MIN;

    private Types(byte[] body, ChunkHeader header, long hashSeed) {
        this.body = body;
        this.reader = new ChunkReader(body, header.metadata(), header.end());
        this.at = header.metadata();
        this.classes = new LongIndex(hashSeed);
    }

    /// Reads the metadata event of a chunk.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    static Types read(byte[] body, ChunkHeader header, long hashSeed) {
        var types = new Types(body, header, hashSeed);
        types.readStrings();
        types.readElements();
        types.stepsMax = Math.max(STEPS_MIN, types.reader.position() - types.at);
        if (types.reader.isOverrun()) {
            throw types.malformed("is truncated (expected: more bytes)");
        }
        return types;
    }

    private void readStrings() {
        reader.varint(); // size
        long type = reader.varint();
        if (type != 0) {
            throw malformed("has type %d (expected: 0)".formatted(type));
        }
        reader.varint(); // start
        reader.varint(); // duration
        reader.varint(); // id of this metadata
        int count = reader.count();
        textStart = new int[count];
        textEnd = new int[count];
        word = new byte[count];
        Arrays.fill(word, UNKNOWN);
        for (int i = 0; i < count && !reader.isOverrun(); i++) {
            reader.text();
            textStart[i] = reader.textStart();
            textEnd[i] = reader.textEnd();
        }
    }

    private void readElements() {
        int[] pending = new int[ELEMENT_DEPTH_MAX];
        int depth = 0;
        int currentClass = LongIndex.NONE;
        pending[0] = 1;
        while (depth >= 0 && !reader.isOverrun()) {
            if (pending[depth] == 0) {
                depth--;
                continue;
            }
            pending[depth]--;
            switch (word(string())) {
                case CLASS -> currentClass = readClass();
                case FIELD -> readField(currentClass);
                default -> skipAttributes();
            }
            int children = reader.count();
            if (children > 0) {
                if (++depth == ELEMENT_DEPTH_MAX) {
                    throw malformed(
                            "is deeper than %d elements (expected: at most %1$d)"
                                    .formatted(ELEMENT_DEPTH_MAX));
                }
                pending[depth] = children;
            }
        }
    }

    private void skipAttributes() {
        for (int left = reader.count(); left > 0 && !reader.isOverrun(); left--) {
            reader.varint();
            reader.varint();
        }
    }

    private int readClass() {
        long id = 0;
        Word name = Word.OTHER;
        for (int left = reader.count(); left > 0 && !reader.isOverrun(); left--) {
            Word key = word(string());
            int value = string();
            switch (key) {
                case ID -> id = number(value);
                case NAME -> name = word(value);
                default -> {}
            }
        }
        int row = classes.add(id);
        if (row == className.length) {
            className = Arrays.copyOf(className, 2 * row);
            firstField = Arrays.copyOf(firstField, 2 * row);
            fieldCount = Arrays.copyOf(fieldCount, 2 * row);
        }
        className[row] = name;
        firstField[row] = fields;
        fieldCount[row] = 0;
        return row;
    }

    private void readField(int ofClass) {
        Word name = Word.OTHER;
        long type = 0;
        int flags = 0;
        for (int left = reader.count(); left > 0 && !reader.isOverrun(); left--) {
            Word key = word(string());
            int value = string();
            switch (key) {
                case NAME -> name = word(value);
                case CLASS -> type = number(value);
                case CONSTANT_POOL -> flags |= isTrue(value) ? CONSTANT : 0;
                case DIMENSION -> flags |= number(value) > 0 ? ARRAY : 0;
                default -> {}
            }
        }
        if (ofClass == LongIndex.NONE || reader.isOverrun()) {
            return;
        }
        if (firstField[ofClass] + fieldCount[ofClass] != fields) {
            throw malformed("has a field outside of its class (expected: inside)");
        }
        if (fields == fieldName.length) {
            fieldName = Arrays.copyOf(fieldName, 2 * fields);
            fieldClass = Arrays.copyOf(fieldClass, 2 * fields);
            fieldFlags = Arrays.copyOf(fieldFlags, 2 * fields);
        }
        fieldName[fields] = name;
        fieldClass[fields] = type;
        fieldFlags[fields++] = (byte) flags;
        fieldCount[ofClass]++;
    }

    /// Reads the number of a string.
    private int string() {
        long string = reader.varint();
        if (string < 0 || string >= textStart.length) {
            throw malformed(
                    "refers to string %d (expected: 0 to %d)"
                            .formatted(string, textStart.length - 1));
        }
        return (int) string;
    }

    private Word word(int string) {
        if (word[string] == UNKNOWN) {
            int length = textEnd[string] - textStart[string];
            word[string] = (byte) Word.of(body, textStart[string], length).number();
        }
        return WORDS[word[string]];
    }

    private boolean isTrue(int string) {
        return textEnd[string] - textStart[string] == 4 && body[textStart[string]] == 't';
    }

    private long number(int string) {
        long number = 0;
        for (int i = textStart[string]; i < textEnd[string]; i++) {
            int digit = body[i] - '0';
            if (digit < 0 || digit > 9 || number > Long.MAX_VALUE / 10 - 1) {
                throw malformed("has a number with other than digits in it (expected: an id)");
            }
            number = 10 * number + digit;
        }
        return number;
    }

    /// Row of a class, or [LongIndex#NONE].
    int row(long classId) {
        return classes.find(classId);
    }

    int count() {
        return classes.count();
    }

    Word name(int row) {
        return className[row];
    }

    /// The layout of the class in this row.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE` if the metadata does not say what its values are
    Layout layout(int row) {
        return layout(row, 0);
    }

    /// A class that contains itself is deeper than any limit.
    private Layout layout(int row, int depth) {
        Layout known = layoutByRow.get(row);
        if (known != null) {
            return known;
        }
        if (depth == CLASS_DEPTH_MAX) {
            throw malformed(
                    "has classes inside of classes, %d deep (expected: fewer)"
                            .formatted(CLASS_DEPTH_MAX));
        }
        var made =
                new Layout(
                        switch (className[row]) {
                            case BOOLEAN, BYTE -> List.of(Step.of(Kind.BYTE));
                            case CHAR, SHORT, INT, LONG -> List.of(Step.of(Kind.VARINT));
                            case FLOAT -> List.of(Step.of(Kind.FOUR_BYTES));
                            case DOUBLE -> List.of(Step.of(Kind.EIGHT_BYTES));
                            case STRING_CLASS -> List.of(Step.of(Kind.TEXT));
                            default -> fieldsOf(row, depth);
                        });
        steps += made.length();
        if (steps > stepsMax) {
            throw tooManyFields();
        }
        layoutByRow.put(row, made);
        return made;
    }

    private List<Step> fieldsOf(int row, int depth) {
        List<Step> all = new ArrayList<>();
        for (int field = firstField[row]; field < firstField[row] + fieldCount[row]; field++) {
            Layout one =
                    (fieldFlags[field] & CONSTANT) != 0
                            ? REFERENCE
                            : layout(rowOfField(field), depth + 1);
            if ((fieldFlags[field] & ARRAY) != 0) {
                all.add(Step.array(one).named(fieldName[field]));
            } else if (one.length() == 1) {
                all.add(one.steps().getFirst().named(fieldName[field]));
            } else {
                one.steps().forEach(step -> all.add(step.named(Word.OTHER)));
            }
            if (all.size() > stepsMax) {
                throw tooManyFields();
            }
        }
        return all;
    }

    private FlamekeeperException tooManyFields() {
        return malformed(
                "has more than %d fields inside of fields (expected: at most %1$d)"
                        .formatted(stepsMax));
    }

    private int rowOfField(int field) {
        int row = classes.find(fieldClass[field]);
        if (row == LongIndex.NONE) {
            throw malformed(
                    "has a field of class %s (expected: a class of the chunk)"
                            .formatted(Long.toUnsignedString(fieldClass[field])));
        }
        return row;
    }

    private FlamekeeperException malformed(String what) {
        return ChunkHeader.malformed("metadata at byte %d %s", at, what);
    }
}
