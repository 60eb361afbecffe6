package io.flamekeeper.testkit;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/// Writes OpenTelemetry's profiles with its own classes, from profiles drawn as in [TextProfiles].
///
/// ```java
/// new OtlpMessage()
///         .resource(Map.of("service.name", "checkout"))
///         .cpu(50_000_000)
///         .draw("""
///                 2{thread.name=a}  1
///                 main              main
///                 parse             0x77@libc.so
///                 """)
///         .request()
/// ```
///
/// The header is the number of times the stack was seen. A cell `0x…@file` is an address that nobody has symbolised; in
/// other cells `outer+inner` is one location. Row 0 of every table is empty, as it should be.
public final class OtlpMessage {
    private final ProfilesDictionary.Builder dictionary =
            ProfilesDictionary.newBuilder()
                    .addStringTable("")
                    .addMappingTable(Mapping.getDefaultInstance())
                    .addFunctionTable(Function.getDefaultInstance())
                    .addLocationTable(Location.getDefaultInstance())
                    .addStackTable(Stack.getDefaultInstance())
                    .addLinkTable(Link.getDefaultInstance())
                    .addAttributeTable(KeyValueAndUnit.getDefaultInstance());
    private final Map<String, Integer> stringByText = new LinkedHashMap<>(Map.of("", 0));
    private final Map<String, Integer> functionByName = new LinkedHashMap<>();
    private final Map<String, Integer> locationByCell = new LinkedHashMap<>();
    private final Map<String, Integer> mappingByFile = new LinkedHashMap<>();
    private final Map<List<String>, Integer> stackByCells = new LinkedHashMap<>();
    private final Map<Map.Entry<String, String>, Integer> attributeByPair = new LinkedHashMap<>();
    private final ExportProfilesServiceRequest.Builder request =
            ExportProfilesServiceRequest.newBuilder();

    /// Begins the profiles of one resource.
    public OtlpMessage resource(Map<String, String> attributes) {
        ResourceProfiles.Builder resource = request.addResourceProfilesBuilder();
        attributes.forEach((name, text) ->
                resource.getResourceBuilder()
                        .addAttributes(
                                KeyValue.newBuilder()
                                        .setKey(name)
                                        .setValue(AnyValue.newBuilder().setStringValue(text))));
        resource.addScopeProfilesBuilder();
        return this;
    }

    /// Begins a profile of processor time, sampled every so many nanoseconds.
    public OtlpMessage cpu(long periodNanos) {
        return profile("samples", "count")
                .change(profile ->
                        profile.setPeriodType(type("cpu", "nanoseconds")).setPeriod(periodNanos));
    }

    public OtlpMessage profile(String type, String unit) {
        scope().addProfilesBuilder().setSampleType(type(type, unit));
        return this;
    }

    public OtlpMessage time(long nanos) {
        return change(profile -> profile.setTimeUnixNano(nanos));
    }

    /// Does anything else to the profile begun last.
    public OtlpMessage change(Consumer<Profile.Builder> change) {
        change.accept(profile());
        return this;
    }

    public ValueType type(String type, String unit) {
        return ValueType.newBuilder()
                .setTypeStrindex(string(type))
                .setUnitStrindex(string(unit))
                .build();
    }

    private ScopeProfiles.Builder scope() {
        return request.getResourceProfilesBuilder(request.getResourceProfilesCount() - 1)
                .getScopeProfilesBuilder(0);
    }

    private Profile.Builder profile() {
        return scope().getProfilesBuilder(scope().getProfilesCount() - 1);
    }

    public OtlpMessage draw(String drawing) {
        for (Drawing.Column column : Drawing.columns(drawing)) {
            String header = column.header();
            int brace = header.indexOf('{');
            int times = Integer.parseInt(brace < 0 ? header : header.substring(0, brace));
            Map<String, String> attributes = new LinkedHashMap<>();
            if (brace >= 0) {
                for (String pair : header.substring(brace + 1, header.length() - 1).split(",")) {
                    int equals = pair.indexOf('=');
                    attributes.put(pair.substring(0, equals), pair.substring(equals + 1));
                }
            }
            sample(column.rootFirst(), attributes)
                    .addAllTimestampsUnixNano(() -> LongStream.range(0, times).iterator());
        }
        return this;
    }

