package io.flamekeeper.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.collapsed.CollapsedFormat;
import io.flamekeeper.format.collapsed.CollapsedFormat.Counting;
import io.flamekeeper.format.speedscope.SpeedscopeFormat;
import io.flamekeeper.format.tree.TreeFormat;
import io.flamekeeper.format.tree.TrieFormat;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import io.flamekeeper.testkit.StackBytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Formats that spell stacks out give the stacks that were written into them.
class TextFormatsTest {
    static final TextFormat GROUPS = new CollapsedFormat(DecodeLimits.DEFAULTS, Counting.COUNTED);
    static final TextFormat LINES = new CollapsedFormat(DecodeLimits.DEFAULTS, Counting.ONE_A_LINE);
    static final TextFormat TREE = new TreeFormat(DecodeLimits.DEFAULTS);
    static final TextFormat TRIE = new TrieFormat(DecodeLimits.DEFAULTS);
    static final TextFormat SPEEDSCOPE = new SpeedscopeFormat(DecodeLimits.DEFAULTS);

    /// As profilers write them, and what is still text.
    private static final List<String> NAMES =
            List.of(
                    "main",
                    "java/lang/Thread.run_[j]",
                    "[worker-1 tid=4711]",
                    "do_syscall_64_[k]",
                    "<module> (app/main.py:12)",
                    "mäin",
                    "main.py",
                    "main (main.py:3)",
                    "tid:140735",
                    "main.py:<module>:12",
                    "process 71:\"app --workers 4\"",
                    "работать",
                    "0x7f1234",
                    "𝛌 calculus",
                    "a",
                    "aa",
                    "ab",
                    " ");

    /// What only formats with lengths or quotes can say.
    private static final List<String> ODD_NAMES = List.of("a;b", "line\nend", "quote\"d", "\\", "");

