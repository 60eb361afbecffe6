package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flamekeeper.intake.Intake.OtlpEncoding;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.testkit.OtlpMessage;
import io.flamekeeper.testkit.SharedData;
import io.opentelemetry.proto.profiles.v1development.Mapping;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Messages of real senders, with what is known about them from elsewhere.
class SharedOtlpTest {
    private static final String FOLDER = "data/formats/otlp/";
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Intake INTAKE =
            new Intake(
                    IntakeLimits.DEFAULTS,
                    InstantSource.fixed(Instant.parse("2026-11-24T12:00:00Z")));

    @ParameterizedTest
    @CsvSource({"otel-ebpf-profile.pb.bin, PROTO", "otel-ebpf-profile.pb.json, JSON"})
    void export_ofTheEbpfProfiler_isWhatIsExpected(String file, OtlpEncoding encoding)
            throws IOException {
        OtlpUpload upload = INTAKE.exportOtlp(SharedData.bytes(FOLDER + file), encoding);
        assertThat(upload.refused()).isEmpty();
        Map<String, Long> found = compact(upload, "unknown_service", CPU, false);
        assertThat(found).isEqualTo(expected("otel-ebpf-profile-cpu.out.json"));
        assertThat(found.values().stream().mapToLong(value -> value).sum()).isEqualTo(500_000_000);
        assertThat(upload.parts())
                .allSatisfy(part -> assertThat(part.group().upload().isNone()).isFalse());
    }

    @Test
    void export_ofTheEbpfProfiler_isTheSameInBothEncodings() {
        List<Map<String, Long>> both = new ArrayList<>();
        for (OtlpEncoding encoding : OtlpEncoding.values()) {
            String file =
                    switch (encoding) {
                        case PROTO -> "otel-ebpf-profile.pb.bin";
                        case JSON -> "otel-ebpf-profile.pb.json";
                    };
            var all = new TreeMap<String, Long>();
            INTAKE.exportOtlp(SharedData.bytes(FOLDER + file), encoding)
                    .parts()
                    .forEach(part -> add(all, part.group(), part.group().profiles(), true));
            both.add(all);
        }
        assertThat(both.getFirst()).hasSizeGreaterThan(50).isEqualTo(both.getLast());
    }

    @Test
    void export_addresses_areKeptAsTheyAre() throws IOException {
        OtlpMessage message =
                new OtlpMessage().resource(Map.of()).profile("samples", "ms").time(239);
        message.sample(List.of("0x1e0@file1.so", "0x2f0@file1.so").reversed(), Map.of())
                .addValues(239);
        assertThat(
                        compact(
                                withoutBuildIds(message),
                                "unknown_service",
                                "process_cpu:samples:ms::",
                                true))
                .isEqualTo(expected("TestSymbolizedFunctionNames.json"));
    }

    @Test
    void export_attributesOfSamples_areLabels() throws IOException {
        OtlpMessage message =
                new OtlpMessage().resource(Map.of()).profile("samples", "ms").time(239);
        message.sample(
                        List.of("0x2e@firefox.so", "0x1e@firefox.so"),
                        Map.of("process", "firefox", "cpu.logical_number", "0"))
                .addValues(239);
        message.sample(
                        List.of("0x4e@chrome.so", "0x3e@chrome.so"),
                        Map.of("process", "chrome", "cpu.logical_number", "7"))
                .addValues(61_423);
        assertThat(
                        compact(
                                withoutBuildIds(message),
                                "unknown_service",
                                "process_cpu:samples:ms::",
                                true))
                .isEqualTo(expected("TestSampleAttributes.json"));
    }

    @Test
    void export_offCpu_isSummed() throws IOException {
        OtlpMessage message =
                new OtlpMessage().resource(Map.of()).profile("off_cpu", "nanoseconds").time(239);
        message.sample(List.of("0x2f0@file1.so", "0x1e0@file1.so"), Map.of()).addValues(239);
        message.sample(List.of("0x3f0@file1.so"), Map.of()).addValues(1).addValues(20);
        assertThat(
                        compact(
                                withoutBuildIds(message),
                                "unknown_service",
                                "off_cpu:off_cpu:nanoseconds::",
                                true))
                .isEqualTo(expected("TestConversionOffCpu.json"));
    }

