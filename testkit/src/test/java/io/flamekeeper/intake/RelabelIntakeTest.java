package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.intake.RelabelRule.LabelMap;
import io.flamekeeper.intake.RelabelRule.Match;
import io.flamekeeper.intake.RelabelRule.Names;
import io.flamekeeper.intake.RelabelRule.Replace;
import io.flamekeeper.intake.RelabelRule.Source;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.regex.RegexPattern;
import io.flamekeeper.regex.Replacement;
import io.flamekeeper.testkit.GroupText;
import io.flamekeeper.testkit.PprofBytes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a tenant's rules do to whole uploads.
class RelabelIntakeTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
    private static final Labels CPU =
            Labels.of(Map.of("__name__", "process_cpu", "service_name", "web", "job", "test"));
    private static final String DRAWING =
            """
            1{worker=a}  2{worker=b}  4{worker=None}  8
            main         main         main            main
            one          two          four            eight
            """;

    private final Map<IntakeLoss, Long> losses = new EnumMap<>(IntakeLoss.class);

    private ProfileGroup push(
            IntakeLimits limits, Labels series, String drawing, RelabelRule... rules) {
        var options =
                new IntakeOptions(limits, new RelabelRules(false, List.of(rules)), false, false);
        return new Intake(options, CLOCK, (what, times) -> losses.merge(what, times, Long::sum))
                .push(series, PprofBytes.cpu(drawing).gzip());
    }

    private ProfileGroup push(String drawing, RelabelRule... rules) {
        return push(IntakeLimits.DEFAULTS, CPU, drawing, rules);
    }

    @Test
    void drop_byALabelOfSamples_takesTheirStacksAlongAndIsCounted() {
        ProfileGroup group = push(DRAWING, new Match(source("worker"), regex("a|b"), false));

        assertThat(group.profiles())
                .extracting(one -> one.labels().value("worker") + Arrays.toString(one.value()))
                .containsExactly("None[4]", "[8]");
        assertThat(group.stacks().count()).as("empty stack, main, four, eight").isEqualTo(4);
        assertThat(losses).containsEntry(IntakeLoss.RELABELLED_SAMPLE, 2L);
    }

    @Test
    void drop_ofEverything_isAGroupWithoutProfiles() {
        assertThat(push(DRAWING, new Match(source("job"), regex("test"), false)).profiles())
                .isEmpty();
        assertThat(losses).containsEntry(IntakeLoss.RELABELLED_SAMPLE, 4L);
    }

    @Test
    void labeldrop_ofWhatSplitsSamples_mergesThem() {
        ProfileGroup group =
                push(
                        """
                        1{worker=a}  2{worker=b}  4
                        main         main         main
                        """,
                        new Names(regex("worker"), false));
        assertThat(group.profiles()).hasSize(1);
        assertThat(group.profiles().getFirst().value()).containsExactly(7);
    }

    @Test
    void labelmap_toServiceName_namesTheServiceOfTheUpload() {
        RelabelRule rule =
                new LabelMap(regex("process.executable.name"), replacement("service_name"));
        Labels sent =
                CPU.with(
                        Map.of(
                                "service_name",
                                "unknown_service",
                                "process.executable.name",
                                "java"));
        ProfileGroup group = push(IntakeLimits.DEFAULTS, sent, DRAWING, rule);
        assertThat(group.service()).isEqualTo("java");
        assertThat(group.profiles())
                .isNotEmpty()
                .allSatisfy(one -> {
                    assertThat(one.labels().value("service_name")).isEqualTo("java");
                    assertThat(one.labels().value("__service_name__")).isEqualTo("java");
                });
    }

    /// All of an upload is of one service, whatever its samples say.
    @Test
    void service_fromALabelOfSamples_isNotTaken() {
        ProfileGroup group = push(DRAWING, replace("(.+)", "service_name", "$1", "worker"));
        assertThat(group.service()).isEqualTo("web");
        assertThat(group.profiles())
                .hasSize(4)
                .allSatisfy(one -> assertThat(one.labels().value("service_name")).isEqualTo("web"));
    }

    @Test
    void rule_thatRemovesTheService_leavesTheUnknownOne() {
        assertThat(push(DRAWING, new Names(regex("service_.*"), false)).service())
                .isEqualTo("unknown_service");
    }

    @Test
    void rule_thatRemovesTheName_refusesTheUpload() {
        assertThatThrownBy(() -> push(DRAWING, new Names(regex("service_name"), true)))
                .hasMessageContaining("setting relabel")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_LABELS));
    }

    @Test
    void rules_thatTouchWhatTheServerComputes_changeNothingOfIt() {
        ProfileGroup group =
                push(
                        DRAWING,
                        replace("(.*)", "__profile_type__", "mine", "job"),
                        replace("(.*)", "span_id", "mine", "job"),
                        replace("(.*)", "__session_id__", "mine", "job"));
        assertThat(group.profiles())
                .allSatisfy(one -> {
                    assertThat(one.labels().value("__profile_type__")).isEqualTo(one.type().id());
                    assertThat(one.labels().value("span_id")).isEmpty();
                    assertThat(one.labels().value("__session_id__")).isEmpty();
                });
    }

    @Test
    void labels_moreThanASeriesMayHave_areTakenIfTheRulesLeaveFewEnough() {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            many.put("pod_" + i, "x");
        }
        Labels sent = CPU.with(many);
        List<Map.Entry<String, String>> pairs = new ArrayList<>(sent.toMap().entrySet());
        var rules = new RelabelRules(false, List.of(new Names(regex("pod_[0-9]*"), false)));
        var ruled =
                new Intake(
                        new IntakeOptions(IntakeLimits.DEFAULTS, rules, false, false),
                        CLOCK,
                        (_, _) -> {});
        assertThat(ruled.push(ruled.seriesLabels(pairs), PprofBytes.cpu(DRAWING).gzip()).profiles())
                .isNotEmpty();
        assertThatThrownBy(() ->
                        push(IntakeLimits.DEFAULTS, sent, DRAWING, new Names(regex("x"), false)))
                .hasMessageContaining("setting labels-max");
    }

    @Test
    void values_thatRulesMakeTooLong_areLeftOut() {
        Labels sent = CPU.with(Map.of("long", "v".repeat(2_000)));
        ProfileGroup group =
                push(
                        IntakeLimits.DEFAULTS,
                        sent,
                        "1\nmain",
                        replace("(.*)", "longer", "$1$1", "long"));
        assertThat(group.profiles().getFirst().labels().value("longer")).isEmpty();
        assertThat(group.profiles().getFirst().labels().value("long")).hasSize(2_000);
    }

    @Test
    void labelSets_moreThanAProfileMayHave_refused() {
        var few =
                new IntakeLimits(
                        4 << 20, DecodeLimits.DEFAULTS, 3, 30, 99, 99, 0, 1L << 60, 1L << 60);
        assertThatThrownBy(() -> push(few, CPU, DRAWING))
                .hasMessageContaining("setting profile-label-sets-max");
        assertThat(push(few, CPU, "1{a=1} 2{a=2} 4\nm m m").profiles()).hasSize(3);
    }

    /// Rules that drop nothing and merge nothing neither lose nor make an amount.
    @Test
    void sums_underDrawnRules_areThoseThatAreKept() {
        long seed = 20_261_126;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            int samples = random.nextInt(1, 30);
            var heads = new StringBuilder();
            var cells = new StringBuilder();
            Map<String, Long> expected = new TreeMap<>();
            int dropped = random.nextInt(5);
            for (int i = 0; i < samples; i++) {
                int worker = random.nextInt(5);
                long amount = random.nextInt(1, 100);
                String frame = "f" + random.nextInt(4);
                heads.append("%-16s".formatted(amount + "{worker=w" + worker + "}"));
                cells.append("%-16s".formatted(frame));
                if (worker != dropped) {
                    expected.merge(frame, amount, Long::sum);
                }
            }
            ProfileGroup group =
                    push(
                            heads + "\n" + cells,
                            new Match(source("worker"), regex("w" + dropped), false),
                            replace("w(.)", "number", "$1", "worker"),
                            new Names(regex("worker"), false));
            Map<String, Long> actual = new TreeMap<>();
            group.profiles()
                    .forEach(one ->
                            GroupText.selfByStack(group, one)
                                    .forEach((stack, value) ->
                                            actual.merge(stack, value, Long::sum)));
            assertThat(actual).as("seed %d round %d", seed, round).isEqualTo(expected);
        }
    }

    private static RegexPattern regex(String expression) {
        return RegexPattern.compile(expression);
    }

    private static Replacement replacement(String text) {
        return Replacement.parse(text);
    }

    private static Source source(String... names) {
        return new Source(List.of(names), ";");
    }

    private static RelabelRule replace(String regex, String target, String text, String... names) {
        return new Replace(source(names), regex(regex), replacement(target), replacement(text));
    }
}
