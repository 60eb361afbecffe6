package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.server.RunningServer.Reply;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The matrix of cases and status codes that clients rely on, row by row, for every method it names.
class StatusMatrixTest {
    @TempDir private static Path folder = Path.of("");
    private static final List<RunningServer> SERVER = new ArrayList<>();

    private static final String OK = "\"start\":1,\"end\":2";
    private static final String NONE = "\"start\":0,\"end\":0";
    private static final String REVERSED = "\"start\":2,\"end\":1";
    private static final String NEGATIVE = "\"start\":-2,\"end\":-1";
    private static final String TYPE = "\"profileTypeID\":\"" + CPU + "\"";
    private static final String SELECTOR = "\"labelSelector\":\"{}\"";
    private static final List<String> MERGES =
            List.of("SelectMergeStacktraces", "SelectMergeSpanProfile", "SelectMergeProfile");
    private static final List<String> ALL =
            List.of(
                    "ProfileTypes",
                    "LabelNames",
                    "LabelValues",
                    "Series",
                    "SelectMergeStacktraces",
                    "SelectMergeSpanProfile",
                    "SelectMergeProfile",
                    "SelectSeries",
                    "Diff");

    @BeforeAll
    static void start() {
        SERVER.add(RunningServer.in(folder, Map.of()));
    }

    @AfterAll
    static void stop() {
        SERVER.forEach(RunningServer::close);
    }

    static Stream<Arguments> calls() {
        List<Arguments> calls = new ArrayList<>();
        add(calls, "ProfileTypes", 200, OK, NONE, NEGATIVE);
        add(calls, "ProfileTypes", 400, REVERSED, "\"start\":\"soon\"");
        for (String method : List.of("LabelNames", "Series")) {
            add(calls, method, 200, OK, OK + ",\"matchers\":[\"{}\"]", NEGATIVE);
            add(calls, method, 400, NONE, REVERSED, "\"start\":1");
            add(calls, method, 400, OK + ",\"matchers\":[\"{a=}\"]", OK + ",\"matchers\":[\"\"]");
        }
        String name = ",\"name\":\"job\"";
        add(calls, "LabelValues", 200, OK + name, OK + name + ",\"matchers\":[\"{a=\\\"b\\\"}\"]");
        add(calls, "LabelValues", 400, NONE + name, REVERSED + name, OK, OK + ",\"name\":\"\"");
        add(calls, "LabelValues", 400, OK + name + ",\"matchers\":[\"{a=}\"]");
        for (String method : MERGES) {
            addSelections(calls, method, "");
            String good = OK + "," + TYPE + "," + SELECTOR;
            add(calls, method, 200, good + ",\"maxNodes\":0");
            add(calls, method, 400, good + ",\"maxNodes\":-1", good + ",\"maxNodes\":1048577");
        }
        addIds(calls, "SelectMergeStacktraces", "spanSelector", 16);
        addIds(calls, "SelectMergeSpanProfile", "spanSelector", 16);
        addIds(calls, "SelectMergeStacktraces", "traceIdSelector", 32);
        addIds(calls, "SelectMergeProfile", "traceIdSelector", 32);
        addSelections(calls, "SelectSeries", ",\"step\":1");
        add(calls, "SelectSeries", 400, OK + "," + TYPE + "," + SELECTOR);
        add(calls, "SelectSeries", 400, OK + "," + TYPE + "," + SELECTOR + ",\"step\":\"NaN\"");
        String side = "{" + OK + "," + TYPE + "," + SELECTOR + "}";
        add(calls, "Diff", 200, "\"left\":" + side + ",\"right\":" + side);
        add(calls, "Diff", 400, "\"left\":" + side, "\"right\":" + side, "");
        for (String broken :
                List.of(
                        "{" + NONE + "," + TYPE + "," + SELECTOR + "}",
                        "{" + REVERSED + "," + TYPE + "," + SELECTOR + "}",
                        "{" + OK + "," + SELECTOR + "}",
                        "{" + OK + "," + TYPE + "}")) {
            add(calls, "Diff", 400, "\"left\":" + side + ",\"right\":" + broken);
            add(calls, "Diff", 400, "\"left\":" + broken + ",\"right\":" + side);
        }
        return calls.stream();
    }

    private static void addSelections(List<Arguments> calls, String method, String more) {
        add(calls, method, 200, OK + "," + TYPE + "," + SELECTOR + more);
        add(
                calls,
                method,
                400,
                NONE + "," + TYPE + "," + SELECTOR + more,
                REVERSED + "," + TYPE + "," + SELECTOR + more,
                OK + "," + SELECTOR + more,
                OK + "," + SELECTOR + ",\"profileTypeID\":\"\"" + more,
                OK + "," + SELECTOR + ",\"profileTypeID\":\"a:b:c\"" + more,
                OK + "," + TYPE + more,
                OK + "," + TYPE + ",\"labelSelector\":\"\"" + more,
                OK + "," + TYPE + ",\"labelSelector\":\"{a=}\"" + more);
    }

