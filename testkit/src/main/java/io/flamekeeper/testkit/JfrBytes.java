package io.flamekeeper.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Writes JFR recordings: as a profiler would, or with every freedom that the format leaves.
///
/// ```java
/// new JfrBytes()
///         .setting("event", "wall")
///         .event("profiler.WallClockSample", "Main.main:3;Main.work:7", "state", "STATE_RUNNABLE", "samples", 2L)
///         .bytes()
/// ```
///
/// A stack is frames with their lines, the outermost first; `""` is the empty stack and `null` is none. Fields
/// that are not named are 0.
///
/// With a seed it draws, chunk by chunk: ids small or of 64 bits; strings in all encodings; fields in any
/// order with others of all types between them; pools in pieces over several checkpoints, some constants
/// twice; events that nobody knows; sizes and integers padded; the metadata before or behind everything.
public final class JfrBytes {
    private static final int HEADER_BYTES = 68;
    private static final int ID_GAP = 1_000;
    private static final List<String> PRIMITIVES =
            List.of("boolean", "byte", "char", "short", "int", "long", "float", "double");

    /// Field of a class: `constant` and `array` say how it is written.
    private record Field(String name, String type, boolean constant, boolean array) {
        static Field plain(String name, String type) {
            return new Field(name, type, false, false);
        }

        static Field constant(String name, String type) {
            return new Field(name, type, true, false);
        }
    }

    private record Event(String type, @Nullable String stack, Map<String, Object> values) {}

    private record Constant(long id, Map<String, Object> values) {}

    private static final Map<String, List<Field>> CLASSES = new LinkedHashMap<>();

    static {
        PRIMITIVES.forEach(type -> CLASSES.put(type, List.of()));
        CLASSES.put("java.lang.String", List.of());
        CLASSES.put("jdk.types.Symbol", List.of(Field.plain("string", "java.lang.String")));
        CLASSES.put(
                "java.lang.Class",
                List.of(
                        Field.constant("classLoader", "java.lang.Class"),
                        Field.constant("name", "jdk.types.Symbol"),
                        Field.plain("modifiers", "int")));
        CLASSES.put(
                "jdk.types.Method",
                List.of(
                        Field.constant("type", "java.lang.Class"),
                        Field.constant("name", "jdk.types.Symbol"),
                        Field.constant("descriptor", "jdk.types.Symbol"),
                        Field.plain("modifiers", "int"),
                        Field.plain("hidden", "boolean")));
        CLASSES.put("jdk.types.FrameType", List.of(Field.plain("description", "java.lang.String")));
        CLASSES.put("jdk.types.ThreadState", List.of(Field.plain("name", "java.lang.String")));
        CLASSES.put(
                "jdk.types.StackFrame",
                List.of(
                        Field.constant("method", "jdk.types.Method"),
                        Field.plain("lineNumber", "int"),
                        Field.plain("bytecodeIndex", "int"),
                        Field.constant("type", "jdk.types.FrameType")));
        CLASSES.put(
                "jdk.types.StackTrace",
                List.of(
                        Field.plain("truncated", "boolean"),
                        new Field("frames", "jdk.types.StackFrame", false, true)));
        CLASSES.put(
                "test.Point",
                List.of(
                        Field.plain("x", "double"),
                        Field.plain("name", "java.lang.String"),
                        new Field("ys", "float", false, true)));
        event("jdk.ExecutionSample", state(), context());
        event(
                "jdk.CPUTimeSample",
                longs("samplingPeriod"),
                List.of(Field.plain("failed", "boolean")));
        event("profiler.WallClockSample", state(), longs("samples", "timeSpan"), context());
        event("jdk.ObjectAllocationInNewTLAB", longs("allocationSize", "tlabSize"), context());
        event("jdk.ObjectAllocationOutsideTLAB", longs("allocationSize"), context());
        event("jdk.ObjectAllocationSample", longs("weight"));
        event("jdk.JavaMonitorEnter", longs("duration"), context());
        event("jdk.ThreadPark", longs("duration", "timeout"));
        event("profiler.LiveObject", longs("allocationSize", "allocationTime"));
        event("profiler.Malloc", longs("address", "size"));
        CLASSES.put(
                "jdk.ActiveSetting",
                List.of(
                        Field.plain("startTime", "long"),
                        Field.plain("id", "long"),
                        Field.plain("name", "java.lang.String"),
                        Field.plain("value", "java.lang.String")));
        CLASSES.put(
                "test.Unknown",
                List.of(
                        Field.plain("startTime", "long"),
                        Field.plain("stackTrace", "test.Point"),
                        Field.constant("state", "test.Point")));
    }

