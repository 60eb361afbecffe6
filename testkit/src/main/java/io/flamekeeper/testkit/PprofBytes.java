package io.flamekeeper.testkit;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// Writes pprof as a client would, from profiles drawn as in [TextProfiles], and as no client should.
///
/// ```java
/// PprofBytes.cpu("""
///         7{thread=a}  2
///         main         main
///         parse+next   write
///         """).time(now).gzip()
/// ```
///
/// A header is one amount per sample type with `/` between them, then labels of the sample in braces; the
/// same name may come twice. A cell `outer+inner` is one location with `inner` inlined in `outer`.
/// Locations and functions have ids from 1, one per distinct cell and name in the order in which they are
/// drawn, column by column; a location's line is ten times its id.
public final class PprofBytes {
    /// Field numbers of the profile's tables, for [#field].
    public static final int SAMPLE_TYPE = 1;

    public static final int SAMPLE = 2;
    public static final int MAPPING = 3;
    public static final int LOCATION = 4;
    public static final int FUNCTION = 5;
    public static final int STRING = 6;

    private final Map<String, Integer> stringByText = new LinkedHashMap<>();
    private final Map<String, Integer> functionByName = new LinkedHashMap<>();
    private final Map<String, Integer> locationByCell = new LinkedHashMap<>();
    private final Map<String, String> fileByFunction = new HashMap<>();
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final ByteArrayOutputStream extra = new ByteArrayOutputStream();
    private int mappingId;

    private PprofBytes(String stringZero) {
        stringByText.put(stringZero, 0);
    }

    /// Sample type and period `cpu` in nanoseconds, one sample every 10 ms.
    public static PprofBytes cpu(String drawing) {
        return empty().sampleType("cpu", "nanoseconds")
                .period("cpu", "nanoseconds", 10_000_000)
                .draw(drawing);
    }

    /// A profile of nothing; not even a sample type.
    public static PprofBytes empty() {
        return emptyWithStringZero("");
    }

    public static PprofBytes emptyWithStringZero(String text) {
        return new PprofBytes(text);
    }

    public PprofBytes sampleType(String type, String unit) {
        return put(SAMPLE_TYPE, message(1, string(type), 2, string(unit)));
    }

    public PprofBytes period(String type, String unit, long amount) {
        put(11, message(1, string(type), 2, string(unit)));
        return scalar(12, amount);
    }

    public PprofBytes time(long nanos) {
        return scalar(9, nanos);
    }

    public PprofBytes duration(long nanos) {
        return scalar(10, nanos);
    }

    /// Says in which file a function is; before the first drawing.
    public PprofBytes file(String function, String file) {
        fileByFunction.put(function, file);
        return this;
    }

    /// Puts all cells that are drawn later and were not drawn before into this mapping, each at its own
    /// address.
    public PprofBytes mapping(String file, boolean hasFunctions) {
        mappingId++;
        return put(
                MAPPING,
                message(
                        1,
                        mappingId,
                        2,
                        0x400000,
                        3,
                        0x800000,
                        4,
                        0x1000,
                        5,
                        string(file),
                        7,
                        hasFunctions ? 1 : 0));
    }

    public PprofBytes draw(String drawing) {
        for (Drawing.Column column : Drawing.columns(drawing)) {
            String header = column.header();
            int brace = header.indexOf('{');
            String amounts = brace < 0 ? header : header.substring(0, brace);
            List<Map.Entry<String, String>> labels = new ArrayList<>();
            if (brace >= 0) {
                for (String pair : header.substring(brace + 1, header.length() - 1).split(",")) {
                    int equals = pair.indexOf('=');
                    labels.add(Map.entry(pair.substring(0, equals), pair.substring(equals + 1)));
                }
            }
            sample(
                    column.rootFirst(),
                    labels,
                    Arrays.stream(amounts.split("/")).mapToLong(Long::parseLong).toArray());
        }
        return this;
    }

    /// @param rootFirst cells as in a drawing
    public PprofBytes sample(
            List<String> rootFirst, List<Map.Entry<String, String>> labels, long... values) {
        rootFirst.forEach(this::location);
        return put(
                SAMPLE,
                written(out -> {
                    var packed = new ByteArrayOutputStream();
                    for (String cell : rootFirst.reversed()) {
                        packed.writeBytes(varint(location(cell)));
                    }
                    out.writeByteArray(1, packed.toByteArray());
                    packed.reset();
                    for (long value : values) {
                        packed.writeBytes(varint(value));
                    }
                    out.writeByteArray(2, packed.toByteArray());
                    for (var label : labels) {
                        out.writeByteArray(
                                3, message(1, string(label.getKey()), 2, string(label.getValue())));
                    }
                }));
    }

    /// Appends a field to the profile as it is: a row that breaks a rule, for instance.
    public PprofBytes field(int number, byte[] content) {
        extra.writeBytes(written(out -> out.writeByteArray(number, content)));
        return this;
    }

    /// A message of varint fields: number, value, number, value, …
    public static byte[] message(long... numbersAndValues) {
        return written(out -> {
            for (int i = 0; i < numbersAndValues.length; i += 2) {
                out.writeUInt64((int) numbersAndValues[i], numbersAndValues[i + 1]);
            }
        });
    }

    /// A message of one delimited field.
    public static byte[] nested(int number, byte[] content) {
        return written(out -> out.writeByteArray(number, content));
    }

    public byte[] bytes() {
        return written(out -> {
            out.writeRawBytes(head.toByteArray());
            for (String text : stringByText.keySet()) {
                out.writeString(STRING, text);
            }
            out.writeRawBytes(extra.toByteArray());
        });
    }

    public byte[] gzip() {
        return gzip(bytes());
    }

    public static byte[] gzip(byte[] bytes) {
        var compressed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }

    private int string(String text) {
        return stringByText.computeIfAbsent(text, _ -> stringByText.size());
    }

    private int location(String cell) {
        Integer known = locationByCell.get(cell);
        if (known != null) {
            return known;
        }
        int id = locationByCell.size() + 1;
        locationByCell.put(cell, id);
        List<String> outermostFirst = List.of(cell.split("\\+"));
        outermostFirst.forEach(this::function);
        put(
                LOCATION,
                written(out -> {
                    out.writeUInt64(1, id);
                    if (mappingId > 0) {
                        out.writeUInt64(2, mappingId);
                        out.writeUInt64(3, 0x400000 + 16L * id);
                    }
                    for (String name : outermostFirst.reversed()) {
                        out.writeByteArray(4, message(1, function(name), 2, 10L * id));
                    }
                }));
        return id;
    }

    private int function(String name) {
        Integer known = functionByName.get(name);
        if (known != null) {
            return known;
        }
        int id = functionByName.size() + 1;
        functionByName.put(name, id);
        String file = fileByFunction.getOrDefault(name, "");
        put(FUNCTION, message(1, id, 2, string(name), 3, string(name), 4, string(file), 5, 1));
        return id;
    }

    private PprofBytes put(int number, byte[] content) {
        head.writeBytes(written(out -> out.writeByteArray(number, content)));
        return this;
    }

    private PprofBytes scalar(int number, long value) {
        head.writeBytes(message(number, value));
        return this;
    }

    private static byte[] varint(long value) {
        return written(out -> out.writeUInt64NoTag(value));
    }

    private interface Writing {
        void to(CodedOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            writing.to(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