    private static void addIds(
            List<Arguments> calls, String method, String selector, int hexDigits) {
        String asked = OK + "," + TYPE + "," + SELECTOR + ",\"" + selector + "\":[%s]";
        String id = "\"" + "0aF".repeat(hexDigits).substring(0, hexDigits) + "\"";
        add(calls, method, 200, asked.formatted(""), asked.formatted(id + "," + id));
        for (String bad :
                List.of(
                        "\"\"",
                        id.replace("0", ""),
                        id.replace("0", "00"),
                        id.replace("0", "x"),
                        id.replace("0", "٠"),
                        id.replaceAll("[aF]", "0"))) {
            add(calls, method, 400, asked.formatted(bad), asked.formatted(id + "," + bad));
        }
    }

    private static void add(List<Arguments> calls, String method, int status, String... members) {
        for (String one : members) {
            calls.add(Arguments.of(method, status, "{" + one + "}"));
        }
    }

    @ParameterizedTest(name = "{0} {2} is {1}")
    @MethodSource("calls")
    void call_caseOfTheMatrix_itsStatus(String method, int status, String json) {
        Reply reply = SERVER.getFirst().query(method, json);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        if (status == 400) {
            assertThat(reply.json().get("code").asText()).isEqualTo("invalid_argument");
        }
    }

    static Stream<String> methods() {
        return ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void call_wrongInForm_itsStatus(String method) {
        RunningServer server = SERVER.getFirst();
        String path = "/querier.v1.QuerierService/" + method;
        assertThat(server.query(method, "").status()).isEqualTo(400);
        assertThat(server.query(method, "{\"start\":").status()).isEqualTo(400);
        assertThat(server.post(path, "text/plain", new byte[0]).status()).isEqualTo(415);
        for (String verb : List.of("GET", "PUT", "DELETE", "PATCH", "OPTIONS")) {
            Reply reply = server.method(verb, path);
            assertThat(reply.status()).as(verb).isEqualTo(405);
            assertThat(reply.header("allow")).isEqualTo("POST");
        }
    }

    static Stream<Arguments> renders() {
        String query = "query=" + URLEncoder.encode(CPU + "{}", UTF_8);
        String left = "leftQuery=" + URLEncoder.encode(CPU + "{}", UTF_8);
        String right = "rightQuery=" + URLEncoder.encode(CPU + "{}", UTF_8);
        String ranges = "&leftFrom=now-1h&leftUntil=now&rightFrom=now-1h&rightUntil=now";
        return Stream.of(
                Arguments.of("render?" + query + "&from=now-1h", 200),
                Arguments.of("render?" + query, 200),
                Arguments.of("render?" + query + "&from=now-1h&maxNodes=0", 200),
                Arguments.of("render?" + query + "&from=now-1h&max-nodes=many", 200),
                Arguments.of("render?" + query + "&from=now-1h&groupBy=job&aggregation=avg", 200),
                Arguments.of("render?from=now-1h", 400),
                Arguments.of("render?query=%7B%7D&from=now-1h", 400),
                Arguments.of("render?query=a:b%7B%7D&from=now-1h", 400),
                Arguments.of("render?" + query + "%7B&from=now-1h", 400),
                Arguments.of("render?" + query + "&from=0", 400),
                Arguments.of("render?" + query + "&from=now&until=now-1h", 400),
                Arguments.of("render-diff?" + left + "&" + right + ranges, 200),
                Arguments.of("render-diff?" + left + ranges, 400),
                Arguments.of("render-diff?" + right + ranges, 400),
                Arguments.of("render-diff?" + left + "&" + right + "&leftFrom=0", 400),
                Arguments.of("label-values?label=__name__", 200),
                Arguments.of("label-values?label=job", 200),
                Arguments.of("label-values", 400),
                Arguments.of("labels", 404));
    }

    @ParameterizedTest
    @MethodSource("renders")
    void render_caseOfTheMatrix_itsStatus(String pathAndQuery, int status) {
        Reply reply = SERVER.getFirst().get("/pyroscope/" + pathAndQuery);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    }

    @ParameterizedTest
    @MethodSource("renderPaths")
    void render_otherMethods_notAllowed(String path) {
        for (String verb : List.of("POST", "PUT", "DELETE", "PATCH")) {
            assertThat(SERVER.getFirst().method(verb, path).status()).as(verb).isEqualTo(405);
        }
    }

    static Stream<String> renderPaths() {
        return Stream.of("/pyroscope/render", "/pyroscope/render-diff");
    }
}
