package io.flamekeeper.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes the labels that the Java agent sends beside a recording.
public final class SnapshotBytes {
    private static final int CONTEXTS = 1;
    private static final int STRINGS = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<String, Integer> idByString = new LinkedHashMap<>();

    /// Adds a context. Strings have ids from 1 in the order in which they are first used.
    public SnapshotBytes context(long id, String... namesAndValues) {
        var labels = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            labels.writeBytes(label(id(namesAndValues[i]), id(namesAndValues[i + 1])));
        }
        return entry(CONTEXTS, id, labels.toByteArray());
    }

    /// Adds a string of this id, once more if there is one already.
    public SnapshotBytes string(long id, String text) {
        return entry(STRINGS, id, text.getBytes(UTF_8));
    }

    /// One label of a context.
    public static byte[] label(long name, long value) {
        return PprofBytes.nested(1, PprofBytes.message(1, name, 2, value));
    }

    /// Adds a context of these labels.
    public SnapshotBytes context(long id, byte[] labels) {
        return entry(CONTEXTS, id, labels);
    }

    private int id(String text) {
        Integer known = idByString.get(text);
        if (known != null) {
            return known;
        }
        int id = idByString.size() + 1;
        idByString.put(text, id);
        string(id, text);
        return id;
    }

    private SnapshotBytes entry(int map, long key, byte[] value) {
        var entry = new ByteArrayOutputStream();
        entry.writeBytes(PprofBytes.message(1, key));
        entry.writeBytes(PprofBytes.nested(2, value));
        out.writeBytes(PprofBytes.nested(map, entry.toByteArray()));
        return this;
    }

    public byte[] bytes() {
        return out.toByteArray();
    }
}