    @Test
    void read_drawnStacksInEveryFormat_areWhatWasWritten() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        List<String> all = new ArrayList<>(NAMES);
        all.addAll(ODD_NAMES);
        for (int round = 0; round < 300; round++) {
            String as = "seed " + seed + ", round " + round;
            Map<List<String>, Long> plain = StackBytes.drawn(random, NAMES);
            assertThat(stacks(GROUPS, new StackBytes(plain, random).groups()))
                    .as(as)
                    .isEqualTo(plain);
            assertThat(stacks(TRIE, new StackBytes(plain, random).trie())).as(as).isEqualTo(plain);
            Map<List<String>, Long> few = new HashMap<>(plain);
            few.replaceAll((_, amount) -> amount % 5 + 1);
            assertThat(stacks(LINES, new StackBytes(few, random).lines())).as(as).isEqualTo(few);
            Map<List<String>, Long> odd = StackBytes.drawn(random, all);
            assertThat(stacks(TREE, new StackBytes(odd, random).tree())).as(as).isEqualTo(odd);
            assertThat(stacks(SPEEDSCOPE, new StackBytes(odd, random).sampled("none")))
                    .as(as)
                    .isEqualTo(odd);
            assertThat(stacks(SPEEDSCOPE, new StackBytes(odd, random).evented("none")))
                    .as(as)
                    .isEqualTo(odd);
        }
    }

    /// Amounts by stack of the only profile.
    static Map<List<String>, Long> stacks(TextFormat format, byte[] body) {
        List<RawProfile> profiles = format.read(body).profiles();
        assertThat(profiles).hasSize(1);
        return stacks(profiles.getFirst());
    }

    private static Map<List<String>, Long> stacks(RawProfile raw) {
        Map<List<String>, Long> amounts = new HashMap<>();
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            List<String> leafFirst = new ArrayList<>();
            for (int node = raw.stack()[sample];
                    node != StackTable.ROOT;
                    node = raw.stacks().parent()[node]) {
                int frame = raw.stacks().frame()[node];
                SymbolTable symbols = raw.symbols();
                int function = symbols.frames().function()[frame];
                leafFirst.add(symbols.strings().get(symbols.functions().name()[function]));
            }
            assertThat(amounts.put(leafFirst.reversed(), raw.value()[sample])).isNull();
        }
        return amounts;
    }

    private static byte[] bytes(Object... parts) {
        var out = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof String text) {
                out.writeBytes(text.getBytes(UTF_8));
            } else {
                out.write((int) part);
            }
        }
        return out.toByteArray();
    }

    @Test
    void tree_exampleOfTheSpecification() {
        byte[] body = bytes(0, 0, 1, 1, "a", 0, 2, 1, "b", 1, 0, 1, "c", 2, 0);
        assertThat(stacks(TREE, body))
                .isEqualTo(Map.of(List.of("a", "b"), 1L, List.of("a", "c"), 2L));
    }

    @Test
    void trie_exampleOfTheSpecification() {
        byte[] body = bytes(0, 0, 1, 2, "ab", 0, 2, 1, "c", 1, 0, 1, "d", 2, 0);
        assertThat(stacks(TRIE, body)).isEqualTo(Map.of(List.of("abc"), 1L, List.of("abd"), 2L));
    }

    @Test
    void trie_nodeWithoutName_isTheStackOfTheNodeAbove() {
        byte[] body = bytes(0, 0, 1, 3, "a;b", 0, 2, 0, 1, 0, 1, "c", 2, 0);
        assertThat(stacks(TRIE, body))
                .isEqualTo(Map.of(List.of("a", "b"), 1L, List.of("a", "bc"), 2L));
    }

    @Test
    void trie_endsBeforeANodeThatWasPromised_keepsWhatIsThere() {
        assertThat(stacks(TRIE, bytes(0, 0, 9, 1, "a", 3, 0))).isEqualTo(Map.of(List.of("a"), 3L));
        assertThat(stacks(TRIE, new byte[0])).isEmpty();
    }

    @Test
    void tree_siblingsOfOneName_areAddedUp() {
        assertThat(stacks(TREE, bytes(0, 0, 2, 1, "a", 1, 0, 1, "a", 2, 0)))
                .isEqualTo(Map.of(List.of("a"), 3L));
    }

    @Test
    void tree_rootWithAnAmount_isTheEmptyStack() {
        assertThat(stacks(TREE, bytes(0, 5, 0))).isEqualTo(Map.of(List.of(), 5L));
    }

    @ParameterizedTest
    @CsvSource({
        "seconds, 1.5, nanoseconds, 1500000000",
        "seconds, 0.01, nanoseconds, 10000000",
        "seconds, 1e-9, nanoseconds, 1",
        "seconds, 9000000000, nanoseconds, 9000000000000000000",
        "milliseconds, 0.25, nanoseconds, 250000",
        "microseconds, 7, nanoseconds, 7000",
        "nanoseconds, 9007199254740993, nanoseconds, 9007199254740993",
        "bytes, 4096, bytes, 4096",
        "none, 3, count, 3",
    })
    void speedscope_unit_isWhatAWeightCounts(
            String unit, String weight, String stored, long amount) {
        String head =
                "\"name\":\"p\",\"unit\":\"%s\",\"startValue\":0,\"endValue\":1".formatted(unit);
        RawProfile sampled =
                only(
                        file(
                                "{\"type\":\"sampled\",%s,\"weights\":[%s],\"samples\":[[0,1]]}"
                                        .formatted(head, weight)));
        String events =
                """
                {"type":"O","at":0,"frame":0},{"type":"O","at":0,"frame":1},
                {"type":"C","at":%s,"frame":1},{"type":"C","at":%<s,"frame":0}
                """
                        .formatted(weight);
        RawProfile evented =
                only(file("{\"type\":\"evented\",%s,\"events\":[%s]}".formatted(head, events)));
        for (RawProfile raw : List.of(sampled, evented)) {
            assertThat(raw.sampleTypes()).isEqualTo(List.of(new ValueType("weight", stored)));
            assertThat(stacks(raw)).isEqualTo(Map.of(List.of("main", "work"), amount));
        }
    }

    static byte[] file(String profiles) {
        return ("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"profiles\":["
                        + profiles
                        + "],\"shared\":{\"frames\":[{\"name\":\"main\",\"file\":\"main.py\",\"line\":3},"
                        + "{\"name\":\"work\",\"file\":null,\"line\":1.5}]}}")
                .getBytes(UTF_8);
    }

    private static RawProfile only(byte[] file) {
        List<RawProfile> profiles = SPEEDSCOPE.read(file).profiles();
        assertThat(profiles).hasSize(1);
        return profiles.getFirst();
    }

    @Test
    void speedscope_frames_keepFileAndLine() {
        RawProfile raw = only(file(sampled("p", "none", 1)));
        SymbolTable symbols = raw.symbols();
        assertThat(symbols.strings().get(symbols.functions().fileName()[0])).isEqualTo("main.py");
        assertThat(symbols.frames().line()[0]).isEqualTo(3);
        assertThat(symbols.functions().fileName()[1]).isZero();
        assertThat(symbols.frames().line()[1]).isZero();
    }

    private static String sampled(String name, String unit, int weight) {
        return "{\"type\":\"sampled\",\"name\":\"%s\",\"unit\":\"%s\",\"startValue\":2,\"endValue\":5,\"samples\":[[0]],\"weights\":[%d]}"
                .formatted(name, unit, weight);
    }

    @Test
    void speedscope_severalProfiles_areTheirUnitsWithTheirNamesAsLabels() {
        DecodedText text =
                SPEEDSCOPE.read(
                        file(
                                String.join(
                                        ",",
                                        sampled("one", "seconds", 1),
                                        sampled("two", "milliseconds", 2),
                                        sampled("one", "seconds", 3),
                                        sampled("", "bytes", 4))));

        assertThat(text.parts()).as("profiles of one head are one").isEqualTo(3);
        assertThat(text.profiles().stream().map(TextFormatsTest::labelled))
                .containsExactly(
                        "nanoseconds {profile_name=one main=4000000000, profile_name=two main=2000000}"
                                + " lasting 4998000000",
                        "bytes {main=4} lasting 0");
    }

    private static String labelled(RawProfile raw) {
        List<String> samples = new ArrayList<>();
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            String label = "";
            for (int at = raw.labelStart()[sample]; at < raw.labelStart()[sample + 1]; at++) {
                label +=
                        raw.symbols().strings().get(raw.labelName()[at])
                                + "="
                                + raw.symbols().strings().get(raw.labelValue()[at])
                                + " ";
            }
            samples.add(label + "main=" + raw.value()[sample]);
        }
        return "%s {%s} lasting %d"
                .formatted(
                        raw.sampleTypes().getFirst().unit(),
                        String.join(", ", samples),
                        raw.durationNanos());
    }

    @Test
    void groups_whatHasNoCount_isCountedAsLost() {
        assertThat(GROUPS.read("a 1\n#header\nnothing\n\nb 2".getBytes(UTF_8)).losses())
                .containsEntry(TextLoss.LINE_WITHOUT_COUNT, 2L);
    }

    @Test
    void anyFormat_stackTooDeep_keepsBothEndsAndIsCounted() {
        var limits = new DecodeLimits(10, 10, 5, 100);
        List<String> deep = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        List<String> cut = List.of("a", "b", DecodeLimits.CUT_MARKER, "g", "h");
        Map<List<String>, Long> drawn = Map.of(deep, 3L, deep.subList(0, 5), 1L);
        var bytes = new StackBytes(drawn, new SplittableRandom(1));
        Map<TextFormat, byte[]> written =
                Map.of(
                        new CollapsedFormat(limits, Counting.COUNTED),
                                "a;b;c;d;e;f;g;h 3\na;b;c;d;e 1".getBytes(UTF_8),
                        new TreeFormat(limits), bytes.tree(),
                        new TrieFormat(limits), bytes.trie(),
                        new SpeedscopeFormat(limits), bytes.evented("none"));
        written.forEach((format, body) -> {
            DecodedText text = format.read(body);
            assertThat(stacks(text.profiles().getFirst()))
                    .as(format.name())
                    .isEqualTo(Map.of(cut, 3L, deep.subList(0, 5), 1L));
            assertThat(text.losses()).containsEntry(TextLoss.CUT_STACK, 1L);
        });
    }

    @Test
    void lines_moreThanSamplesMay_areFewStacks() {
        byte[] body = "main;work\nmain;idle\n".repeat(20_000).getBytes(UTF_8);
        assertThat(stacks(LINES, body))
                .isEqualTo(
                        Map.of(List.of("main", "work"), 20_000L, List.of("main", "idle"), 20_000L));
    }

    @Test
    void anyFormat_moreStacksThanSamplesMay_isRefused() {
        Map<List<String>, Long> many = new HashMap<>();
        for (int i = 0; i <= DecodeLimits.DEFAULTS.samplesMax(); i++) {
            many.put(List.of("main", "f" + i / 200, "g" + i), 1L);
        }
        var bytes = new StackBytes(many, new SplittableRandom(1));
        Map.of(
                        GROUPS, bytes.groups(),
                        TREE, bytes.tree(),
                        TRIE, bytes.trie(),
                        SPEEDSCOPE, bytes.sampled("none"))
                .forEach((format, body) ->
                        assertThatThrownBy(() -> format.read(body))
                                .as(format.name())
                                .hasMessageContaining("more than 16000 different stacks")
                                .isInstanceOfSatisfying(
                                        FlamekeeperException.class,
                                        e ->
                                                assertThat(e.code())
                                                        .isEqualTo(ErrorCode.LIMIT_EXCEEDED)));
    }
}
