package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesLabelsTest {
    private static final Map.Entry<String, String> NAME = Map.entry("__name__", "process_cpu");
    private static final Map.Entry<String, String> SERVICE = Map.entry("service_name", "web");

    @Test
    void of_anyOrder_isSorted() {
        assertThat(of(List.of(SERVICE, Map.entry("b", "1"), NAME)).toString())
                .isEqualTo("{__name__=\"process_cpu\", b=\"1\", service_name=\"web\"}");
    }

    @Test
    void of_noService_isUnknownService() {
        assertThat(of(List.of(NAME)).value("service_name")).isEqualTo("unknown_service");
        assertThat(of(List.of(NAME, Map.entry("service_name", ""))).value("service_name"))
                .isEqualTo("unknown_service");
    }

    @Test
    void of_dirtyValues_areTaken() {
        Labels labels =
                of(
                        List.of(
                                NAME,
                                SERVICE,
                                Map.entry("worker_id", "None"),
                                Map.entry("empty", ""),
                                Map.entry("process.runtime.name", "OpenJDK Runtime Environment"),
                                Map.entry("größe", "+6-Debian-1deb12u1 😀")));
        assertThat(labels.count()).isEqualTo(5);
        assertThat(labels.value("größe")).isEqualTo("+6-Debian-1deb12u1 😀");
    }

    @Test
    void of_samePairTwice_countsOnce() {
        assertThat(of(List.of(NAME, SERVICE, SERVICE)).count()).isEqualTo(2);
    }

    @Test
    void of_nameTwice_theLastValueCounts() {
        assertThat(
                        of(List.of(NAME, SERVICE, Map.entry("service_name", "shop")))
                                .value("service_name"))
                .isEqualTo("shop");
    }

    @Test
    void of_valueTooLong_isCutAndStaysDifferent() {
        String most = "ä".repeat(1_024);
        assertThat(value(most)).isEqualTo(most);
        assertThat(value(most + "x"))
                .matches("ä{1018}…[0-9a-f]{8}")
                .isEqualTo(value(most + "x"))
                .isNotEqualTo(value(most + "y"));
    }

    private static String value(String sent) {
        return of(List.of(NAME, SERVICE, Map.entry("path", sent))).value("path");
    }

    @Test
    void of_brokenRules_areRefusedWithTheValue() {
        refused("invalid metric name", List.of(SERVICE));
        refused("invalid metric name", List.of(Map.entry("__name__", ""), SERVICE));
        refused("label name: ''", List.of(NAME, Map.entry("", "x")));
        refused("1025 bytes", List.of(NAME, Map.entry("n".repeat(1_025), "x")));
        refused("surrogate", List.of(NAME, Map.entry("n", "\ud83d")));
        List<Map.Entry<String, String>> many = new ArrayList<>(List.of(NAME, SERVICE));
        for (int i = 0; i < 28; i++) {
            many.add(Map.entry("label" + i, "x"));
        }
        assertThat(SeriesLabels.of(many, IntakeLimits.DEFAULTS).count()).isEqualTo(30);
        many.add(Map.entry("one-too-many", "x"));
        refused("at most 30", many);
    }

    private static void refused(String phrase, List<Map.Entry<String, String>> pairs) {
        assertThatThrownBy(() -> SeriesLabels.of(pairs, IntakeLimits.DEFAULTS))
                .hasMessageContaining(phrase)
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_LABELS));
    }

    private static Labels of(List<Map.Entry<String, String>> pairs) {
        return SeriesLabels.of(pairs, IntakeLimits.DEFAULTS);
    }
}
