package io.flamekeeper.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.profiles.v1development.Function;
import io.opentelemetry.proto.profiles.v1development.KeyValueAndUnit;
import io.opentelemetry.proto.profiles.v1development.Line;
import io.opentelemetry.proto.profiles.v1development.Link;
import io.opentelemetry.proto.profiles.v1development.Location;
import io.opentelemetry.proto.profiles.v1development.Mapping;
import io.opentelemetry.proto.profiles.v1development.Profile;
import io.opentelemetry.proto.profiles.v1development.ProfilesDictionary;
import io.opentelemetry.proto.profiles.v1development.ResourceProfiles;
import io.opentelemetry.proto.profiles.v1development.Sample;
import io.opentelemetry.proto.profiles.v1development.ScopeProfiles;
import io.opentelemetry.proto.profiles.v1development.Stack;
import io.opentelemetry.proto.profiles.v1development.ValueType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Draws valid messages of OpenTelemetry profiles, and ways to write them that protobuf allows: fields in any order, lists
/// packed or not, varints padded, a dictionary in pieces, unknown fields between the others.
public final class RandomOtlp {
    /// More than any table has rows: so a value is never a reference by chance.
    private static final long VALUE_MIN = 1_000;

    private static final List<String> KEYS =
            List.of("", "service.name", "process.executable.build_id.gnu", "thread.name", "pid");

    private final SplittableRandom random;
    private final List<String> strings = new ArrayList<>();

    private RandomOtlp(SplittableRandom random) {
        this.random = random;
    }

    public static ExportProfilesServiceRequest next(SplittableRandom random) {
        return new RandomOtlp(random).request();
    }

    private ExportProfilesServiceRequest request() {
        strings.add(random.nextInt(4) == 0 ? "zero" : "");
        strings.addAll(KEYS);
        int stringCount = 10 + random.nextInt(20);
        while (strings.size() < stringCount) {
            strings.add(text());
        }
        ProfilesDictionary.Builder dictionary =
                ProfilesDictionary.newBuilder().addAllStringTable(strings);
        int attributes = 1 + random.nextInt(10);
        for (int i = 0; i < attributes; i++) {
            dictionary.addAttributeTable(
                    KeyValueAndUnit.newBuilder().setKeyStrindex(string()).setValue(value(2)));
        }
        boolean rowZeroIsEmpty = random.nextBoolean();
        if (rowZeroIsEmpty) {
            dictionary
                    .addMappingTable(Mapping.getDefaultInstance())
                    .addFunctionTable(Function.getDefaultInstance())
                    .addLocationTable(Location.getDefaultInstance())
                    .addStackTable(Stack.getDefaultInstance());
        }
        dictionary.addLinkTable(Link.getDefaultInstance());
        int mappings = 1 + random.nextInt(3);
        for (int i = 0; i < mappings; i++) {
            Mapping.Builder mapping =
                    Mapping.newBuilder()
                            .setMemoryStart(random.nextLong())
                            .setMemoryLimit(random.nextInt(3))
                            .setFilenameStrindex(string());
            while (random.nextBoolean()) {
                mapping.addAttributeIndices(random.nextInt(attributes));
            }
            dictionary.addMappingTable(mapping);
        }
        int functions = 1 + random.nextInt(15);
        for (int i = 0; i < functions; i++) {
            dictionary.addFunctionTable(
                    Function.newBuilder()
                            .setNameStrindex(string())
                            .setSystemNameStrindex(string())
                            .setFilenameStrindex(string())
                            .setStartLine(random.nextInt(100)));
        }
        int locations = 1 + random.nextInt(20);
        for (int i = 0; i < locations; i++) {
            Location.Builder location =
                    Location.newBuilder()
                            .setMappingIndex(random.nextInt(dictionary.getMappingTableCount()))
                            .setAddress(random.nextLong());
            int lines = random.nextInt(4);
            for (int line = 0; line < lines; line++) {
                location.addLines(
                        Line.newBuilder()
                                .setFunctionIndex(
                                        random.nextInt(dictionary.getFunctionTableCount()))
                                .setLine(random.nextInt(50))
                                .setColumn(random.nextInt(9)));
            }
            dictionary.addLocationTable(location);
        }
        int stacks = 1 + random.nextInt(15);
        for (int i = 0; i < stacks; i++) {
            Stack.Builder stack = Stack.newBuilder();
            int depth = random.nextInt(12);
            for (int level = 0; level < depth; level++) {
                stack.addLocationIndices(random.nextInt(dictionary.getLocationTableCount()));
            }
            dictionary.addStackTable(stack);
        }
        int links = random.nextInt(4);
        for (int i = 0; i < links; i++) {
            dictionary.addLinkTable(Link.newBuilder().setTraceId(id(16)).setSpanId(id(8)));
        }
        ExportProfilesServiceRequest.Builder request =
                ExportProfilesServiceRequest.newBuilder().setDictionary(dictionary);
        int resources = 1 + random.nextInt(3);
        for (int i = 0; i < resources; i++) {
            request.addResourceProfiles(resource(dictionary));
        }
        return request.build();
    }

