package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTypeTest {
    private static TextType.Said said(String name, String profileType, int parts) {
        return TextType.Said.of(
                IngestParameters.parse(
                        Map.of("name", name, "profileType", profileType), InstantSource.system()),
                parts);
    }

    @ParameterizedTest
    @CsvSource({
        "app, '', app, auto",
        "app.cpu, '', app, cpu",
        "my.app.alloc_space, '', my.app, alloc_space",
        "my.app, cpu, my.app, cpu",
        "my.cpu, auto, my.cpu, auto",
        "my.app, off_cpu:off_cpu:nanoseconds::, my.app, off_cpu:off_cpu:nanoseconds::",
    })
    void said_whereTheTypeIsNamed(String name, String profileType, String service, String word) {
        assertThat(said(name, profileType, 1)).isEqualTo(new TextType.Said(service, word));
    }

    @Test
    void said_suffixThatIsNoType_isRefusedUnlessSeveralProfilesSayTheirs() {
        assertThatThrownBy(() -> said("my.app", "", 1))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageStartingWith("unknown profile type: 'app' (expected:")
                .hasMessageContaining("alloc_space");
        for (String name : new String[] {"app.", "app.auto"}) {
            assertThatThrownBy(() -> said(name, "", 1)).hasMessageContaining("unknown");
        }
        assertThat(said("my.app", "", 2)).isEqualTo(new TextType.Said("my.app", "auto"));
        assertThatThrownBy(() -> said("my", "app", 2)).hasMessageContaining("'app'");
    }

    /// Columns: word, unit of the profile, profiles, samples a second; type, worth of one, period.
    @ParameterizedTest
    @CsvSource({
        "auto, count, 1, 100, process_cpu:cpu:nanoseconds:cpu:nanoseconds, 10000000, 10000000",
        "auto, count, 2, 100, process_cpu:cpu:nanoseconds:cpu:nanoseconds, 10000000, 10000000",
        "auto, nanoseconds, 1, 100, process_cpu:cpu:nanoseconds:cpu:nanoseconds, 1, 0",
        "auto, nanoseconds, 2, 100, wall:wall:nanoseconds:cpu:nanoseconds, 1, 0",
        "auto, bytes, 1, 100, memory:samples:bytes::, 1, 0",
        "cpu, count, 1, 3, process_cpu:cpu:nanoseconds:cpu:nanoseconds, 333333333, 333333333",
        "itimer, count, 1, 0, process_cpu:samples:count::, 1, 0",
        "cpu, nanoseconds, 2, 0, process_cpu:cpu:nanoseconds:cpu:nanoseconds, 1, 0",
        "seconds, count, 1, 100, wall:wall:nanoseconds:cpu:nanoseconds, 10000000, 10000000",
        "wall, count, 1, 0, wall:samples:count::, 1, 0",
        "inuse_objects, count, 1, 100, memory:inuse_objects:count::, 1, 0",
        "alloc_space, bytes, 1, 100, memory:alloc_space:bytes::, 1, 0",
        "alloc_space, count, 1, 100, memory:alloc_space:bytes::, 1, 0",
        "alloc_in_new_tlab_bytes, count, 1, 100, memory:alloc_in_new_tlab_bytes:bytes::, 1, 0",
        "live, count, 1, 100, memory:live:count::, 1, 0",
        "bytes, count, 1, 100, memory:samples:bytes::, 1, 0",
        "goroutines, count, 1, 100, goroutine:goroutines:count::, 1, 0",
        "mutex_count, count, 1, 100, mutex:contentions:count::, 1, 0",
        "mutex_duration, nanoseconds, 1, 100, mutex:delay:nanoseconds::, 1, 0",
        "lock_count, count, 1, 100, block:contentions:count::, 1, 0",
        "block_duration, count, 1, 100, block:delay:nanoseconds::, 1, 0",
        "exceptions, count, 1, 100, exceptions:samples:count::, 1, 0",
        "a:b:c:d:e, count, 1, 100, a:b:c:d:e, 1, 0",
        "process_cpu:cpu:nanoseconds:cpu:nanoseconds, count, 1, 100, process_cpu:cpu:nanoseconds:cpu:nanoseconds, 1, 0",
    })
    void of_wordAndUnit(
            String word, String unit, int parts, int rate, String type, long worth, long period) {
        TextType measured = TextType.of(word, unit, parts, rate);
        assertThat(measured.type().id()).isEqualTo(type);
        assertThat(measured.multiplier()).isEqualTo(worth);
        assertThat(measured.period()).isEqualTo(period);
    }

    @ParameterizedTest
    @CsvSource({
        "alloc_space, nanoseconds",
        "goroutines, bytes",
        "cpu, bytes",
        "a:b:c::, nanoseconds",
        "a:b, count",
        ":b:c::, count",
        "a::c::, count",
    })
    void of_wordThatDoesNotFit_isRefused(String word, String unit) {
        assertThatThrownBy(() -> TextType.of(word, unit, 1, 100))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining("expected");
    }
}
