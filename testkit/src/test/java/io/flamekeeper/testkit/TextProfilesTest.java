package io.flamekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import org.junit.jupiter.api.Test;

class TextProfilesTest {
    @Test
    void cpu_threeColumns_sharesPrefixesAndKeepsAmounts() {
        ProfileGroup group =
                TextProfiles.cpu(
                        "web",
                        1_000,
                        """
                        7      2      1
                        main   main   main
                        serve  serve  idle
                        parse  write
                        """);

        Profile profile = group.profiles().getFirst();
        assertThat(group.stacks().count()).isEqualTo(6);
        assertThat(profile.value()).containsExactlyInAnyOrder(7, 2, 1);
        assertThat(profile.labels().value("service_name")).isEqualTo("web");
        assertThat(profile.timeMillis()).isEqualTo(1_000);
    }

    @Test
    void cpu_columnWithoutNames_isTheEmptyStack() {
        ProfileGroup group =
                TextProfiles.cpu(
                        "web",
                        1_000,
                        """
                        5     3
                        main
                        """);

        assertThat(group.profiles().getFirst().stack()).containsExactly(0, 1);
        assertThat(group.profiles().getFirst().value()).containsExactly(3, 5);
    }
}