    private static OtlpUpload withoutBuildIds(OtlpMessage message) {
        message.dictionary()
                .getMappingTableBuilderList()
                .forEach(Mapping.Builder::clearAttributeIndices);
        return INTAKE.exportOtlp(message.bytes(), OtlpEncoding.PROTO);
    }

    /// Amount by everything that the expected files say of a sample: `frame frame … {labels}`, leaf first.
    private static Map<String, Long> expected(String file) throws IOException {
        Map<String, Long> byText = new TreeMap<>();
        JsonNode all = JSON.readTree(new String(SharedData.bytes(FOLDER + file), UTF_8));
        for (JsonNode sample : all.get("samples")) {
            StringBuilder text = new StringBuilder();
            for (JsonNode location : sample.get("locations")) {
                JsonNode lines = location.path("lines");
                if (lines.isMissingNode()) {
                    text.append(location.get("address").asText());
                } else {
                    lines.forEach(line -> text.append(line.asText()));
                }
                text.append('@').append(binary(location.get("mapping").asText())).append(' ');
            }
            text.append('{').append(sample.path("labels").asText()).append('}');
            byText.merge(text.toString(), Long.parseLong(sample.get("values").asText()), Long::sum);
        }
        return byText;
    }

    /// Of `0xstart-0xlimit@0xoffset file(buildid)`, the file and the build id. The range depends on which of a
    /// mapping's frames are symbolised, which is not counted alike.
    private static String binary(String mapping) {
        return mapping.substring(mapping.indexOf(' ') + 1);
    }

    private static Map<String, Long> compact(
            OtlpUpload upload, String service, String type, boolean withLabels) {
        Map<String, Long> byText = new TreeMap<>();
        for (OtlpUpload.Part part : upload.parts()) {
            ProfileGroup group = part.group();
            if (group.service().equals(service)) {
                add(
                        byText,
                        group,
                        group.profiles().stream()
                                .filter(profile -> profile.type().id().equals(type))
                                .toList(),
                        withLabels);
            }
        }
        return byText;
    }

    private static void add(
            Map<String, Long> byText,
            ProfileGroup group,
            List<Profile> profiles,
            boolean withLabels) {
        for (Profile profile : profiles) {
            var labels = new TreeMap<>(profile.labels().toMap());
            labels.keySet()
                    .removeIf(
                            name -> name.startsWith("__") || name.equals(LabelNames.SERVICE_NAME));
            String suffix =
                    withLabels
                            ? "{"
                                    + String.join(
                                            ",",
                                            labels.entrySet().stream()
                                                    .map(pair ->
                                                            pair.getKey() + "=" + pair.getValue())
                                                    .toList())
                                    + "}"
                            : "{}";
            for (int row = 0; row < profile.stack().length; row++) {
                StringBuilder text = new StringBuilder();
                for (int node = profile.stack()[row];
                        node != StackTable.ROOT;
                        node = group.stacks().parent()[node]) {
                    text.append(frame(group.symbols(), group.stacks().frame()[node])).append(' ');
                }
                byText.merge(text + suffix, profile.value()[row], Long::sum);
            }
        }
    }

    private static String frame(SymbolTable symbols, int frame) {
        StringTable strings = symbols.strings();
        int function = symbols.frames().function()[frame];
        int mapping = symbols.frames().mapping()[frame];
        String called =
                function == SymbolTable.NONE
                        ? "0x" + Long.toHexString(symbols.frames().address()[frame])
                        : strings.get(symbols.functions().name()[function])
                                + "["
                                + strings.get(symbols.functions().systemName()[function])
                                + "]@"
                                + strings.get(symbols.functions().fileName()[function])
                                + ":"
                                + symbols.frames().line()[frame];
        String binary =
                mapping == SymbolTable.NONE
                        ? "()"
                        : strings.get(symbols.mappings().fileName()[mapping])
                                + "("
                                + strings.get(symbols.mappings().buildId()[mapping])
                                + ")";
        return called + "@" + binary;
    }
}
