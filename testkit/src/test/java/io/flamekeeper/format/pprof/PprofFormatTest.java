package io.flamekeeper.format.pprof;

import static io.flamekeeper.testkit.PprofBytes.message;
import static io.flamekeeper.testkit.PprofBytes.nested;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.RandomPprof;
import io.flamekeeper.testkit.RawSample;
import io.flamekeeper.testkit.ReferencePprof;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PprofFormatTest {
    private static final PprofBytes DRAWN =
            PprofBytes.cpu(
                            """
                            7{thread=a}  2             1
                            main         main          main
                            serve        serve         idle
                            parse+next   write
                            """)
                    .time(1_700_000_000_000_000_000L)
                    .duration(10_000_000_000L);

    @Test
    void decode_drawnProfile_sharesPrefixesAndMarksInlinedFrames() {
        RawProfile raw = decode(DRAWN.bytes());

        assertThat(raw.sampleTypes()).containsExactly(new ValueType("cpu", "nanoseconds"));
        assertThat(raw.periodType()).isEqualTo(new ValueType("cpu", "nanoseconds"));
        assertThat(raw.period()).isEqualTo(10_000_000);
        assertThat(raw.timeNanos()).isEqualTo(1_700_000_000_000_000_000L);
        assertThat(raw.durationNanos()).isEqualTo(10_000_000_000L);
        assertThat(raw.stacks().count()).isEqualTo(7);
        assertThat(RawSample.of(raw))
                .containsExactly(
                        new RawSample(
                                List.of(
                                        "main|main||1:10@?+0",
                                        "serve|serve||1:20@?+0",
                                        "parse|parse||1:30@?+0",
                                        "~next|next||1:30@?+0"),
                                List.of(7L),
                                List.of("thread=a")),
                        new RawSample(
                                List.of(
                                        "main|main||1:10@?+0",
                                        "serve|serve||1:20@?+0",
                                        "write|write||1:40@?+0"),
                                List.of(2L),
                                List.of()),
                        new RawSample(
                                List.of("main|main||1:10@?+0", "idle|idle||1:50@?+0"),
                                List.of(1L),
                                List.of()));
    }

    @Test
    void decode_sampleWithoutLocations_isTheEmptyStack() {
        RawProfile raw =
                decode(
                        PprofBytes.cpu(
                                        """
                                        5  3
                                           main
                                        """)
                                .bytes());
        assertThat(raw.stack()).startsWith(StackTable.ROOT, 1);
    }

    @Test
    void decode_locationWithoutLines_isAFrameWithoutFunction() {
        RawProfile raw =
                decode(
                        PprofBytes.cpu("1")
                                .mapping("libc.so", false)
                                .field(PprofBytes.LOCATION, message(1, 77, 2, 1, 3, 0x401234))
                                .field(PprofBytes.SAMPLE, message(1, 77, 2, 9))
                                .bytes());
        SymbolTable.Frames frames = raw.symbols().frames();
        int frame = raw.stacks().frame()[raw.stack()[1]];
        assertThat(frames.function()[frame]).isEqualTo(SymbolTable.NONE);
        assertThat(frames.mapping()[frame]).isEqualTo(0);
        assertThat(frames.address()[frame]).isEqualTo(0x401234);
    }

    @Test
    void decode_noSamples_isAProfile() {
        assertThat(decode(PprofBytes.empty().sampleType("cpu", "ns").bytes()).sampleCount())
                .isEqualTo(0);
    }

    @Test
    void decode_brokenRules_sayTheirPhrase() {
        malformed("empty profile", PprofBytes.empty());
        malformed("empty profile", new byte[0]);
        malformed("location id is 0", drawn().field(PprofBytes.LOCATION, message(3, 5)));
        malformed("function id is 0", drawn().field(PprofBytes.FUNCTION, message(2, 1)));
        malformed("mapping id is 0", drawn().field(PprofBytes.MAPPING, message(2, 1)));
        malformed("location 1 (", drawn().field(PprofBytes.LOCATION, message(1, 1)));
        malformed("sample value length mismatch", drawn().field(PprofBytes.SAMPLE, message(1, 1)));
        malformed(
                "sample value length mismatch",
                drawn().field(PprofBytes.SAMPLE, message(1, 1, 2, 1, 2, 1)));
        malformed(
                "string 0 should be empty string",
                PprofBytes.emptyWithStringZero("x").sampleType("cpu", "ns"));
        malformed("string 0 should be empty string", nested(1, message(1, 0)));
        malformed(
                "sample type type string index out of range: 100500",
                PprofBytes.empty().field(PprofBytes.SAMPLE_TYPE, message(1, 100500)));
        malformed(
                "sample type unit string index out of range: -1",
                PprofBytes.empty().field(PprofBytes.SAMPLE_TYPE, message(1, 0, 2, -1)));
        malformed(
                "sample label string index out of range: 99",
                drawn().field(PprofBytes.SAMPLE, concat(message(2, 1), nested(3, message(1, 99)))));
        malformed(
                "sample label string index out of range: 98",
                drawn().field(
                                PprofBytes.SAMPLE,
                                concat(message(2, 1), nested(3, message(1, 1, 2, 98)))));
        malformed(
                "function name string index out of range: 99",
                drawn().field(PprofBytes.FUNCTION, message(1, 50, 2, 99)));
        malformed(
                "function system name index string out of range: 99",
                drawn().field(PprofBytes.FUNCTION, message(1, 50, 3, 99)));
        malformed(
                "function file name string index out of range: 99",
                drawn().field(PprofBytes.FUNCTION, message(1, 50, 4, 99)));
        malformed(
                "mapping file name string index out of range: 99",
                drawn().field(PprofBytes.MAPPING, message(1, 50, 5, 99)));
        malformed(
                "mapping build id string index out of range: 99",
                drawn().field(PprofBytes.MAPPING, message(1, 50, 6, 99)));
        malformed("period type string index out of range: 99", drawn().field(11, message(1, 99)));
        malformed("sample type contains -", PprofBytes.empty().sampleType("lock-time", "ns"));
        malformed(
                "invalid utf8 string hex: 61c080",
                drawn().field(PprofBytes.STRING, new byte[] {'a', (byte) 0xc0, (byte) 0x80}));
        malformed(
                "sample 1: no location 44", drawn().field(PprofBytes.SAMPLE, message(1, 44, 2, 1)));
        malformed("sample 1: no location 0", drawn().field(PprofBytes.SAMPLE, message(1, 0, 2, 1)));
        malformed(
                "location 44: no function 45",
                drawn().field(
                                PprofBytes.LOCATION,
                                concat(message(1, 44), nested(4, message(1, 45)))));
        malformed(
                "location 44: no mapping 46",
                drawn().field(PprofBytes.LOCATION, message(1, 44, 2, 46)));
    }

    @Test
    void decode_brokenBytes_sayTheOffset() {
        malformed("byte 0", new byte[] {0x00});
        malformed("truncated", new byte[] {0x0a, 0x05, 0x00});
        malformed("does not end", filled(20, 0xff));
        malformed("wire type", new byte[] {0x0f});
        malformed("wire type", new byte[] {0x0c});
        malformed("group", new byte[] {0x7b});
        malformed("end of group", new byte[] {0x7b, 0x74});
        malformed("group depth", filled(200, 0x7b));
        byte[] huge = {0x0a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
        malformed("truncated", huge);
    }

    @Test
    void decode_dotnetDialect_repairsFunctionIdsAndSampleTypes() {
        byte[] body =
                PprofBytes.empty()
                        .sampleType("alloc-size", "bytes")
                        .field(PprofBytes.LOCATION, concat(message(1, 5), nested(4, message(1, 5))))
                        .field(PprofBytes.FUNCTION, message(2, 1))
                        .field(PprofBytes.SAMPLE, message(1, 5, 2, 3))
                        .bytes();
        RawProfile raw =
                new PprofFormat(DecodeLimits.DEFAULTS, PprofDialect.DOTNET).decodeOne(body);
        assertThat(raw.sampleTypes()).containsExactly(new ValueType("alloc_size", "bytes"));
        assertThat(RawSample.of(raw).getFirst().rootFirst())
                .containsExactly("alloc-size|||0:0@?+0");
        malformed("function id is 0", body);
    }

    @Test
    void decode_aboveALimit_namesIt() {
        var limits = new DecodeLimits(2, 1, 10, 100);
        exceeded(limits, "more than 2 samples (expected: at most 2;", DRAWN.bytes());
        exceeded(limits, "sample 0: more than 1 labels", PprofBytes.cpu("1{a=1,b=2}").bytes());
    }

    @Test
    void decode_deepStack_keepsLeafAndRootAroundAMarker() {
        for (int max = 3; max < 20; max++) {
            var format =
                    new PprofFormat(new DecodeLimits(10, 10, max, 1_000), PprofDialect.STANDARD);
            for (int depth = 1; depth < 40; depth++) {
                List<String> stack =
                        IntStream.range(0, depth).mapToObj(level -> "f" + level).toList();
                List<String> names = names(format.decodeOne(sampleOf(stack)));
                if (depth <= max) {
                    assertThat(names).isEqualTo(stack);
                } else {
                    int outer = max / 2;
                    int inner = max - 1 - outer;
                    List<String> expected = new ArrayList<>(stack.subList(0, outer));
                    expected.add(DecodeLimits.CUT_MARKER);
                    expected.addAll(stack.subList(depth - inner, depth));
                    assertThat(names).as("%d of %d", max, depth).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void decode_deepInlining_isCutLikeADeepStack() {
        String inlined = String.join("+", IntStream.range(0, 50).mapToObj(i -> "i" + i).toList());
        var format = new PprofFormat(new DecodeLimits(10, 10, 9, 1_000), PprofDialect.STANDARD);
        assertThat(names(format.decodeOne(sampleOf(List.of("main", inlined)))))
                .containsExactly(
                        "main",
                        "i0",
                        "i1",
                        "i2",
                        DecodeLimits.CUT_MARKER,
                        "i46",
                        "i47",
                        "i48",
                        "i49");
    }

    @Test
    void decode_fewBytesForManyFrames_isRefused() {
        String inlined = String.join("+", Collections.nCopies(990, "f"));
        PprofBytes bytes = PprofBytes.empty().sampleType("cpu", "ns");
        for (int sample = 0; sample < 3_000; sample++) {
            bytes.sample(List.of("caller" + sample, inlined), List.of(), 1);
        }
        exceeded(DecodeLimits.DEFAULTS, "different frames", bytes.bytes());
    }

    @Test
    void decode_longSymbol_keepsItsEndFromAWholeCharacter() {
        var limits = new DecodeLimits(10, 10, 10, 7);
        RawProfile raw =
                new PprofFormat(limits, PprofDialect.STANDARD)
                        .decodeOne(sampleOf(List.of("aäöü€xyz", "short")));
        assertThat(names(raw)).containsExactly("€xyz", "short");
    }

    @Test
    void decode_anyWayToWriteIt_isWhatTheReferenceReads() throws IOException {
        long seed = 20260304;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            byte[] body = RandomPprof.next(random);
            ReferencePprof expected = ReferencePprof.decode(body);
            RawProfile raw = decode(body);
            assertThat(
                            new ReferencePprof(
                                    raw.sampleTypes().stream()
                                            .map(type -> type.type() + " " + type.unit())
                                            .toList(),
                                    raw.periodType().type() + " " + raw.periodType().unit(),
                                    List.of(raw.timeNanos(), raw.durationNanos(), raw.period()),
                                    RawSample.of(raw)))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(expected);
            assertWellFormed(raw);
        }
    }

    @Test
    void decode_everyFlipAndCut_givesAProfileOrSaysWhy() {
        long seed = 20260305;
        var random = new SplittableRandom(seed);
        List<byte[]> bodies = new ArrayList<>(List.of(DRAWN.bytes()));
        for (int i = 0; i < 5; i++) {
            bodies.add(RandomPprof.next(random));
        }
        int decoded = 0;
        int refused = 0;
        for (byte[] body : bodies) {
            for (int at = 0; at < body.length; at++) {
                for (int mask : new int[] {0x01, 0x04, 0x80, 0xff, 1 + random.nextInt(255)}) {
                    byte[] flipped = body.clone();
                    flipped[at] ^= (byte) mask;
                    if (isDecoded(flipped)) {
                        decoded++;
                    } else {
                        refused++;
                    }
                }
                isDecoded(Arrays.copyOf(body, at));
            }
        }
        assertThat(decoded).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(1_000);
    }

    /// Whether the bytes are a profile; anything but a profile or a refusal of the caller's fails the test.
    private static boolean isDecoded(byte[] body) {
        try {
            assertWellFormed(decode(body));
            return true;
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isIn(ErrorCode.MALFORMED_PROFILE, ErrorCode.LIMIT_EXCEEDED);
            assertThat(e.getMessage()).hasSizeLessThan(1_024);
            return false;
        }
    }

    private static void assertWellFormed(RawProfile raw) {
        StackTable stacks = raw.stacks();
        boolean ascending = true;
        for (int node = 1; node < stacks.count(); node++) {
            int frame = stacks.frame()[node];
            ascending &= stacks.parent()[node] >= 0 && stacks.parent()[node] < node;
            ascending &= frame >= 0 && frame < raw.symbols().frames().count();
        }
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            ascending &= raw.stack()[sample] >= 0 && raw.stack()[sample] < stacks.count();
        }
        assertThat(ascending).as("parent < child, frames and leaves inside").isTrue();
        StringTable strings = raw.symbols().strings();
        for (int string = 0; string < strings.count(); string++) {
            if (strings.get(string).getBytes(UTF_8).length != strings.length(string)) {
                throw new AssertionError("string " + string + " is not UTF-8");
            }
        }
    }

    private static PprofBytes drawn() {
        return PprofBytes.cpu(
                """
                1
                main
                """);
    }

    private static byte[] sampleOf(List<String> rootFirst) {
        return PprofBytes.empty().sampleType("cpu", "ns").sample(rootFirst, List.of(), 1).bytes();
    }

    /// Function names of the first sample, outermost first.
    private static List<String> names(RawProfile raw) {
        return RawSample.of(raw).getFirst().rootFirst().stream()
                .map(frame -> frame.substring(frame.startsWith("~") ? 1 : 0, frame.indexOf('|')))
                .toList();
    }

    private static RawProfile decode(byte[] body) {
        return new PprofFormat(DecodeLimits.DEFAULTS, PprofDialect.STANDARD).decodeOne(body);
    }

    private static void malformed(String phrase, PprofBytes broken) {
        malformed(phrase, broken.bytes());
    }

    private static void malformed(String phrase, byte[] broken) {
        refused(ErrorCode.MALFORMED_PROFILE, DecodeLimits.DEFAULTS, phrase, broken);
    }

    private static void exceeded(DecodeLimits limits, String phrase, byte[] body) {
        refused(ErrorCode.LIMIT_EXCEEDED, limits, phrase, body);
    }

    private static void refused(ErrorCode code, DecodeLimits limits, String phrase, byte[] body) {
        assertThatThrownBy(() -> new PprofFormat(limits, PprofDialect.STANDARD).decode(body))
                .hasMessageContaining(phrase)
                .isInstanceOfSatisfying(
                        FlamekeeperException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static byte[] concat(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private static byte[] filled(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /// As some writers do who leave room for a number they do not know yet.
    @Test
    void decode_paddedTags_areTheFieldsTheyName() {
        byte[] bytes =
                HexFormat.of()
                        .parseHex(
                                "0a0408011002" // sample type
                                        + "3200"
                                        + "3203637075"
                                        + "32026e73"
                                        + "320166" // strings
                                        + "2a05"
                                        + "0801"
                                        + "900003" // function 1 is called f
                                        + "2208"
                                        + "880001"
                                        + "2203"
                                        + "880001" // location 1 of it
                                        + "1206"
                                        + "0a0101"
                                        + "120105"); // one sample
        RawProfile raw =
                new PprofFormat(DecodeLimits.DEFAULTS, PprofDialect.STANDARD).decodeOne(bytes);
        assertThat(raw.symbols().strings().get(raw.symbols().functions().name()[0])).isEqualTo("f");
        assertThat(raw.symbols().frames().function()[0]).isZero();
    }
}
