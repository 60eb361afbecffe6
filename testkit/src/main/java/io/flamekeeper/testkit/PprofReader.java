package io.flamekeeper.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads pprof by field number through protobuf's own runtime, so that nothing of ours reads what we wrote.
public final class PprofReader {
    private final UnknownFieldSet profile;
    private final List<String> strings = new ArrayList<>();
    private final Map<Long, UnknownFieldSet> locations = new HashMap<>();
    private final Map<Long, UnknownFieldSet> functions = new HashMap<>();
    private final Map<Long, UnknownFieldSet> mappings = new HashMap<>();

    public PprofReader(byte[] bytes) {
        this.profile = parse(ByteString.copyFrom(bytes));
        for (ByteString text : profile.getField(6).getLengthDelimitedList()) {
            strings.add(text.toStringUtf8());
        }
        index(3, mappings);
        index(4, locations);
        index(5, functions);
    }

    public long number(int field) {
        return number(profile, field);
    }

    public String string(long index) {
        return strings.get((int) index);
    }

    public List<String> strings() {
        return List.copyOf(strings);
    }

    /// `type/unit` of field 1 (sample types) or 11 (period type).
    public List<String> valueTypes(int field) {
        return messages(profile, field).stream()
                .map(one -> string(number(one, 1)) + "/" + string(number(one, 2)))
                .toList();
    }

    public int mappingCount() {
        return mappings.size();
    }

    public long mapping(long id, int field) {
        return number(required(mappings, id), field);
    }

    public int locationCount() {
        return locations.size();
    }

    /// Amount by stack of frames, outermost first, as [QueryOracle] describes them. Of several lines of a
    /// location all but the last are inlined.
    ///
    /// @throws IllegalStateException if a stack comes twice, an id is not dense or a sample has labels
    public Map<List<String>, Long> frames() {
        Map<List<String>, Long> amounts = new HashMap<>();
        for (UnknownFieldSet sample : messages(profile, 2)) {
            List<String> leafFirst = new ArrayList<>();
            for (long id : packed(sample, 1)) {
                addFrames(required(locations, id), leafFirst);
            }
            Collections.reverse(leafFirst);
            List<Long> values = packed(sample, 2);
            check(values.size() == 1, "values " + values);
            check(!sample.hasField(3), "sample labels");
            check(amounts.put(leafFirst, values.getFirst()) == null, "twice " + leafFirst);
        }
        return amounts;
    }

    private void addFrames(UnknownFieldSet location, List<String> leafFirst) {
        List<UnknownFieldSet> lines = messages(location, 4);
        if (lines.isEmpty()) {
            long id = number(location, 2);
            String where =
                    id == 0
                            ? ""
                            : number(required(mappings, id), 2)
                                    + string(number(required(mappings, id), 5));
            leafFirst.add(where + "@" + number(location, 3));
            return;
        }
        check(number(location, 3) == 0, "address of a symbolised location");
        check(number(location, 2) != 0, "no mapping");
        check(number(required(mappings, number(location, 2)), 7) == 1, "mapping has no functions");
        for (int i = 0; i < lines.size(); i++) {
            UnknownFieldSet function = required(functions, number(lines.get(i), 1));
            String inlined = i < lines.size() - 1 ? " inlined" : "";
            leafFirst.add(
                    string(number(function, 2))
                            + "|"
                            + string(number(function, 3))
                            + "|"
                            + string(number(function, 4))
                            + "|"
                            + number(function, 5)
                            + ":"
                            + number(lines.get(i), 2)
                            + inlined);
        }
    }

    private void index(int field, Map<Long, UnknownFieldSet> byId) {
        for (UnknownFieldSet message : messages(profile, field)) {
            check(byId.put(number(message, 1), message) == null, "two of the same id");
        }
        for (long id = 1; id <= byId.size(); id++) {
            check(byId.containsKey(id), "no id " + id + " in field " + field);
        }
    }

    private static UnknownFieldSet required(Map<Long, UnknownFieldSet> byId, long id) {
        UnknownFieldSet message = byId.get(id);
        if (message == null) {
            throw new IllegalStateException("no id " + id);
        }
        return message;
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet message, int field) {
        return message.getField(field).getLengthDelimitedList().stream()
                .map(PprofReader::parse)
                .toList();
    }

    private static UnknownFieldSet parse(ByteString bytes) {
        try {
            return UnknownFieldSet.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long number(UnknownFieldSet message, int field) {
        List<Long> values = message.getField(field).getVarintList();
        return values.isEmpty() ? 0 : values.getLast();
    }

    private static List<Long> packed(UnknownFieldSet message, int field) {
        List<Long> values = new ArrayList<>();
        for (ByteString bytes : message.getField(field).getLengthDelimitedList()) {
            CodedInputStream in = bytes.newCodedInput();
            try {
                while (!in.isAtEnd()) {
                    values.add(in.readUInt64());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return values;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