    private ResourceProfiles resource(ProfilesDictionary.Builder dictionary) {
        ResourceProfiles.Builder resource = ResourceProfiles.newBuilder().setSchemaUrl("a schema");
        while (random.nextInt(3) != 0) {
            resource.getResourceBuilder().addAttributes(keyValue());
        }
        int scopes = random.nextInt(3);
        for (int i = 0; i < scopes; i++) {
            ScopeProfiles.Builder scope = resource.addScopeProfilesBuilder();
            scope.getScopeBuilder().setName("a profiler");
            while (random.nextBoolean()) {
                scope.getScopeBuilder().addAttributes(keyValue());
            }
            int profiles = random.nextInt(3);
            for (int profile = 0; profile < profiles; profile++) {
                scope.addProfiles(profile(dictionary));
            }
        }
        return resource.build();
    }

    private Profile profile(ProfilesDictionary.Builder dictionary) {
        Profile.Builder profile =
                Profile.newBuilder()
                        .setSampleType(type())
                        .setPeriodType(type())
                        .setPeriod(random.nextLong())
                        .setTimeUnixNano(random.nextLong())
                        .setDurationNano(random.nextLong())
                        .setProfileId(id(16))
                        .setOriginalPayloadFormat("jfr");
        while (random.nextInt(3) == 0) {
            profile.addAttributeIndices(random.nextInt(dictionary.getAttributeTableCount()));
        }
        int samples = random.nextInt(20);
        for (int i = 0; i < samples; i++) {
            Sample.Builder sample =
                    Sample.newBuilder()
                            .setStackIndex(random.nextInt(dictionary.getStackTableCount()))
                            .setLinkIndex(random.nextInt(dictionary.getLinkTableCount()));
            int attributes = random.nextInt(4);
            for (int attribute = 0; attribute < attributes; attribute++) {
                sample.addAttributeIndices(random.nextInt(dictionary.getAttributeTableCount()));
            }
            int events = 1 + random.nextInt(4);
            boolean withValues = random.nextBoolean();
            boolean withTimes = !withValues || random.nextBoolean();
            for (int event = 0; event < events; event++) {
                if (withValues) {
                    sample.addValues(amount());
                }
                if (withTimes) {
                    sample.addTimestampsUnixNano(random.nextLong());
                }
            }
            profile.addSamples(sample);
        }
        return profile.build();
    }

    private long amount() {
        return switch (random.nextInt(20)) {
            case 0 -> Long.MAX_VALUE - random.nextInt(3);
            case 1 -> -random.nextLong(1, Long.MAX_VALUE);
            default -> VALUE_MIN + random.nextInt(1_000_000);
        };
    }

    private ValueType type() {
        return ValueType.newBuilder().setTypeStrindex(string()).setUnitStrindex(string()).build();
    }

    private KeyValue keyValue() {
        KeyValue.Builder pair = KeyValue.newBuilder().setValue(value(2));
        return random.nextInt(4) == 0
                ? pair.setKeyStrindex(1 + random.nextInt(strings.size() - 1)).build()
                : pair.setKey(KEYS.get(random.nextInt(KEYS.size()))).build();
    }

    private AnyValue value(int depth) {
        AnyValue.Builder value = AnyValue.newBuilder();
        return switch (random.nextInt(depth == 0 ? 7 : 9)) {
            case 0 -> value.build();
            case 1 -> value.setBoolValue(random.nextBoolean()).build();
            case 2 -> value.setIntValue(random.nextLong()).build();
            case 3 -> value.setDoubleValue(random.nextDouble()).build();
            case 4 -> value.setBytesValue(id(3)).build();
            case 5 -> value.setStringValueStrindex(string()).build();
            case 6 -> value.setStringValue(text()).build();
            case 7 ->
                    value.setKvlistValue(
                                    KeyValueList.newBuilder()
                                            .addValues(
                                                    KeyValue.newBuilder()
                                                            .setKey("k")
                                                            .setValue(value(depth - 1))))
                            .build();
            default -> {
                ArrayValue.Builder array = ArrayValue.newBuilder();
                int elements = random.nextInt(3);
                for (int i = 0; i < elements; i++) {
                    array.addValues(value(depth - 1));
                }
                yield value.setArrayValue(array).build();
            }
        };
    }

    private int string() {
        return random.nextInt(strings.size());
    }

    /// Of that many bytes, mostly; else too short for anything.
    private ByteString id(int bytes) {
        byte[] id = new byte[random.nextInt(5) == 0 ? random.nextInt(7) : bytes];
        if (random.nextInt(5) != 0) {
            random.nextBytes(id);
        }
        return ByteString.copyFrom(id);
    }

