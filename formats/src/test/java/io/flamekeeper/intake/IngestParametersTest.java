package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IngestParametersTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "app; app; {}",
                "' my.app-1/x_y '; my.app-1/x_y; {}",
                "app{}; app; {}",
                "'app{region=eu,zone=a}'; app; '{region=\"eu\", zone=\"a\"}'",
                "'app{ region = eu , zone= a b }'; app; '{region=\"eu\", zone=\"a b\"}'",
                "'app{a=\"quoted\"}'; app; '{a=\"\"quoted\"\"}'",
                "'app{a=b=c}'; app; '{a=\"b=c\"}'",
                "'app{a=1,a=2}'; app; '{a=\"2\"}'",
                "'app{a=1,b=2'; app; '{a=\"1\"}'",
                "'app{a=1'; app; {}",
                "'app{a=1,b'; app; '{a=\"1\"}'",
                "'app{a=1}b=2}'; app; '{a=\"1\"}'",
                "'app{a=,b=2}'; app; '{b=\"2\"}'",
                "'app{__foo=1,region=eu}'; app; '{region=\"eu\"}'",
                "'app{__session_id__=ab,__name__=x}'; app; '{__session_id__=\"ab\"}'",
                "'app{otel.scope.name=com.grafana.pyroscope/go}'; app; '{otel.scope.name=\"com.grafana.pyroscope/go\"}'",
                "'app{worker_id=None}'; app; '{worker_id=\"None\"}'",
            })
    void parse_name_isApplicationAndTags(String name, String application, String tags) {
        IngestParameters parameters = IngestParameters.parse(Map.of("name", name), CLOCK);
        assertThat(parameters.application()).isEqualTo(application);
        assertThat(parameters.tags().toString()).isEqualTo(tags);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{a=b}",
                "a b",
                "späti",
                "app:1",
                "app{a b=1}",
                "app{=1}",
                "app{a,b=1}"
            })
    void parse_brokenName_isRefused(String name) {
        assertThatThrownBy(() -> IngestParameters.parse(Map.of("name", name), CLOCK))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void parse_noName_isRefused() {
        assertThatThrownBy(() -> IngestParameters.parse(Map.of(), CLOCK))
                .isInstanceOf(FlamekeeperException.class)
                .hasMessageStartingWith("name: ");
    }

    @Test
    void parse_nameAlone_givesDefaults() {
        long now = CLOCK.millis() * 1_000_000;
        assertThat(IngestParameters.parse(Map.of("name", "app"), CLOCK))
                .isEqualTo(
                        new IngestParameters(
                                "app", Labels.EMPTY, now, false, now, 100, "unknown", ""));
    }

    @ParameterizedTest
    @CsvSource({"10, 10", "0, 0", "-1, 100", "ten, 100", "1e3, 100", "'', 100"})
    void parse_sampleRate_fallsBackTo100(String text, int expected) {
        assertThat(
                        IngestParameters.parse(Map.of("name", "app", "sampleRate", text), CLOCK)
                                .sampleRate())
                .isEqualTo(expected);
    }

    @Test
    void parse_times_inSecondsAndInNanoseconds() {
        IngestParameters parameters =
                IngestParameters.parse(
                        Map.of("name", "app", "from", "1767225600", "until", "1767225610000000000"),
                        CLOCK);
        assertThat(parameters.fromNanos()).isEqualTo(1_767_225_600_000_000_000L);
        assertThat(parameters.untilNanos()).isEqualTo(1_767_225_610_000_000_000L);
        assertThat(parameters.isDated()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "now-10s", "0", "yesterday"})
    void parse_fromThatNamesNoTime_isNotDated(String from) {
        assertThat(IngestParameters.parse(Map.of("name", "app", "from", from), CLOCK).isDated())
                .isFalse();
    }
}