    @SafeVarargs
    private static void event(String type, List<Field>... more) {
        List<Field> fields = new ArrayList<>();
        fields.add(Field.plain("startTime", "long"));
        fields.add(Field.constant("stackTrace", "jdk.types.StackTrace"));
        for (List<Field> some : more) {
            fields.addAll(some);
        }
        CLASSES.put(type, List.copyOf(fields));
    }

    private static List<Field> longs(String... names) {
        return Arrays.stream(names).map(name -> Field.plain(name, "long")).toList();
    }

    private static List<Field> state() {
        return List.of(Field.constant("state", "jdk.types.ThreadState"));
    }

    private static List<Field> context() {
        return longs("contextId", "spanId", "spanName", "traceIdHi", "traceIdLo");
    }

    private final @Nullable SplittableRandom random;
    private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    private final Map<String, List<Field>> defined = new LinkedHashMap<>();
    private List<Event> events = new ArrayList<>();
    private long ticksPerSecond = 1_000_000_000;

    /// As a profiler would.
    public JfrBytes() {
        random = null;
    }

    /// With every freedom.
    public JfrBytes(long seed) {
        random = new SplittableRandom(seed);
    }

    /// Of the chunk that is being written.
    public JfrBytes ticksPerSecond(long ticks) {
        ticksPerSecond = ticks;
        return this;
    }

    public JfrBytes setting(String name, String value) {
        return event("jdk.ActiveSetting", null, "name", name, "value", value);
    }

    /// @param namesAndValues of fields: longs, and the name of a thread's state
    public JfrBytes event(String type, @Nullable String stack, Object... namesAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        events.add(new Event(type, stack, values));
        return this;
    }

    /// Adds a class with these plain fields, and an empty pool of it. The classes of the fields may come later.
    public JfrBytes define(String type, String... fieldTypes) {
        List<Field> fields = new ArrayList<>();
        for (String fieldType : fieldTypes) {
            boolean isArray = fieldType.endsWith("[]");
            fields.add(
                    new Field(
                            "f" + fields.size(),
                            isArray ? fieldType.substring(0, fieldType.length() - 2) : fieldType,
                            false,
                            isArray));
        }
        defined.put(type, fields);
        return this;
    }

    /// Ends the chunk; what follows is in another one.
    public JfrBytes chunk() {
        byte[] chunk = new Chunk(events).bytes();
        chunks.write(chunk, 0, chunk.length);
        events = new ArrayList<>();
        return this;
    }

    /// Ends the last chunk.
    public byte[] bytes() {
        if (!events.isEmpty() || chunks.size() == 0) {
            chunk();
        }
        return chunks.toByteArray();
    }

    private int draw(int bound) {
        return random == null ? 0 : random.nextInt(bound);
    }

    /// One chunk on its way to bytes.
    private final class Chunk {
        private final List<Event> events;
        private final Map<String, List<Field>> classes = new LinkedHashMap<>();
        private final Map<String, Long> idByClass = new HashMap<>();
        private final Map<String, Map<String, Long>> idByConstant = new HashMap<>();
        private final Map<String, List<Constant>> pools = new LinkedHashMap<>();
        private final long idFactor;
        private ByteArrayOutputStream out = new ByteArrayOutputStream();

        Chunk(List<Event> events) {
            this.events = events;
            // Times an odd number, so that different ids stay different.
            this.idFactor = draw(2) == 0 ? 1 : 0x9e37_79b9_7f4a_7c15L;
            CLASSES.forEach((name, fields) -> classes.put(name, varied(name, fields)));
            classes.putAll(defined);
            defined.keySet().forEach(name -> pools.put(name, new ArrayList<>()));
            // The ids of metadata and checkpoint events are taken.
            long id = 2;
            for (String name : classes.keySet()) {
                idByClass.put(name, id++);
            }
            idByClass.put("java.lang.String", id + ID_GAP);
        }

