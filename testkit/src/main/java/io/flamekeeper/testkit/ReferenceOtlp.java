package io.flamekeeper.testkit;

import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.otlp.OtlpProfile;
import io.flamekeeper.model.StringTable;
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
import io.opentelemetry.proto.profiles.v1development.ValueType;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One profile of OpenTelemetry read the obvious way, from its own classes: the oracle of the fast decoder. Slow,
/// believes every reference, knows no limit.
///
/// @param attributes of resource, scope and profile
/// @param types      of samples and period, `type unit`
/// @param scalars    time, duration and period
/// @param services   of each sample, `""` = none
public record ReferenceOtlp(
        List<Map<String, String>> attributes,
        List<String> types,
        List<Long> scalars,
        List<String> services,
        List<RawSample> samples) {

    /// The same of what the fast decoder read.
    public static ReferenceOtlp of(OtlpProfile profile) {
        RawProfile raw = profile.raw();
        StringTable strings = raw.symbols().strings();
        List<String> services = new ArrayList<>();
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            services.add(
                    profile.service().length == 0 ? "" : strings.get(profile.service()[sample]));
        }
        var sampleType = raw.sampleTypes().getFirst();
        return new ReferenceOtlp(
                profile.attributes(),
                List.of(
                        sampleType.type() + " " + sampleType.unit(),
                        raw.periodType().type() + " " + raw.periodType().unit()),
                List.of(raw.timeNanos(), raw.durationNanos(), raw.period()),
                services,
                RawSample.of(raw));
    }

    public static List<ReferenceOtlp> decode(ExportProfilesServiceRequest request) {
        List<ReferenceOtlp> profiles = new ArrayList<>();
        for (ResourceProfiles resource : request.getResourceProfilesList()) {
            for (ScopeProfiles scope : resource.getScopeProfilesList()) {
                for (Profile profile : scope.getProfilesList()) {
                    profiles.add(
                            new Reading(request.getDictionary())
                                    .profile(
                                            profile,
                                            attributes(
                                                    request.getDictionary(),
                                                    resource.getResource().getAttributesList()),
                                            attributes(
                                                    request.getDictionary(),
                                                    scope.getScope().getAttributesList())));
                }
            }
        }
        return profiles;
    }

    private static Map<String, String> attributes(
            ProfilesDictionary dictionary, List<KeyValue> attributes) {
        Map<String, String> textByName = new LinkedHashMap<>();
        for (KeyValue attribute : attributes) {
            String key =
                    attribute.getKeyStrindex() == 0
                            ? attribute.getKey()
                            : dictionary.getStringTable(attribute.getKeyStrindex());
            String text = text(dictionary, attribute.getValue(), true);
            if (!text.isEmpty()) {
                textByName.putIfAbsent(key, text);
            }
        }
        return textByName;
    }

    private static String text(ProfilesDictionary dictionary, AnyValue value, boolean mayBeArray) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            case INT_VALUE -> String.valueOf(value.getIntValue());
            case DOUBLE_VALUE -> String.valueOf(value.getDoubleValue());
            case STRING_VALUE_STRINDEX -> dictionary.getStringTable(value.getStringValueStrindex());
            case ARRAY_VALUE ->
                    mayBeArray && value.getArrayValue().getValuesCount() == 1
                            ? text(dictionary, value.getArrayValue().getValues(0), false)
                            : "";
            case KVLIST_VALUE, BYTES_VALUE, VALUE_NOT_SET -> "";
        };
    }

    private record Reading(ProfilesDictionary dictionary) {
        ReferenceOtlp profile(
                Profile profile, Map<String, String> ofResource, Map<String, String> ofScope) {
            Map<String, String> own = new LinkedHashMap<>();
            profile.getAttributeIndicesList()
                    .forEach(index -> {
                        String text = value(index);
                        if (!text.isEmpty()) {
                            own.putIfAbsent(key(index), text);
                        }
                    });
            return new ReferenceOtlp(
                    List.of(ofResource, ofScope, own),
                    List.of(type(profile.getSampleType()), type(profile.getPeriodType())),
                    List.of(
                            profile.getTimeUnixNano(),
                            profile.getDurationNano(),
                            profile.getPeriod()),
                    profile.getSamplesList().stream().map(this::service).toList(),
                    profile.getSamplesList().stream().map(this::sample).toList());
        }

        private String key(int attribute) {
            return dictionary.getStringTable(
                    dictionary.getAttributeTable(attribute).getKeyStrindex());
        }

        private String value(int attribute) {
            KeyValueAndUnit row = dictionary.getAttributeTable(attribute);
            return text(dictionary, row.getValue(), true);
        }

        private String type(ValueType type) {
            return dictionary.getStringTable(type.getTypeStrindex())
                    + " "
                    + dictionary.getStringTable(type.getUnitStrindex());
        }

        private String service(Sample sample) {
            return sample.getAttributeIndicesList().stream()
                    .filter(index -> key(index).equals("service.name"))
                    .map(this::value)
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .orElse("");
        }

        private RawSample sample(Sample sample) {
            List<String> rootFirst = new ArrayList<>();
            for (int location :
                    dictionary
                            .getStackTable(sample.getStackIndex())
                            .getLocationIndicesList()
                            .reversed()) {
                addFrames(rootFirst, dictionary.getLocationTable(location));
            }
            List<String> labels = new ArrayList<>();
            for (int attribute : sample.getAttributeIndicesList()) {
                if (!key(attribute).equals("service.name") && !value(attribute).isEmpty()) {
                    labels.add(key(attribute) + "=" + value(attribute));
                }
            }
            if (sample.getLinkIndex() != 0) {
                Link link = dictionary.getLinkTable(sample.getLinkIndex());
                addId(labels, "span_id", link.getSpanId().toByteArray(), 8);
                addId(labels, "trace_id", link.getTraceId().toByteArray(), 16);
            }
            return new RawSample(rootFirst, List.of(value(sample)), labels);
        }

        private static void addId(List<String> labels, String name, byte[] id, int bytes) {
            String hex = HexFormat.of().formatHex(id);
            if (id.length == bytes && !hex.matches("0*")) {
                labels.add(name + "=" + hex);
            }
        }

        private static long value(Sample sample) {
            if (sample.getValuesCount() == 0) {
                return sample.getTimestampsUnixNanoCount();
            }
            if (sample.getValuesList().stream().anyMatch(value -> value < 0)) {
                return -1;
            }
            return sample.getValuesList().stream()
                    .map(java.math.BigInteger::valueOf)
                    .reduce(java.math.BigInteger.ZERO, java.math.BigInteger::add)
                    .min(java.math.BigInteger.valueOf(Long.MAX_VALUE))
                    .longValueExact();
        }

        private void addFrames(List<String> rootFirst, Location location) {
            String mapping = mapping(location.getMappingIndex());
            List<Line> lines = location.getLinesList();
            if (lines.isEmpty()) {
                rootFirst.add(RawSample.frame("?", 0, mapping, location.getAddress(), false));
            }
            for (int line = lines.size() - 1; line >= 0; line--) {
                String function = function(lines.get(line).getFunctionIndex());
                rootFirst.add(
                        RawSample.frame(
                                function,
                                lines.get(line).getLine(),
                                mapping,
                                function.equals("?") ? location.getAddress() : 0,
                                line < lines.size() - 1));
            }
        }

        private String function(int index) {
            Function row = dictionary.getFunctionTable(index);
            String name = dictionary.getStringTable(row.getNameStrindex());
            String systemName = dictionary.getStringTable(row.getSystemNameStrindex());
            name = name.isEmpty() ? systemName : name;
            return name.isEmpty()
                    ? "?"
                    : RawSample.function(
                            name,
                            systemName,
                            dictionary.getStringTable(row.getFilenameStrindex()),
                            row.getStartLine());
        }

        private String mapping(int index) {
            Mapping row = dictionary.getMappingTable(index);
            String file = dictionary.getStringTable(row.getFilenameStrindex());
            String buildId =
                    row.getAttributeIndicesList().stream()
                            .filter(one -> key(one).equals("process.executable.build_id.gnu"))
                            .map(this::value)
                            .filter(text -> !text.isEmpty())
                            .findFirst()
                            .orElse("");
            boolean isNothing =
                    row.getMemoryStart() == 0
                            && row.getMemoryLimit() == 0
                            && row.getFileOffset() == 0
                            && file.isEmpty()
                            && buildId.isEmpty();
            return index == 0 && isNothing
                    ? "?"
                    : RawSample.mapping(
                            row.getMemoryStart(),
                            row.getMemoryLimit(),
                            row.getFileOffset(),
                            file,
                            buildId,
                            flags(index));
        }

        /// Functions 1, file names 2, line numbers 4 if all frames have them, inlined frames 8 if any is.
        private int flags(int mapping) {
            int flags = 7;
            int inlined = 0;
            for (Location location : dictionary.getLocationTableList()) {
                if (location.getMappingIndex() == mapping) {
                    flags &= location.getLinesCount() == 0 ? 0 : 7;
                    inlined |= location.getLinesCount() > 1 ? 8 : 0;
                    for (Line line : location.getLinesList()) {
                        String function = function(line.getFunctionIndex());
                        Function row = dictionary.getFunctionTable(line.getFunctionIndex());
                        boolean hasFile =
                                !dictionary.getStringTable(row.getFilenameStrindex()).isEmpty();
                        flags &=
                                function.equals("?")
                                        ? 0
                                        : 1 | (hasFile ? 2 : 0) | (line.getLine() != 0 ? 4 : 0);
                    }
                }
            }
            return flags | inlined;
        }
    }
}
