package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.pprof.PprofDialect;
import io.flamekeeper.format.pprof.PprofFormat;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.GroupText;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.RawSample;
import io.flamekeeper.testkit.SharedData;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoRepairTest {
    private static final String FOLDER = "data/formats/pprof/";
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
    private static final Labels GO =
            Labels.of(
                    Map.of(
                            "__name__", "memory",
                            "service_name", "web",
                            "pyroscope_spy", "gospy"));

    private static IntakeOptions options(boolean repair, boolean fold) {
        return new IntakeOptions(IntakeLimits.DEFAULTS, RelabelRules.NONE, repair, fold);
    }

    private static RawProfile decoded(byte[] body) {
        byte[] plain = Gzip.isGzip(body) ? Gzip.inflate(body, 4 << 20, "file") : body;
        return new PprofFormat(DecodeLimits.DEFAULTS, PprofDialect.STANDARD).decodeOne(plain);
    }

    @Test
    void shapes_ofRealNames_areFolded() {
        List<String> names = lines("go_type_parameters.txt");
        assertThat(names.stream().map(GoRepair::withoutShapes))
                .containsExactlyElementsOf(lines("go_type_parameters.expected.txt"));
    }

    private static List<String> lines(String file) {
        return new String(SharedData.bytes(FOLDER + file), UTF_8).lines().toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pkg.Func[go.shape.int]                                 | pkg.Func",
                "pkg.(*T[go.shape.struct { F []uint8 }]).M              | pkg.(*T).M",
                "pkg.F[int]                                             | pkg.F[int]",
                "pkg.F[go.shape.int].func1[go.shape.[]int]              | pkg.F.func1",
                "pkg.F[go.shape.int                                     | pkg.F[go.shape.int",
                "pkg.F[go.shape.int].g[go.shape.                        | pkg.F.g[go.shape.",
            })
    void shapes_drawnNames_areFolded(String name, String expected) {
        assertThat(GoRepair.withoutShapes(name)).isEqualTo(expected);
    }

    @Test
    void folding_ofFunctionsThatBecomeEqual_mergesTheirSamples() {
        byte[] body =
                PprofBytes.cpu(
                                """
                                1                    2                    4
                                main                 main                 main
                                F[go.shape.int]      F[go.shape.string]   F[int]
                                """)
                        .bytes();
        ProfileGroup group =
                new Intake(options(false, true), CLOCK, (_, _) -> {}).push(GO, body.clone());
        assertThat(GroupText.selfByStack(group, group.profiles().getFirst()))
                .isEqualTo(Map.of("main;F", 3L, "main;F[int]", 4L));
        assertThat(new Intake(options(false, false), CLOCK, (_, _) -> {}).push(GO, body).profiles())
                .allSatisfy(one -> assertThat(one.value()).containsExactly(1, 2, 4));
    }

    /// How many stacks of real files an independent implementation extends.
    @ParameterizedTest
    @CsvSource({"heap_delta, 1", "heap.pb.gz, 22", "cpu.pprof, 0", "profile_java, 0"})
    void repair_ofRealFiles_extendsAsManyStacksAsItShould(String file, int extended) {
        byte[] body = SharedData.bytes(FOLDER + file);
        List<RawSample> before = RawSample.of(decoded(body));
        List<RawSample> after =
                RawSample.of(GoRepair.apply(decoded(body), GO, options(true, false)));
        int count = 0;
        for (int i = 0; i < before.size(); i++) {
            List<String> old = before.get(i).rootFirst();
            List<String> now = after.get(i).rootFirst();
            assertThat(now.subList(now.size() - old.size(), now.size())).isEqualTo(old);
            assertThat(after.get(i).values()).isEqualTo(before.get(i).values());
            count += now.size() > old.size() ? 1 : 0;
        }
        assertThat(count).isEqualTo(extended);
    }

    /// Cuts the stacks of a recursion as Go does and wants them whole again.
    @Test
    void repair_ofStacksThatOverlap_findsTheirRoot() {
        int[] whole = IntStream.range(0, 60).map(i -> 1_000 - i).toArray();
        List<int[]> cut = new ArrayList<>();
        for (int leaf = 0; leaf <= 28; leaf += 4) {
            cut.add(Arrays.copyOfRange(whole, leaf, leaf + 32));
        }
        Map<Integer, int[]> missing = GoStacks.missingCallers(cut);
        for (int stack = 0; stack < cut.size(); stack++) {
            int[] callers = missing.getOrDefault(stack, new int[0]);
            int[] repaired = Arrays.copyOf(cut.get(stack), 32 + callers.length);
            System.arraycopy(callers, 0, repaired, 32, callers.length);
            assertThat(repaired)
                    .as("stack %d", stack)
                    .isEqualTo(Arrays.copyOfRange(whole, 4 * stack, 60));
        }
    }

    @Test
    void repair_ofStacksThatGoInCircles_ends() {
        int[] circle = IntStream.range(0, 200).map(i -> i % 7).toArray();
        List<int[]> stacks = new ArrayList<>();
        for (int start = 0; start < 7; start++) {
            stacks.add(Arrays.copyOfRange(circle, start, start + 32));
        }
        assertThat(GoStacks.missingCallers(stacks)).isNotNull();
    }

    @Test
    void language_ofAProfile_isSaidOrGuessed() {
        RawProfile raw =
                decoded(
                        PprofBytes.empty()
                                .file("main", "/src/main.go")
                                .sampleType("cpu", "nanoseconds")
                                .draw("1\nmain")
                                .bytes());
        RawProfile java = decoded(PprofBytes.cpu("1\njava/lang/Thread.run").bytes());
        assertThat(GoRepair.isGo(raw, Labels.EMPTY)).isTrue();
        assertThat(GoRepair.isGo(raw, Labels.of(Map.of("pyroscope_spy", "pyspy")))).isFalse();
        assertThat(GoRepair.isGo(java, GO)).isTrue();
        assertThat(GoRepair.isGo(java, Labels.EMPTY)).isFalse();
        assertThat(GoRepair.isGo(decoded(PprofBytes.cpu("1\nf").bytes()), Labels.EMPTY)).isFalse();
    }
}
