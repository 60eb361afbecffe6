package io.flamekeeper.format.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.testkit.OtlpJsonText;
import io.flamekeeper.testkit.OtlpMessage;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.RandomOtlp;
import io.flamekeeper.testkit.RawSample;
import io.flamekeeper.testkit.ReferenceOtlp;
import io.opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest;
import io.opentelemetry.proto.profiles.v1development.Sample;
import io.opentelemetry.proto.profiles.v1development.Stack;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OtlpFormatTest {
    private static final OtlpFormat FORMAT = new OtlpFormat(DecodeLimits.DEFAULTS);
    private static final int JSON_BYTES_MAX = 1 << 22;

    private static OtlpMessage drawn() {
        return new OtlpMessage()
                .resource(Map.of("service.name", "checkout", "host.name", "h"))
                .cpu(50_000_000)
                .draw(
                        """
                        7{thread.name=a}  2          1
                        main              main       main
                        parse+next        0x77@libc  idle
                        """);
    }

    @Test
    void decode_drawnMessage_countsTimesAndKeepsWhatIsNotSymbolised() {
        OtlpProfile profile = onlyProfile(drawn().bytes());

        assertThat(profile.attributes().getFirst())
                .isEqualTo(Map.of("service.name", "checkout", "host.name", "h"));
        assertThat(profile.raw().period()).isEqualTo(50_000_000);
        assertThat(RawSample.of(profile.raw()))
                .containsExactly(
                        new RawSample(
                                List.of("main|||0:10@?+0", "parse|||0:20@?+0", "~next|||0:20@?+0"),
                                List.of(7L),
                                List.of("thread.name=a")),
                        new RawSample(
                                List.of(
                                        "main|||0:10@?+0",
                                        "?:0@4096-4096/0 libc build of libc 0+119"),
                                List.of(2L),
                                List.of()),
                        new RawSample(
                                List.of("main|||0:10@?+0", "idle|||0:40@?+0"),
                                List.of(1L),
                                List.of()));
    }

    @Test
    void decode_anyWayToWriteIt_isWhatTheReferenceReads() {
        long seed = 20261126;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            ExportProfilesServiceRequest request = RandomOtlp.next(random);
            assertThat(decoded(FORMAT.decodeProto(RandomOtlp.written(request, random))))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(ReferenceOtlp.decode(request));
        }
    }

    @Test
    void decode_samplesOfTheVersionBefore_areTranslated() {
        long seed = 20261127;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            ExportProfilesServiceRequest request = RandomOtlp.next(random);
            assertThat(decoded(FORMAT.decodeProto(RandomOtlp.writtenBefore110(request, random))))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(ReferenceOtlp.decode(request));
        }
    }

    @Test
    void decodeJson_anyMessage_isWhatTheReferenceReads() {
        long seed = 20261128;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            ExportProfilesServiceRequest request = RandomOtlp.next(random);
            String json =
                    switch (random.nextInt(3)) {
                        case 0 -> OtlpJsonText.of(request);
                        case 1 -> OtlpJsonText.snakeCaseOf(request);
                        default -> OtlpJsonText.base64Of(request);
                    };
            assertThat(decoded(decodeJson(json.getBytes(UTF_8))))
                    .as("seed %d, round %d: %s", seed, round, json)
                    .isEqualTo(ReferenceOtlp.decode(request));
        }
    }

    @Test
    void decodeJson_numbersAndNulls_asTheRulesHaveThem() {
        OtlpProfile profile =
                decodeJson(
                                """
                                {"future": [{"a": [1, {"b": 2}]}],
                                 "dictionary": {"stringTable": ["", "cpu", "ns"], "mappingTable": null,
                                   "functionTable": [{"nameStrindex": 1}],
                                   "locationTable": [{"address": "18446744073709551615", "lines": []},
                                                     {"lines": [{"functionIndex": 0, "line": "7"}]}],
                                   "stackTable": [{}, {"locationIndices": ["0", 1]}]},
                                 "resourceProfiles": [{"scopeProfiles": [{"profiles": [{
                                   "sampleType": {"typeStrindex": 1, "unitStrindex": "2"},
                                   "samples": [{"stackIndex": 1, "values": ["5", 6, 1e1, "2.0"]},
                                               {"timestampsUnixNano": [1, "2"]}]}]}]}]}
                                """
                                        .getBytes(UTF_8))
                        .profiles()
                        .getFirst();
        assertThat(RawSample.of(profile.raw()))
                .containsExactly(
                        new RawSample(
                                List.of("cpu|||0:7@?+0", "?:0@?+-1"), List.of(23L), List.of()),
                        new RawSample(List.of(), List.of(2L), List.of()));
    }

    @Test
    void decodeJson_whatIsNone_isRefusedWithTheOffset() {
        String head = "{\"resourceProfiles\":[{\"scopeProfiles\":[{\"profiles\":[";
        for (String json :
                List.of(
                        "",
                        "[]",
                        "{",
                        "{}{}",
                        "{\"dictionary\":7}",
                        "{\"dictionary\":[[]]}",
                        "{\"dictionary\":{\"stringTable\":[7]}}",
                        head + "{\"period\":\"x\"}]}]}]}",
                        head + "{\"period\":1.5}]}]}]}",
                        head + "{\"period\":1e999999999}]}]}]}",
                        head + "{\"period\":99999999999999999999999}]}]}]}",
                        "[".repeat(100_000),
                        "{\"a\":".repeat(100_000))) {
            assertThatThrownBy(() -> decodeJson(json.getBytes(UTF_8)))
                    .as(json.substring(0, Math.min(100, json.length())))
                    .isInstanceOfSatisfying(
                            FlamekeeperException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE);
                                assertThat(e.getMessage()).contains("byte");
                            });
        }
    }

    @Test
    void decode_profilesOfEarlierVersions_areRefusedByTheirShape() {
        byte[] locationIndices = {1, 2};
        refused(
                "field 3 of a profile has wire type 2",
                profileOf(PprofBytes.nested(3, locationIndices)));
        refused("version 1.9 or later", profileOf(PprofBytes.message(3, 5)));
        refused("field 5 of a profile has wire type 0", profileOf(PprofBytes.message(5, 5)));
        refused(
                "2 sample types",
                profileOf(
                        concat(
                                PprofBytes.nested(1, PprofBytes.message(1, 0)),
                                PprofBytes.nested(1, PprofBytes.message(1, 0)))));
    }

    @Test
    void decode_oneBadProfile_isRefusedAndTheOthersAreTaken() {
        record Fault(String phrase, java.util.function.Consumer<Sample.Builder> made) {}
        for (Fault fault :
                List.of(
                        new Fault("no stack 99", sample -> sample.setStackIndex(99)),
                        new Fault("no stack -1", sample -> sample.setStackIndex(-1)),
                        new Fault("no attribute 99", sample -> sample.addAttributeIndices(99)),
                        new Fault("no link 99", sample -> sample.setLinkIndex(99)),
                        new Fault("neither a value nor", sample -> sample.clearValues()))) {
            OtlpMessage message = drawn().cpu(1);
            fault.made().accept(message.sample(List.of("main"), Map.of()).addValues(1));
            OtlpExport export = FORMAT.decodeProto(message.bytes());
            assertThat(export.profiles()).hasSize(1);
            assertThat(export.refused())
                    .singleElement()
                    .satisfies(e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE);
                        assertThat(e).hasMessageContaining("profile 1: otlp: ");
                        assertThat(e).hasMessageContaining(fault.phrase());
                    });
        }
    }

    @Test
    void decode_stackOfALocationThatIsNotThere_refusesOnlyWhoHasIt() {
        OtlpMessage message = drawn().cpu(1);
        message.dictionary().addStackTable(Stack.newBuilder().addLocationIndices(77));
        int broken = message.dictionary().getStackTableCount() - 1;
        message.sample(List.of("main"), Map.of()).addValues(1).setStackIndex(broken);
        OtlpExport export = FORMAT.decodeProto(message.bytes());
        assertThat(export.profiles()).hasSize(1);
        assertThat(export.refused())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessageContaining("no location 77"));
    }

    @Test
    void decode_dictionaryThatContradictsItself_isRefused() {
        OtlpMessage function = drawn();
        function.dictionary().addFunctionTableBuilder().setNameStrindex(99);
        refused("no string of a function's name 99", function.bytes());
        OtlpMessage line = drawn();
        line.dictionary().addLocationTableBuilder().addLinesBuilder().setFunctionIndex(99);
        refused("no function 99", line.bytes());
        OtlpMessage mapping = drawn();
        mapping.dictionary().addLocationTableBuilder().setMappingIndex(-1);
        refused("no mapping -1", mapping.bytes());
        byte[] overlong = {'a', (byte) 0xc0, (byte) 0x80};
        refused(
                "invalid utf8 string hex: 61c080",
                PprofBytes.nested(2, PprofBytes.nested(5, overlong)));
    }

    @Test
    void decode_links_areLabelsIfTheyAreIds() {
        OtlpMessage message = drawn();
        byte[] trace = new byte[16];
        Arrays.fill(trace, (byte) 0xab);
        int good = message.link(trace, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        int bad = message.link(new byte[] {1}, new byte[] {1, 2});
        message.sample(List.of("main"), Map.of()).addValues(1).setLinkIndex(good);
        message.sample(List.of("main"), Map.of()).addValues(1).setLinkIndex(bad);
        OtlpExport export = FORMAT.decodeProto(message.bytes());
        List<RawSample> samples = RawSample.of(export.profiles().getFirst().raw());
        assertThat(samples.get(3).labels())
                .containsExactly("span_id=0102030405060708", "trace_id=" + "ab".repeat(16));
        assertThat(samples.get(4).labels()).isEmpty();
        assertThat(export.losses()).isEqualTo(Map.of(OtlpLoss.LINK_ID, 2L));
    }

    @Test
    void decode_deepStack_keepsLeafAndRootAroundAMarker() {
        var format = new OtlpFormat(new DecodeLimits(10, 10, 7, 1_000));
        List<String> stack = IntStream.range(0, 40).mapToObj(level -> "f" + level).toList();
        OtlpMessage message = new OtlpMessage().resource(Map.of()).cpu(1);
        message.sample(stack, Map.of()).addValues(1);
        assertThat(names(format.decodeProto(message.bytes()).profiles().getFirst().raw()))
                .containsExactly("f0", "f1", "f2", DecodeLimits.CUT_MARKER, "f37", "f38", "f39");
    }

    @Test
    void decode_fewBytesForManyFrames_isRefused() {
        OtlpMessage message = new OtlpMessage().resource(Map.of()).cpu(1);
        String inlined = String.join("+", Collections.nCopies(990, "f"));
        for (int sample = 0; sample < 3_000; sample++) {
            message.sample(List.of("caller" + sample, inlined), Map.of()).addValues(1);
        }
        assertThat(FORMAT.decodeProto(message.bytes()).refused())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessageContaining("different frames"));
    }

    @Test
    void decode_aMillionRowsOfTwoBytes_isRefused() {
        byte[] functions = new byte[2 * (Rows.MAX + 1)];
        for (int row = 0; row <= Rows.MAX; row++) {
            functions[2 * row] = (3 << 3) | 2;
        }
        assertThatThrownBy(() -> FORMAT.decodeProto(PprofBytes.nested(2, functions)))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    @Test
    void decode_everyFlipAndCut_givesAnExportOrSaysWhy() {
        long seed = 20261129;
        var random = new SplittableRandom(seed);
        List<byte[]> bodies = new ArrayList<>(List.of(drawn().bytes()));
        for (int i = 0; i < 4; i++) {
            bodies.add(RandomOtlp.written(RandomOtlp.next(random), random));
        }
        int decoded = 0;
        int refused = 0;
        for (byte[] body : bodies) {
            for (int at = 0; at < body.length; at++) {
                for (int mask : new int[] {0x01, 0x04, 0x80, 1 + random.nextInt(255)}) {
                    byte[] flipped = body.clone();
                    flipped[at] ^= (byte) mask;
                    if (isDecoded(() -> FORMAT.decodeProto(flipped))) {
                        decoded++;
                    } else {
                        refused++;
                    }
                }
                byte[] cut = Arrays.copyOf(body, at);
                isDecoded(() -> FORMAT.decodeProto(cut));
            }
        }
        assertThat(decoded).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(1_000);
    }

    @Test
    void decodeJson_everyFlipAndCut_givesAnExportOrSaysWhy() {
        var random = new SplittableRandom(20261130);
        byte[] body = OtlpJsonText.of(drawn().request()).getBytes(UTF_8);
        for (int at = 0; at < body.length; at++) {
            for (int round = 0; round < 4; round++) {
                byte[] flipped = body.clone();
                flipped[at] ^= (byte) (1 + random.nextInt(255));
                isDecoded(() -> decodeJson(flipped));
            }
            byte[] cut = Arrays.copyOf(body, at);
            isDecoded(() -> decodeJson(cut));
        }
    }

    /// Whether there is an export; anything but one or a refusal of the caller's fails the test.
    private static boolean isDecoded(java.util.function.Supplier<OtlpExport> decoding) {
        try {
            decoding.get().profiles().forEach(profile -> assertWellFormed(profile.raw()));
            return true;
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isIn(ErrorCode.MALFORMED_PROFILE, ErrorCode.LIMIT_EXCEEDED);
            assertThat(e.getMessage()).hasSizeLessThan(1_024);
            return false;
        }
    }

    private static void assertWellFormed(RawProfile raw) {
        StackTable stacks = raw.stacks();
        SymbolTable symbols = raw.symbols();
        int strings = symbols.strings().count();
        for (int node = 1; node < stacks.count(); node++) {
            assertThat(stacks.parent()[node]).isBetween(0, node - 1);
            assertThat(stacks.frame()[node]).isBetween(0, symbols.frames().count() - 1);
        }
        for (int frame = 0; frame < symbols.frames().count(); frame++) {
            assertThat(symbols.frames().function()[frame])
                    .isBetween(SymbolTable.NONE, symbols.functions().count() - 1);
            assertThat(symbols.frames().mapping()[frame])
                    .isBetween(SymbolTable.NONE, symbols.mappings().count() - 1);
        }
        for (int function = 0; function < symbols.functions().count(); function++) {
            assertThat(symbols.functions().name()[function]).isBetween(0, strings - 1);
        }
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            assertThat(raw.stack()[sample]).isBetween(0, stacks.count() - 1);
            assertThat(raw.labelStart()[sample]).isLessThanOrEqualTo(raw.labelStart()[sample + 1]);
        }
        for (int label = 0; label < raw.labelStart()[raw.sampleCount()]; label++) {
            assertThat(raw.labelName()[label]).isBetween(0, strings - 1);
            assertThat(raw.labelValue()[label]).isBetween(0, strings - 1);
        }
    }

    private static List<String> names(RawProfile raw) {
        return RawSample.of(raw).getFirst().rootFirst().stream()
                .map(frame -> frame.substring(0, frame.indexOf('|')))
                .toList();
    }

    private static OtlpExport decodeJson(byte[] json) {
        return FORMAT.decodeTranscoded(OtlpJson.toProto(json, JSON_BYTES_MAX));
    }

    private static List<ReferenceOtlp> decoded(OtlpExport export) {
        assertThat(export.refused()).isEmpty();
        return export.profiles().stream().map(ReferenceOtlp::of).toList();
    }

    private static OtlpProfile onlyProfile(byte[] body) {
        OtlpExport export = FORMAT.decodeProto(body);
        assertThat(export.refused()).isEmpty();
        assertThat(export.profiles()).hasSize(1);
        return export.profiles().getFirst();
    }

    private static void refused(String phrase, byte[] body) {
        assertThatThrownBy(() -> FORMAT.decodeProto(body))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE);
                            assertThat(e.getMessage()).contains(phrase);
                        });
    }

    /// A message of one profile of these bytes.
    private static byte[] profileOf(byte[] profile) {
        return PprofBytes.nested(1, PprofBytes.nested(2, PprofBytes.nested(2, profile)));
    }

    private static byte[] concat(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