        /// Puts fields that nobody knows between those of the class, and shuffles them.
        private List<Field> varied(String name, List<Field> fields) {
            boolean isStruct = !fields.isEmpty() && !name.equals("test.Point");
            if (random == null || !isStruct || draw(2) == 0) {
                return fields;
            }
            List<Field> varied = new ArrayList<>(fields);
            for (int more = draw(4); more > 0; more--) {
                String type =
                        switch (draw(4)) {
                            case 0 -> "java.lang.String";
                            case 1 -> "test.Point";
                            default -> PRIMITIVES.get(draw(PRIMITIVES.size()));
                        };
                varied.add(new Field("unknown" + more, type, draw(4) == 0, draw(4) == 0));
            }
            Collections.shuffle(varied, new java.util.Random(random.nextLong()));
            return varied;
        }

        byte[] bytes() {
            List<byte[]> written = new ArrayList<>();
            for (Event event : events) {
                written.add(event(event));
            }
            for (int more = draw(5); more > 0; more--) {
                written.add(
                        draw(written.size() + 1), event(new Event("test.Unknown", null, Map.of())));
            }
            return assembled(written);
        }

        private byte[] assembled(List<byte[]> written) {
            List<byte[]> metadata = List.of(metadata());
            boolean metadataFirst = draw(2) == 0;
            var body = new ByteArrayOutputStream();
            long metadataAt = HEADER_BYTES;
            if (metadataFirst) {
                body.writeBytes(metadata.getFirst());
            }
            List<Map<String, List<Constant>>> pieces = pieces();
            long before = 0;
            for (int piece = 0; piece < pieces.size(); piece++) {
                int from = written.size() * piece / pieces.size();
                int to = written.size() * (piece + 1) / pieces.size();
                written.subList(from, to).forEach(body::writeBytes);
                long at = (long) HEADER_BYTES + body.size();
                body.writeBytes(checkpoint(pieces.get(piece), before == 0 ? 0 : before - at));
                before = at;
            }
            if (!metadataFirst) {
                metadataAt = (long) HEADER_BYTES + body.size();
                body.writeBytes(metadata.getFirst());
            }
            return ByteBuffer.allocate(HEADER_BYTES + body.size())
                    .put("FLR\0".getBytes(ISO_8859_1))
                    .putShort((short) 2)
                    .putShort((short) draw(2))
                    .putLong((long) HEADER_BYTES + body.size())
                    .putLong(before)
                    .putLong(metadataAt)
                    .putLong(1_700_000_000_000_000_000L)
                    .putLong(10_000_000_000L)
                    .putLong(12_345)
                    .putLong(ticksPerSecond)
                    .putInt(1)
                    .put(body.toByteArray())
                    .array();
        }

        /// Pools, some of them in several pieces.
        private List<Map<String, List<Constant>>> pieces() {
            int count = 1 + draw(4);
            List<Map<String, List<Constant>>> pieces = new ArrayList<>();
            for (int piece = 0; piece < count; piece++) {
                pieces.add(new LinkedHashMap<>());
            }
            pools.forEach((type, constants) -> {
                if (constants.isEmpty()) {
                    pieces.getFirst().put(type, constants);
                }
                for (Constant constant : constants) {
                    int piece = draw(count);
                    add(pieces.get(piece), type, constant);
                    if (draw(8) == 1) {
                        add(pieces.get(draw(count)), type, constant);
                    }
                }
            });
            return pieces;
        }

        private static void add(Map<String, List<Constant>> piece, String type, Constant constant) {
            piece.computeIfAbsent(type, _ -> new ArrayList<>()).add(constant);
        }

        private byte[] checkpoint(Map<String, List<Constant>> pool, long back) {
            out = new ByteArrayOutputStream();
            varint(1);
            varint(12_345);
            varint(0);
            varint(back);
            out.write(draw(2));
            List<String> types = new ArrayList<>(pool.keySet());
            if (random != null) {
                Collections.shuffle(types, new java.util.Random(random.nextLong()));
            }
            varint(types.size());
            for (String type : types) {
                varint(id(type));
                List<Constant> constants = Objects.requireNonNull(pool.get(type));
                varint(constants.size());
                for (Constant constant : constants) {
                    varint(constant.id());
                    if (type.equals("java.lang.String")) {
                        text((String) Objects.requireNonNull(constant.values().get("")), false);
                    } else {
                        struct(type, constant.values());
                    }
                }
            }
            return sized(out.toByteArray());
        }

