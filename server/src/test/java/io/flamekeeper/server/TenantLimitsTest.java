package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.NOW;
import static io.flamekeeper.server.RunningServer.around;
import static io.flamekeeper.server.RunningServer.nanos;
import static io.flamekeeper.server.RunningServer.p1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.PprofBytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each limit of a tenant: what is beyond it is refused with the limit's number and the setting that moves it, and
/// counted; what is within it is taken.
class TenantLimitsTest {
    private static final String[] SERIES = {"__name__=process_cpu", "service_name=svc"};

    @TempDir private Path folder = Path.of("");

    private static byte[] labelled(int count) {
        List<Map.Entry<String, String>> labels =
                Stream.iterate(0, i -> i < count, i -> i + 1)
                        .map(i -> Map.entry("l" + i, "x"))
                        .toList();
        return PprofBytes.empty()
                .sampleType("cpu", "nanoseconds")
                .time(nanos(NOW))
                .sample(List.of("main"), labels, 5)
                .gzip();
    }

    private static byte[] aged(Duration age) {
        return p1().time(nanos(NOW.minus(age))).gzip();
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                Arguments.of("profile-bytes-max", "50", new byte[51], "limit_exceeded"),
                Arguments.of("profile-samples-max", "1", p1().gzip(), "limit_exceeded"),
                Arguments.of("sample-labels-max", "3", labelled(4), "limit_exceeded"),
                Arguments.of(
                        "profile-label-sets-max",
                        "1",
                        PprofBytes.cpu("1{a=1} 2{a=2}\nm m").gzip(),
                        "limit_exceeded"),
                Arguments.of("profile-age-max", "1h", aged(Duration.ofMinutes(61)), "clock_skew"),
                Arguments.of(
                        "profile-future-max", "1m", aged(Duration.ofMinutes(-2)), "clock_skew"));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void push_beyondALimit_isToldWhichAndCounted(
            String setting, String limit, byte[] body, String reason) {
        try (var server = RunningServer.in(folder, Map.of(setting, limit))) {
            Reply reply = server.push(body, SERIES);
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.text()).contains("setting " + setting);
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_uploads_rejected_total{reason=\"%s\",tenant=\"anonymous\"} 1.0"
                                    .formatted(reason),
                            "flamekeeper_uploads_under_way{tenant=\"anonymous\"} 0.0");
        }
    }

    @ParameterizedTest
    @MethodSource("limits")
    void push_beyondALimitOfAnotherTenant_isTaken(String setting, String limit, byte[] body) {
        byte[] real = body.length == 51 ? p1().gzip() : body;
        try (var server = RunningServer.in(folder, Map.of(setting + ".acme", limit))) {
            assertThat(server.push(real, SERIES).status()).isEqualTo(200);
        }
    }

    @Test
    void push_labelsBeyondTheirLimits_isToldWhich() {
        try (var server =
                RunningServer.in(
                        folder,
                        Map.of(
                                "labels-max", "3",
                                "label-name-bytes-max", "40",
                                "label-value-bytes-max", "50"))) {
            refused(server, "setting labels-max", "a=1", "b=2");
            refused(server, "setting label-name-bytes-max", "n".repeat(41) + "=1");
            assertThat(
                            server.push(
                                            p1().gzip(),
                                            "__name__=process_cpu",
                                            "service_name=a",
                                            "b=1")
                                    .status())
                    .isEqualTo(200);
        }
    }

    private static void refused(RunningServer server, String phrase, String... labels) {
        String[] all = Stream.concat(Stream.of(SERIES), Stream.of(labels)).toArray(String[]::new);
        Reply reply = server.push(p1().gzip(), all);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains(phrase);
    }

    @Test
    void push_fasterThanTheRate_429AndWhenToComeBack() {
        try (var server =
                RunningServer.in(folder, Map.of("upload-rate", "10", "upload-burst", "1"))) {
            assertThat(server.push(p1().gzip(), SERIES).status()).isEqualTo(200);
            Reply second = server.push(p1().gzip(), SERIES);
            assertThat(second.status()).as(second.text()).isEqualTo(429);
            assertThat(second.text()).contains("setting upload-rate");
            Reply ingest = server.post("/ingest?name=a&format=pprof", "", p1().gzip());
            assertThat(ingest.status()).isEqualTo(429);
            for (Reply refused : List.of(second, ingest)) {
                int seconds = Integer.parseInt(refused.header("retry-after"));
                assertThat(seconds).isBetween(2, 60);
                assertThat(refused.text()).contains("later, in %d s;".formatted(seconds));
            }
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_uploads_rejected_total{reason=\"overloaded\",tenant=\"anonymous\"} 2.0");
        }
    }

    /// A limit may be raised before.
    @Test
    void push_farBeyondTheRate_isToldToComeBackInAMinute() {
        try (var server =
                RunningServer.in(folder, Map.of("upload-rate", "1", "upload-burst", "1"))) {
            assertThat(server.push(p1().gzip(), SERIES).status()).isEqualTo(200);
            assertThat(server.push(p1().gzip(), SERIES).header("retry-after")).isEqualTo("60");
        }
    }

    @Test
    void push_newSeriesBeyondTheLimit_429AndKnownOnesGoOn() {
        try (var server = RunningServer.in(folder, Map.of("series-max", "1"))) {
            assertThat(server.push(p1().gzip(), SERIES).status()).isEqualTo(200);
            Reply other = server.push(p1().gzip(), "__name__=process_cpu", "service_name=other");
            assertThat(other.status()).isEqualTo(429);
            assertThat(other.text()).contains("setting series-max");
            assertThat(other.header("retry-after")).as("until the next hour").isEqualTo("60");
            assertThat(server.push(PprofBytes.cpu("1\nmain").gzip(), SERIES).status())
                    .isEqualTo(200);
            assertThat(server.get("/metrics").text())
                    .contains("flamekeeper_series_active{tenant=\"anonymous\"} 1.0");
        }
    }

    @Test
    void push_underRules_isStoredByThemAndWhatTheyDropIsCounted() {
        String rules =
                """
                [{action: drop, source_labels: [env], regex: test},
                 {source_labels: [exe], regex: '(.+)', target_label: service_name}]
                """;
        try (var server =
                RunningServer.in(
                        folder, Map.of("relabel", rules, "drop-none-labels.anonymous", "true"))) {
            assertThat(
                            server.push(
                                            p1().gzip(),
                                            "__name__=process_cpu",
                                            "exe=java",
                                            "worker=None")
                                    .status())
                    .isEqualTo(200);
            assertThat(server.push(p1().gzip(), "__name__=process_cpu", "env=test").status())
                    .isEqualTo(200);
            assertThat(server.query("LabelNames", "{" + around() + "}").text())
                    .contains("\"exe\"")
                    .doesNotContain("worker");
            assertThat(
                            server.query(
                                            "LabelValues",
                                            "{\"name\":\"service_name\"," + around() + "}")
                                    .text())
                    .contains("java")
                    .doesNotContain("unknown_service");
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_intake_dropped_total{reason=\"relabelled_sample\",tenant=\"anonymous\"} 2.0",
                            "flamekeeper_uploads_empty_total{tenant=\"anonymous\"} 1.0");
        }
    }

    @Test
    void push_valuesBeyondTheCap_areOneThatCanBeSelectedAndNoneIsLost() {
        try (var server = RunningServer.in(folder, Map.of("label-values-max.anonymous", "2"))) {
            String drawing =
                    """
                    1{id=a}  2{id=b}  4{id=c}  8{id=d}
                    main     main     main     main
                    """;
            for (String pod : List.of("p", "q", "r", "s")) {
                byte[] body = PprofBytes.cpu(drawing).time(nanos(NOW)).gzip();
                Reply reply =
                        server.push(body, "__name__=process_cpu", "service_name=svc", "pod=" + pod);
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            }
            Querier querier = server.querier();
            assertThat(querier.labelValues("id")).containsExactly("__other__", "a", "b");
            assertThat(querier.labelValues("pod")).containsExactly("__other__", "p", "q");
            assertThat(querier.total(CPU, "{}")).isEqualTo(4 * 15);
            assertThat(querier.total(CPU, "{id=\"__other__\"}")).isEqualTo(4 * 12);
            assertThat(querier.total(CPU, "{id=\"a\",pod=\"__other__\"}")).isEqualTo(2);
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_intake_dropped_total{reason=\"label_value\",tenant=\"anonymous\"} %d.0"
                                    .formatted(4 * 2 + 2 * 4));
        }
    }

    /// Also what never got as far as a handler is an upload that was rejected.
    @Test
    void uploads_refusedAtTheDoor_areCounted() {
        try (var server = RunningServer.in(folder, Map.of("body-bytes-max", "1000"))) {
            assertThat(server.post("/ingest?name=a&format=pprof", "", new byte[1_001]).status())
                    .isEqualTo(413);
            assertThat(
                            server.post(
                                            "/push.v1.PusherService/Push",
                                            "application/proto",
                                            "no message".getBytes(UTF_8))
                                    .status())
                    .isEqualTo(400);
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_uploads_received_total{tenant=\"anonymous\"} 2.0",
                            "flamekeeper_uploads_rejected_total{reason=\"body_too_large\",tenant=\"anonymous\"} 1.0",
                            "flamekeeper_uploads_rejected_total{reason=\"invalid_request\",tenant=\"anonymous\"} 1.0");
        }
    }
}
