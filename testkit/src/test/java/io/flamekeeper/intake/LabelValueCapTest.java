package io.flamekeeper.intake;

import static io.flamekeeper.intake.LabelValueCap.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.intake.RelabelRule.Names;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.regex.RegexPattern;
import io.flamekeeper.testkit.PprofBytes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LabelValueCapTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Set<String> EXEMPT = Set.of("__name__", "__type__", "service_name");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final AtomicLong replaced = new AtomicLong();

    private void count(IntakeLoss what, long times) {
        if (what == IntakeLoss.LABEL_VALUE) {
            replaced.addAndGet(times);
        }
    }

    /// The slow twin: remembers every text.
    private final class PlainCap {
        private final int max;
        private final int allMax;
        private final Map<List<String>, Set<String>> valuesOfLabel = new HashMap<>();
        private long day;
        private long replaced;

        PlainCap(int max, int allMax) {
            this.max = max;
            this.allMax = allMax;
        }

        Labels apply(String service, Labels labels) {
            long today = now.get().toEpochMilli() / Duration.ofDays(1).toMillis();
            if (today != day) {
                valuesOfLabel.clear();
                day = today;
            }
            Map<String, String> capped = labels.toMap();
            capped.replaceAll((name, value) -> capped(service, name, value));
            return Labels.of(capped);
        }

        private String capped(String service, String name, String value) {
            Set<String> known =
                    valuesOfLabel.computeIfAbsent(List.of(service, name), _ -> new HashSet<>());
            int all = valuesOfLabel.values().stream().mapToInt(Set::size).sum();
            if (EXEMPT.contains(name) || value.equals(OTHER) || known.contains(value)) {
                return value;
            }
            if (known.size() < max && all < allMax) {
                known.add(value);
                return value;
            }
            replaced++;
            return OTHER;
        }
    }

    @Test
    void apply_drawnLabelsOverDays_asItsTwin() {
        long seed = 20_261_126;
        System.out.println("label values: seed " + seed);
        var random = new SplittableRandom(seed);
        List<String> names = List.of("__name__", "__type__", "service_name", "pod", "id", "x");
        for (int round = 0; round < 200; round++) {
            now.set(NOON);
            replaced.set(0);
            int max = random.nextInt(1, 30);
            int allMax = random.nextInt(1, 200);
            var cap = new LabelValueCap(max, allMax, now::get, this::count);
            var twin = new PlainCap(max, allMax);
            for (int step = 0; step < 300; step++) {
                if (random.nextInt(50) == 0) {
                    now.updateAndGet(time -> time.plus(Duration.ofHours(random.nextInt(20))));
                }
                String service = "s" + random.nextInt(3);
                Map<String, String> drawn = new HashMap<>();
                for (String name : names) {
                    int value = random.nextInt(41);
                    drawn.put(name, value == 40 ? OTHER : "v" + value);
                }
                Labels labels = Labels.of(drawn);
                assertThat(cap.apply(service, labels))
                        .as("seed %d, round %d, step %d", seed, round, step)
                        .isEqualTo(twin.apply(service, labels));
            }
            assertThat(replaced).hasValue(twin.replaced);
        }
    }

    @Test
    void apply_withoutACap_isTheSameLabels() {
        var cap = new LabelValueCap(0, now::get, this::count);
        Labels labels = Labels.of(Map.of("pod", "a"));
        assertThat(cap.apply("web", labels)).isSameAs(labels);
    }

    private Intake intake(int max, RelabelRule... rules) {
        var limits =
                new IntakeLimits(
                        4 << 20,
                        DecodeLimits.DEFAULTS,
                        5_000,
                        30,
                        1_024,
                        2_048,
                        max,
                        IntakeLimits.ANY_AGE,
                        600_000);
        var options =
                new IntakeOptions(limits, new RelabelRules(false, List.of(rules)), false, false);
        return new Intake(options, now::get, this::count);
    }

    private static ProfileGroup push(Intake intake, String pod, String drawing) {
        Labels series =
                Labels.of(Map.of("__name__", "process_cpu", "service_name", "web", "pod", pod));
        return intake.push(series, PprofBytes.cpu(drawing).gzip());
    }

    private static List<String> rows(ProfileGroup group) {
        return group.profiles().stream().map(LabelValueCapTest::row).toList();
    }

    private static String row(Profile profile) {
        return profile.labels().only(List.of("pod", "id", "span_id"))
                + " "
                + Arrays.toString(profile.value());
    }

    /// Nothing is lost: what becomes of one series adds up.
    @Test
    void push_valuesBeyond_areOneSeriesOfSeriesAndSampleLabels() {
        Intake intake = intake(2);
        String drawing =
                """
                1{id=a}  2{id=b}  4{id=c}  8{id=d}  16
                main     main     main     main     main
                """;
        assertThat(rows(push(intake, "p1", drawing)))
                .containsExactly(
                        "{id=\"a\", pod=\"p1\"} [1]",
                        "{id=\"b\", pod=\"p1\"} [2]",
                        "{id=\"__other__\", pod=\"p1\"} [12]",
                        "{pod=\"p1\"} [16]");
        assertThat(replaced).hasValue(2);
        assertThat(rows(push(intake, "p2", "1{id=b}\nmain")))
                .containsExactly("{id=\"b\", pod=\"p2\"} [1]");
        assertThat(rows(push(intake, "p3", "1{id=c}\nmain")))
                .containsExactly("{id=\"__other__\", pod=\"__other__\"} [1]");
        now.updateAndGet(time -> time.plus(Duration.ofHours(12)));
        assertThat(rows(push(intake, "p3", "1{id=c}\nmain")))
                .containsExactly("{id=\"c\", pod=\"p3\"} [1]");
    }

    @Test
    void push_whatRulesDropAndSpans_takesNoPlace() {
        Intake intake = intake(1, new Names(RegexPattern.compile("id"), false));
        for (String id : List.of("a", "b", "c")) {
            String drawing = "1{id=%s,span_id=000000000000000%s}\nmain".formatted(id, id);
            ProfileGroup group = push(intake, "p1", drawing);
            assertThat(rows(group)).containsExactly("{pod=\"p1\"} [1]");
            assertThat(group.profiles().getFirst().spanId()).hasSize(1);
        }
        assertThat(replaced).hasValue(0);
    }
}
