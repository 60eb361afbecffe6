package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ValueType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleTypeConfigTest {
    @Test
    void parse_displayName_replacesTheDefaults() {
        SampleTypeConfig config =
                parse(
                        """
                        {"contentions": {"units": "lock_samples", "display-name": "block_count", "cumulative": true},
                         "delay": {"nested": {"a": [1, {}]}}}
                        """);
        assertThat(config.displayName("contentions")).isEqualTo("block_count");
        assertThat(config.displayName("delay")).isEqualTo("delay");
        assertThat(config.displayName("samples")).isEqualTo("samples");
        assertThat(config.mentions("delay")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "{",
                "{\"a\"",
                "{\"a\":1}",
                "{\"a\":{\"display-name\":1}}",
                "{\"a\":{}",
                "{} x",
                "{\"a\":{}}}",
                "\u0000"
            })
    void parse_anythingElse_isRefused(String json) {
        assertThatThrownBy(() -> parse(json))
                .hasMessageStartingWith("sample_type_config: ")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE));
    }

    @Test
    void parse_deepNesting_isRefusedWithoutOverflow() {
        assertThatThrownBy(() -> parse("{\"a\":{\"b\":" + "[".repeat(100_000)))
                .isInstanceOf(FlamekeeperException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "samples cpu, process_cpu",
        "cpu wall, wall",
        "alloc_objects alloc_space, memory",
        "objects space, memory",
        "contentions delay, mutex",
        "goroutine, goroutines",
        "exception, exception",
        "one two, two",
    })
    void family_bySampleTypes_isTheFirstThatTells(String types, String expected) {
        List<ValueType> sampleTypes =
                Arrays.stream(types.split(" ")).map(type -> new ValueType(type, "count")).toList();
        assertThat(Intake.family(sampleTypes, SampleTypeConfig.DEFAULT)).isEqualTo(expected);
    }

    @Test
    void family_ofAConfiguredBlockProfile_isBlock() {
        SampleTypeConfig config = parse("{\"contentions\":{\"display-name\":\"block_count\"}}");
        assertThat(Intake.family(List.of(new ValueType("contentions", "count")), config))
                .isEqualTo("block");
    }

    private static SampleTypeConfig parse(String json) {
        return SampleTypeConfig.parse(json.getBytes(UTF_8));
    }
}
