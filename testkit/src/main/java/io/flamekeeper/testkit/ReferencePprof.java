package io.flamekeeper.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// pprof read the obvious way, on protobuf's own reader: the oracle of the fast decoder. Slow, believes
/// every reference, knows no limit.
///
/// @param sampleTypes `type unit`
/// @param scalars     time, duration and period
public record ReferencePprof(
        List<String> sampleTypes, String periodType, List<Long> scalars, List<RawSample> samples) {
    private record Location(long mapping, long address, List<long[]> lines) {}

    private record Function(long name, long systemName, long file, long startLine) {}

    private record Mapping(
            long start, long limit, long offset, long file, long buildId, int flags) {}

    /// Fields of one message by number, in the order in which they came.
    private record Message(Map<Integer, List<Object>> fields) {
        static Message parse(ByteString bytes, int... packed) throws IOException {
            Map<Integer, List<Object>> fields = new HashMap<>();
            CodedInputStream in = bytes.newCodedInput();
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                int number = WireFormat.getTagFieldNumber(tag);
                List<Object> values = fields.computeIfAbsent(number, _ -> new ArrayList<>());
                switch (WireFormat.getTagWireType(tag)) {
                    case WireFormat.WIRETYPE_VARINT -> values.add(in.readUInt64());
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                        ByteString content = in.readBytes();
                        boolean isPacked = false;
                        for (int one : packed) {
                            isPacked |= one == number;
                        }
                        if (isPacked) {
                            CodedInputStream numbers = content.newCodedInput();
                            while (!numbers.isAtEnd()) {
                                values.add(numbers.readUInt64());
                            }
                        } else {
                            values.add(content);
                        }
                    }
                    default -> in.skipField(tag);
                }
            }
            return new Message(fields);
        }

        List<Long> numbers(int field) {
            return fields.getOrDefault(field, List.of()).stream()
                    .filter(Long.class::isInstance)
                    .map(Long.class::cast)
                    .toList();
        }

        long number(int field) {
            List<Long> all = numbers(field);
            return all.isEmpty() ? 0 : all.getLast();
        }

        List<ByteString> messages(int field) {
            return fields.getOrDefault(field, List.of()).stream()
                    .filter(ByteString.class::isInstance)
                    .map(ByteString.class::cast)
                    .toList();
        }
    }

    public static ReferencePprof decode(byte[] body) throws IOException {
        Message profile = Message.parse(ByteString.copyFrom(body));
        List<String> strings = profile.messages(6).stream().map(ByteString::toStringUtf8).toList();
        Map<Long, Mapping> mappings = new HashMap<>();
        for (ByteString bytes : profile.messages(3)) {
            Message one = Message.parse(bytes);
            int flags = 0;
            for (int flag = 0; flag < 4; flag++) {
                flags |= one.number(7 + flag) == 0 ? 0 : 1 << flag;
            }
            mappings.put(
                    one.number(1),
                    new Mapping(
                            one.number(2),
                            one.number(3),
                            one.number(4),
                            one.number(5),
                            one.number(6),
                            flags));
        }
        Map<Long, Location> locations = new HashMap<>();
        for (ByteString bytes : profile.messages(4)) {
            Message one = Message.parse(bytes);
            List<long[]> lines = new ArrayList<>();
            for (ByteString line : one.messages(4)) {
                Message parsed = Message.parse(line);
                lines.add(new long[] {parsed.number(1), parsed.number(2)});
            }
            locations.put(one.number(1), new Location(one.number(2), one.number(3), lines));
        }
        Map<Long, Function> functions = new HashMap<>();
        for (ByteString bytes : profile.messages(5)) {
            Message one = Message.parse(bytes);
            functions.put(
                    one.number(1),
                    new Function(one.number(2), one.number(3), one.number(4), one.number(5)));
        }
        List<RawSample> samples = new ArrayList<>();
        for (ByteString bytes : profile.messages(2)) {
            Message one = Message.parse(bytes, 1, 2);
            List<String> rootFirst = new ArrayList<>();
            for (long id : one.numbers(1).reversed()) {
                frames(
                        rootFirst,
                        Objects.requireNonNull(locations.get(id)),
                        functions,
                        mappings,
                        strings);
            }
            List<String> labels = new ArrayList<>();
            for (ByteString label : one.messages(3)) {
                Message parsed = Message.parse(label);
                String text = strings.get((int) parsed.number(2));
                if (!text.isEmpty()) {
                    labels.add(strings.get((int) parsed.number(1)) + "=" + text);
                }
            }
            samples.add(new RawSample(rootFirst, one.numbers(2), labels));
        }
        List<String> sampleTypes = new ArrayList<>();
        for (ByteString bytes : profile.messages(1)) {
            sampleTypes.add(type(Message.parse(bytes), strings));
        }
        Message period = Message.parse(ByteString.copyFrom(profile.messages(11)));
        return new ReferencePprof(
                sampleTypes,
                type(period, strings),
                List.of(profile.number(9), profile.number(10), profile.number(12)),
                samples);
    }

    private static void frames(
            List<String> rootFirst,
            Location location,
            Map<Long, Function> functions,
            Map<Long, Mapping> mappings,
            List<String> strings) {
        Mapping binary = mappings.get(location.mapping());
        String mapping =
                binary == null
                        ? "?"
                        : RawSample.mapping(
                                binary.start(),
                                binary.limit(),
                                binary.offset(),
                                strings.get((int) binary.file()),
                                strings.get((int) binary.buildId()),
                                binary.flags());
        if (location.lines().isEmpty()) {
            rootFirst.add(RawSample.frame("?", 0, mapping, location.address(), false));
        }
        for (int line = location.lines().size() - 1; line >= 0; line--) {
            Function called = Objects.requireNonNull(functions.get(location.lines().get(line)[0]));
            rootFirst.add(
                    RawSample.frame(
                            RawSample.function(
                                    strings.get((int) called.name()),
                                    strings.get((int) called.systemName()),
                                    strings.get((int) called.file()),
                                    called.startLine()),
                            location.lines().get(line)[1],
                            mapping,
                            location.address(),
                            line < location.lines().size() - 1));
        }
    }

    private static String type(Message type, List<String> strings) {
        return strings.get((int) type.number(1)) + " " + strings.get((int) type.number(2));
    }
}