    private String text() {
        int length = random.nextInt(12);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int point =
                    random.nextInt(10) == 0 ? random.nextInt(0x11_0000) : 'a' + random.nextInt(26);
            boolean surrogate =
                    point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            text.appendCodePoint(surrogate ? 'x' : point);
        }
        return text.toString();
    }

    /// Writes the message in one of the ways that mean the same.
    public static byte[] written(Message message, SplittableRandom random) {
        return new Writing(random, random.nextBoolean(), false).of(message);
    }

    /// As above, samples as they were before version 1.10.
    public static byte[] writtenBefore110(Message message, SplittableRandom random) {
        return new Writing(random, true, true).of(message);
    }

    /// @param packed      whether lists of numbers are packed
    /// @param isBefore110 whether samples have the numbers of fields that they had then
    private record Writing(SplittableRandom random, boolean packed, boolean isBefore110) {
        byte[] of(Message message) {
            return joined(chunks(message));
        }

        /// Fields of the message in an order that keeps those of one number in theirs.
        private List<byte[]> chunks(Message message) {
            List<List<byte[]>> byField = new ArrayList<>();
            message.getAllFields().forEach((field, value) -> byField.add(field(field, value)));
            if (random.nextInt(4) == 0) {
                byField.add(List.of(unknown()));
            }
            List<byte[]> chunks = new ArrayList<>();
            List<Integer> next = new ArrayList<>(byField.stream().map(_ -> 0).toList());
            int left = byField.stream().mapToInt(List::size).sum();
            while (left > 0) {
                int one = random.nextInt(byField.size());
                if (next.get(one) < byField.get(one).size()) {
                    chunks.add(byField.get(one).get(next.get(one)));
                    next.set(one, next.get(one) + 1);
                    left--;
                }
            }
            return chunks;
        }

        private List<byte[]> field(FieldDescriptor field, Object value) {
            int number = number(field);
            List<byte[]> chunks = new ArrayList<>();
            List<?> values = field.isRepeated() ? (List<?>) value : List.of(value);
            boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (isMessage && !field.isRepeated() && isSplit(field)) {
                List<byte[]> parts = chunks((Message) value);
                int cut = random.nextInt(parts.size() + 1);
                chunks.add(delimited(number, joined(parts.subList(0, cut))));
                chunks.add(delimited(number, joined(parts.subList(cut, parts.size()))));
            } else if (field.isPackable() && packed) {
                int cut = random.nextInt(values.size() + 1);
                for (List<?> piece :
                        List.of(values.subList(0, cut), values.subList(cut, values.size()))) {
                    if (!piece.isEmpty()) {
                        chunks.add(
                                delimited(
                                        number,
                                        joined(
                                                piece.stream()
                                                        .map(one -> scalar(field, one))
                                                        .toList())));
                    }
                }
            } else {
                for (Object one : values) {
                    chunks.add(
                            one instanceof Message message
                                    ? delimited(number, of(message))
                                    : single(field, number, one));
                }
            }
            return chunks;
        }

        private int number(FieldDescriptor field) {
            boolean isMoved =
                    isBefore110 && field.getContainingType().equals(Sample.getDescriptor());
            return switch (isMoved ? field.getNumber() : 0) {
                case 2 -> 3;
                case 3 -> 4;
                case 4 -> 2;
                default -> field.getNumber();
            };
        }

        private boolean isSplit(FieldDescriptor field) {
            return switch (field.getName()) {
                case "dictionary", "resource", "scope", "period_type" -> random.nextInt(3) == 0;
                default -> false;
            };
        }

        private byte[] single(FieldDescriptor field, int number, Object value) {
            return switch (field.getType()) {
                case STRING, BYTES -> delimited(number, scalar(field, value));
                case FIXED64, DOUBLE -> joined(List.of(tag(number, 1), scalar(field, value)));
                default -> joined(List.of(tag(number, 0), scalar(field, value)));
            };
        }

        private byte[] scalar(FieldDescriptor field, Object value) {
            return switch (value) {
                case String text -> text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                case ByteString bytes -> bytes.toByteArray();
                case Boolean truth -> varint(truth ? 1 : 0);
                case Double number -> fixed(Double.doubleToLongBits(number));
                case Integer number -> varint(number);
                case Long number ->
                        field.getType() == FieldDescriptor.Type.FIXED64
                                ? fixed(number)
                                : varint(number);
                default -> throw new IllegalStateException(field + " " + value);
            };
        }

        private byte[] unknown() {
            int number = 100 + random.nextInt(1_000);
            return switch (random.nextInt(3)) {
                case 0 -> joined(List.of(tag(number, 0), varint(random.nextLong())));
                case 1 -> delimited(number, new byte[random.nextInt(9)]);
                default -> joined(List.of(tag(number, 5), new byte[4]));
            };
        }

        private byte[] delimited(int number, byte[] content) {
            return joined(List.of(tag(number, 2), varint(content.length), content));
        }

        private static byte[] tag(int number, int wireType) {
            return Varint.of((long) number << 3 | wireType);
        }

        /// Padded in one of eight cases, as a well-known sender does it always.
        private byte[] varint(long value) {
            return Varint.padded(value, random.nextInt(8) == 0 ? 1 + random.nextInt(10) : 1);
        }

        private static byte[] fixed(long value) {
            return ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array();
        }

        private static byte[] joined(List<byte[]> parts) {
            var bytes = new ByteArrayOutputStream();
            parts.forEach(bytes::writeBytes);
            return bytes.toByteArray();
        }
    }
}