        private byte[] event(Event event) {
            Map<String, Object> values = new HashMap<>(event.values());
            if (event.stack() != null && hasField(event.type(), "stackTrace")) {
                values.put("stackTrace", stack(event.stack()));
            }
            values.values().stream()
                    .filter(String.class::isInstance)
                    .forEach(text -> intern((String) text));
            if (values.get("state") instanceof String state) {
                values.put(
                        "state", constant("jdk.types.ThreadState", state, Map.of("name", state)));
            }
            if (random != null) {
                values.putIfAbsent("startTime", random.nextLong() >>> draw(64));
            }
            out = new ByteArrayOutputStream();
            varint(id(event.type()));
            struct(event.type(), values);
            for (int more = draw(8) - 4; more > 0; more--) {
                out.write(draw(256));
            }
            return sized(out.toByteArray());
        }

        private boolean hasField(String type, String field) {
            return Objects.requireNonNull(CLASSES.get(type)).stream()
                    .anyMatch(one -> one.name().equals(field) && one.constant());
        }

        private long stack(String stack) {
            Map<String, Long> known = idByConstant.computeIfAbsent("", _ -> new HashMap<>());
            Long id = known.get(stack);
            if (id == null) {
                List<Map<String, Object>> frames = new ArrayList<>();
                for (String frame : stack.isEmpty() ? new String[0] : stack.split(";")) {
                    int colon = frame.lastIndexOf(':');
                    frames.addFirst(
                            Map.of(
                                    "method",
                                    method(frame.substring(0, colon)),
                                    "lineNumber",
                                    Long.parseLong(frame.substring(colon + 1)),
                                    "bytecodeIndex",
                                    (long) draw(300),
                                    "type",
                                    (long) draw(7)));
                }
                id = constant("jdk.types.StackTrace", stack, Map.of("frames", frames));
                known.put(stack, id);
            }
            return id;
        }

        private long method(String name) {
            int dot = name.lastIndexOf('.');
            return constant(
                    "jdk.types.Method",
                    name,
                    Map.of(
                            "type",
                            constant(
                                    "java.lang.Class",
                                    name.substring(0, dot),
                                    Map.of("name", symbol(name.substring(0, dot)))),
                            "name",
                            symbol(name.substring(dot + 1)),
                            "modifiers",
                            (long) draw(1_000)));
        }

        private long symbol(String text) {
            intern(text);
            return constant("jdk.types.Symbol", text, Map.of("string", text));
        }

        /// Makes some texts constants of their own, which others can then refer to.
        private void intern(String text) {
            if (draw(4) == 1) {
                constant("java.lang.String", text, Map.of("", text));
            }
        }

        private long constant(String type, String key, Map<String, Object> values) {
            Map<String, Long> known = idByConstant.computeIfAbsent(type, _ -> new HashMap<>());
            Long id = known.get(key);
            if (id == null) {
                id = (known.size() + 1) * idFactor;
                known.put(key, id);
                add(pools, type, new Constant(id, values));
            }
            return id;
        }

        @SuppressWarnings("unchecked")
        private void struct(String type, Map<String, Object> values) {
            for (Field field : Objects.requireNonNull(classes.get(type))) {
                Object value = values.get(field.name());
                if (field.array()) {
                    List<Object> elements =
                            value == null ? Collections.nCopies(draw(3), 0L) : (List<Object>) value;
                    varint(elements.size());
                    elements.forEach(element -> value(field, element));
                } else {
                    value(field, value == null ? 0L : value);
                }
            }
        }

