package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreConfigTest {
    private static final StoreConfig OTHER =
            new StoreConfig(
                    3,
                    11,
                    12,
                    13,
                    14,
                    Duration.ofSeconds(15),
                    16,
                    Durability.NONE,
                    17,
                    18,
                    19,
                    20,
                    Duration.ofSeconds(21));

    /// Names of the components that differ.
    private static List<String> changed(StoreConfig from, StoreConfig to)
            throws ReflectiveOperationException {
        List<String> changed = new ArrayList<>();
        for (RecordComponent component : StoreConfig.class.getRecordComponents()) {
            if (!component.getAccessor().invoke(from).equals(component.getAccessor().invoke(to))) {
                changed.add(component.getName());
            }
        }
        return changed;
    }

    @Test
    void with_anotherValue_changesThatComponentAndNoOther() throws ReflectiveOperationException {
        assertThat(changed(StoreConfig.defaults(1), OTHER))
                .as("no component of the other is a default")
                .hasSameSizeAs(Arrays.asList(StoreConfig.class.getRecordComponents()));

        assertThat(changed(OTHER, OTHER.withQueueGroupsMax(1))).containsExactly("queueGroupsMax");
        assertThat(changed(OTHER, OTHER.withSealing(1, 1, Duration.ofSeconds(1))))
                .containsExactly("sealLogBytes", "sealHeadBytes", "sealAge");
        assertThat(changed(OTHER, OTHER.withReadBackWait(Duration.ofSeconds(1))))
                .containsExactly("readBackWait");
        assertThat(changed(OTHER, OTHER.withLogStepBytes(1))).containsExactly("logStepBytes");
        assertThat(changed(OTHER, OTHER.withDurability(Durability.INTERVAL)))
                .containsExactly("durability");
        assertThat(changed(OTHER, OTHER.withDictionaryMax(1, 1)))
                .containsExactly("dictionaryNodesMax", "dictionaryStringBytesMax");
        assertThat(changed(OTHER, OTHER.withUploadsMax(1))).containsExactly("uploadsMax");
        assertThat(changed(OTHER, OTHER.withReserveBytes(1))).containsExactly("reserveBytes");
    }
}