    /// Adds a sample of nothing yet.
    public Sample.Builder sample(List<String> rootFirst, Map<String, String> attributes) {
        for (String cell : rootFirst) {
            var _ = location(cell);
        }
        Sample.Builder sample = profile().addSamplesBuilder().setStackIndex(stack(rootFirst));
        attributes.forEach((name, text) -> sample.addAttributeIndices(attribute(name, text)));
        return sample;
    }

    /// Adds a link; ids have 16 and 8 bytes, or should have.
    ///
    /// @return its row
    public int link(byte[] traceId, byte[] spanId) {
        dictionary.addLinkTable(
                Link.newBuilder()
                        .setTraceId(ByteString.copyFrom(traceId))
                        .setSpanId(ByteString.copyFrom(spanId)));
        return dictionary.getLinkTableCount() - 1;
    }

    public int attribute(String name, String text) {
        return attributeByPair.computeIfAbsent(
                Map.entry(name, text),
                _ ->
                        attribute(
                                KeyValueAndUnit.newBuilder()
                                        .setKeyStrindex(string(name))
                                        .setValue(AnyValue.newBuilder().setStringValue(text))
                                        .build()));
    }

    public int attribute(KeyValueAndUnit row) {
        dictionary.addAttributeTable(row);
        return dictionary.getAttributeTableCount() - 1;
    }

    public int string(String text) {
        return stringByText.computeIfAbsent(
                text,
                _ -> {
                    dictionary.addStringTable(text);
                    return dictionary.getStringTableCount() - 1;
                });
    }

    /// Where the tables can be changed by hand.
    public ProfilesDictionary.Builder dictionary() {
        return dictionary;
    }

    private int stack(List<String> rootFirst) {
        Integer known = stackByCells.get(rootFirst);
        if (known != null) {
            return known;
        }
        Stack.Builder stack = Stack.newBuilder();
        rootFirst.reversed().forEach(cell -> stack.addLocationIndices(location(cell)));
        dictionary.addStackTable(stack);
        stackByCells.put(List.copyOf(rootFirst), dictionary.getStackTableCount() - 1);
        return dictionary.getStackTableCount() - 1;
    }

    private int location(String cell) {
        Integer known = locationByCell.get(cell);
        if (known != null) {
            return known;
        }
        Location.Builder location = Location.newBuilder();
        if (cell.startsWith("0x")) {
            int at = cell.indexOf('@');
            location.setAddress(Long.decode(cell.substring(0, at)))
                    .setMappingIndex(mapping(cell.substring(at + 1)));
        } else {
            for (String name : List.of(cell.split("\\+")).reversed()) {
                location.addLines(
                        Line.newBuilder()
                                .setFunctionIndex(function(name))
                                .setLine(10L * dictionary.getLocationTableCount()));
            }
        }
        dictionary.addLocationTable(location);
        locationByCell.put(cell, dictionary.getLocationTableCount() - 1);
        return dictionary.getLocationTableCount() - 1;
    }

    private int mapping(String file) {
        return mappingByFile.computeIfAbsent(
                file,
                _ -> {
                    dictionary.addMappingTable(
                            Mapping.newBuilder()
                                    .setMemoryStart(0x1000)
                                    .setMemoryLimit(0x1000)
                                    .setFilenameStrindex(string(file))
                                    .addAttributeIndices(
                                            attribute(
                                                    "process.executable.build_id.gnu",
                                                    "build of " + file)));
                    return dictionary.getMappingTableCount() - 1;
                });
    }

    private int function(String name) {
        return functionByName.computeIfAbsent(
                name,
                _ -> {
                    dictionary.addFunctionTable(
                            Function.newBuilder().setNameStrindex(string(name)));
                    return dictionary.getFunctionTableCount() - 1;
                });
    }

    public ExportProfilesServiceRequest request() {
        return request.clone().setDictionary(dictionary).build();
    }

    public byte[] bytes() {
        return request().toByteArray();
    }
}