        @SuppressWarnings("unchecked")
        private void value(Field field, Object value) {
            if (field.constant()) {
                varint((long) value);
                return;
            }
            switch (field.type()) {
                case "boolean", "byte" -> out.write(((Number) value).intValue());
                case "char", "short", "int", "long" -> varint((long) value);
                case "float" -> out.writeBytes(new byte[] {1, 2, (byte) 0x83, 4});
                case "double" -> out.writeBytes(new byte[] {1, 2, 3, 4, 5, (byte) 0x86, 7, 8});
                case "java.lang.String" -> text(value instanceof String text ? text : "", true);
                default ->
                        struct(
                                field.type(),
                                value instanceof Map<?, ?>
                                        ? (Map<String, Object>) value
                                        : Map.of());
            }
        }

        /// @param mayRefer whether the text may be a constant
        private void text(String text, boolean mayRefer) {
            int encoding = random == null ? 3 : draw(mayRefer ? 4 : 3) + 3;
            if (text.isEmpty() && draw(3) > 0) {
                out.write(draw(2));
            } else if (encoding == 6 && canRefer(text)) {
                out.write(2);
                varint(
                        Objects.requireNonNull(
                                idByConstant.getOrDefault("java.lang.String", Map.of()).get(text)));
            } else if (encoding == 5 && ISO_8859_1.newEncoder().canEncode(text)) {
                byte[] bytes = text.getBytes(ISO_8859_1);
                out.write(5);
                varint(bytes.length);
                out.writeBytes(bytes);
            } else if (encoding == 4) {
                out.write(4);
                varint(text.length());
                text.chars().forEach(this::varint);
            } else {
                byte[] bytes = text.getBytes(UTF_8);
                out.write(3);
                varint(bytes.length);
                out.writeBytes(bytes);
            }
        }

        private boolean canRefer(String text) {
            return idByConstant.getOrDefault("java.lang.String", Map.of()).containsKey(text);
        }

        private long id(String type) {
            return Objects.requireNonNull(idByClass.get(type), type);
        }

        private byte[] metadata() {
            Map<String, Integer> strings = new LinkedHashMap<>();
            var tree = new ByteArrayOutputStream();
            out = tree;
            element(strings, "root", Map.of(), 2);
            element(strings, "metadata", Map.of(), classes.size());
            classes.forEach((name, fields) -> {
                element(
                        strings,
                        "class",
                        Map.of("name", name, "id", Long.toString(id(name))),
                        fields.size());
                for (Field field : fields) {
                    Map<String, String> attributes = new LinkedHashMap<>();
                    attributes.put("name", field.name());
                    attributes.put("class", Long.toString(id(field.type())));
                    if (field.constant()) {
                        attributes.put("constantPool", "true");
                    }
                    if (field.array()) {
                        attributes.put("dimension", "1");
                    }
                    element(strings, "field", attributes, 1);
                    element(strings, "annotation", Map.of("value-0", "TICKS"), 0);
                }
            });
            element(strings, "region", Map.of("locale", "", "gmtOffset", "0"), 0);
            out = new ByteArrayOutputStream();
            varint(0);
            varint(12_345);
            varint(0);
            varint(7);
            varint(strings.size());
            strings.keySet().forEach(string -> text(string, false));
            out.writeBytes(tree.toByteArray());
            return sized(out.toByteArray());
        }

        private void element(
                Map<String, Integer> strings,
                String name,
                Map<String, String> attributes,
                int children) {
            varint(string(strings, name));
            varint(attributes.size());
            attributes.forEach((key, value) -> {
                varint(string(strings, key));
                varint(string(strings, value));
            });
            varint(children);
        }

        private static int string(Map<String, Integer> strings, String text) {
            return strings.computeIfAbsent(text, _ -> strings.size());
        }

        /// Puts the size in front, in as many bytes as the writer likes.
        private byte[] sized(byte[] event) {
            out = new ByteArrayOutputStream();
            if (random == null || draw(2) == 0) {
                int bytes = 4;
                int size = event.length + bytes;
                for (int i = 0; i < bytes; i++) {
                    out.write((size >>> (7 * i) & 0x7f) | (i < bytes - 1 ? 0x80 : 0));
                }
            } else {
                int bytes = 1;
                while (event.length + bytes >= 1 << (7 * bytes)) {
                    bytes++;
                }
                varint(event.length + bytes);
            }
            out.writeBytes(event);
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            for (int i = 0; i < 8; i++) {
                if (rest >>> 7 == 0) {
                    out.write((int) rest);
                    return;
                }
                out.write((int) (rest & 0x7f) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
