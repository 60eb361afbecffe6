package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.GroupText;
import io.flamekeeper.testkit.SharedData;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Files of the peers, and what they make of each. Their text counts hundredths of a sample; a sample without a
/// unit is 10 ms, one in seconds 1 s.
class SharedSpeedscopeTest {
    private static final String FOLDER = "data/formats/speedscope/";
    private static final long NANOS_PER_COUNT = 10_000_000;
    private static final Map<String, Long> EXPECTED =
            Map.of("a;b", 500L, "a;b;c", 500L, "a;b;d", 400L);

    private static final Intake INTAKE = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());

    private static ProfileGroup ingested(String file) {
        return INTAKE.ingestText(
                        IngestParameters.parse(Map.of("name", "app"), InstantSource.system()),
                        SharedData.bytes(FOLDER + file),
                        TextKind.SPEEDSCOPE)
                .group();
    }

    private static void assertStacks(ProfileGroup group, Profile profile, long nanosPerCount) {
        var expected = new TreeMap<>(EXPECTED);
        expected.replaceAll((_, count) -> count / 100 * nanosPerCount);
        assertThat(GroupText.selfByStack(group, profile)).isEqualTo(expected);
    }

    @Test
    void ingestText_simpleEvented_isProcessorTime() {
        ProfileGroup group = ingested("simple.speedscope.json");

        assertThat(group.profiles()).hasSize(1);
        Profile profile = group.profiles().getFirst();
        assertThat(profile.type().id()).isEqualTo("process_cpu:cpu:nanoseconds:cpu:nanoseconds");
        assertThat(profile.labels().value("profile_name")).isEqualTo("simple.txt");
        assertThat(profile.labels().value("service_name")).isEqualTo("app");
        assertStacks(group, profile, NANOS_PER_COUNT);
    }

    @Test
    void ingestText_twoSampled_areWallTimeOfEach() {
        ProfileGroup group = ingested("two-sampled.speedscope.json");

        assertThat(group.profiles())
                .extracting(profile -> profile.labels().value("profile_name"))
                .containsExactlyInAnyOrder("one", "two");
        for (Profile profile : group.profiles()) {
            assertThat(profile.type().id()).isEqualTo("wall:wall:nanoseconds:cpu:nanoseconds");
            assertThat(profile.durationNanos()).isEqualTo(14_000_000_000L);
            assertStacks(group, profile, 100 * NANOS_PER_COUNT);
        }
    }
}
