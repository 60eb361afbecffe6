package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.SERVICE;
import static io.flamekeeper.server.RunningServer.around;
import static io.flamekeeper.server.RunningServer.millis;
import static io.flamekeeper.server.RunningServer.p1;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.api.querier.v1.SelectMergeProfileRequest;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesResponse;
import io.flamekeeper.api.types.v1.LabelPair;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.PprofBytes;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What every client of the peers' servers relies on, seen from outside. The numbers are those of the list of
/// checks that these were taken from.
class ConformanceTest extends ServerTest {
    private static final String SELECTED =
            "\"profileTypeID\":\"" + CPU + "\",\"labelSelector\":\"{service_name=\\\"svc\\\"}\",";

    @Test
    @DisplayName("check 1: Push as JSON answers {}")
    void push_json_emptyObject() {
        Reply reply =
                server.push(p1().gzip(), "__name__=process_cpu", "service_name=svc", "job=test");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).isEqualTo("{}");
        assertThat(reply.header("content-type")).isEqualTo("application/json");
    }

    @Test
    @DisplayName("check 2: Push as gzip proto answers nothing, as proto")
    void push_protoGzip_emptyBody() {
        byte[] body = PprofBytes.gzip(pushMessage(p1().gzip()).toByteArray());
        Reply reply =
                server.post(
                        "/push.v1.PusherService/Push",
                        "application/proto",
                        body,
                        "Content-Encoding",
                        "gzip");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
        assertThat(reply.header("content-type")).isEqualTo("application/proto");
        assertThat(flameGraph("").get("total").asText()).isEqualTo("4");
    }

    static PushRequest pushMessage(byte[] pprof) {
        return PushRequest.newBuilder()
                .addSeries(
                        RawProfileSeries.newBuilder()
                                .addLabels(label("__name__", "process_cpu"))
                                .addLabels(label("service_name", SERVICE))
                                .addSamples(
                                        RawSample.newBuilder()
                                                .setRawProfile(
                                                        com.google.protobuf.ByteString.copyFrom(
                                                                pprof))))
                .build();
    }

    private static LabelPair label(String name, String value) {
        return LabelPair.newBuilder().setName(name).setValue(value).build();
    }

    @Test
    @DisplayName("check 3: what was pushed is read at once")
    void stacktraces_afterPush_fourLevels() {
        server.store(p1());
        JsonNode graph = flameGraph("");
        assertThat(graph.get("names").get(0).asText()).isEqualTo("total");
        assertThat(graph.get("total").asText()).isEqualTo("4");
        assertThat(graph.get("total").isTextual()).isTrue();
        assertThat(graph.get("levels")).hasSize(4);
        assertThat(values(graph, 0)).containsExactly(0, 4, 0, 0);
        assertThat(values(graph, 1)).startsWith(0, 4, 0);
    }

    @Test
    @DisplayName("check 4: x is the distance from the right edge of the node before")
    void stacktraces_selfBeforeChildren_offsets() {
        server.store(
                PprofBytes.cpu(
                                """
                                10  5  2
                                a   a  a
                                b   c
                                """)
                        .time(RunningServer.nanos(RunningServer.NOW)));
        JsonNode graph = flameGraph("");
        assertThat(values(graph, 0)).containsExactly(0, 17, 0, 0);
        assertThat(values(graph, 1)).containsExactly(0, 17, 2, name(graph, "a"));
        assertThat(values(graph, 2))
                .containsExactly(2, 10, 10, name(graph, "b"), 0, 5, 5, name(graph, "c"));
    }

    @Test
    @DisplayName("check 5: what does not fit is folded into a last child named other")
    void stacktraces_hundredLeavesTenNodes_folded() {
        PprofBytes pprof =
                PprofBytes.empty()
                        .sampleType("cpu", "nanoseconds")
                        .period("cpu", "nanoseconds", 1)
                        .time(RunningServer.nanos(RunningServer.NOW));
        for (int i = 1; i <= 100; i++) {
            pprof.sample(List.of("root", "leaf%03d".formatted(i)), List.of(), i);
        }
        server.store(pprof);
        JsonNode graph = flameGraph(",\"maxNodes\":\"10\"");
        long[] leaves = values(graph, 2);
        int last = leaves.length - 4;
        assertThat(graph.get("names").get((int) leaves[last + 3]).asText()).isEqualTo("other");
        long sum = 0;
        for (int i = 1; i < leaves.length; i += 4) {
            sum += leaves[i];
        }
        assertThat(sum).isEqualTo(5_050);
        assertThat(leaves.length / 4).isLessThan(12);
    }

    @Test
    @DisplayName("check 6: nothing found is an empty flame graph")
    void stacktraces_unknownService_zeros() {
        server.store(p1());
        Reply reply =
                server.query(
                        "SelectMergeStacktraces",
                        "{\"profileTypeID\":\"%s\",\"labelSelector\":\"{service_name=\\\"no\\\"}\",%s}"
                                .formatted(CPU, around()));
        assertThat(reply.status()).isEqualTo(200);
        JsonNode graph = reply.json().get("flamegraph");
        assertThat(graph.get("names")).hasSize(1);
        assertThat(graph.get("names").get(0).asText()).isEqualTo("total");
        assertThat(graph.get("levels")).hasSize(1);
        assertThat(values(graph, 0)).containsExactly(0, 0, 0, 0);
        assertThat(graph.has("total")).isFalse();
    }

    static Stream<Arguments> brokenSelections() {
        return Stream.of(
                Arguments.of(CPU, ""),
                Arguments.of(CPU, "{a=}"),
                Arguments.of("", "{}"),
                Arguments.of("a:b", "{}"));
    }

    @ParameterizedTest
    @MethodSource("brokenSelections")
    @DisplayName("check 7: a selection that means nothing is the caller's fault")
    void stacktraces_brokenSelection_invalidArgument(String type, String selector) {
        Reply reply =
                server.query(
                        "SelectMergeStacktraces",
                        "{\"profileTypeID\":\"%s\",\"labelSelector\":\"%s\",%s}"
                                .formatted(type, selector, around()));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().get("code").asText()).isEqualTo("invalid_argument");
        assertThat(reply.header("content-type")).isEqualTo("application/json");
    }

    @Test
    @DisplayName("check 7: a trailing comma in a selector is legal")
    void stacktraces_trailingComma_taken() {
        Reply reply =
                server.query(
                        "SelectMergeStacktraces",
                        "{\"profileTypeID\":\"%s\",\"labelSelector\":\"{service_name=\\\"x\\\",}\",%s}"
                                .formatted(CPU, around()));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    @DisplayName("check 8: a range is required, except for profile types")
    void ranges_missingOrReversed_refused() {
        server.store(p1());
        Reply missing = server.query("SelectMergeStacktraces", "{" + SELECTED + "\"maxNodes\":1}");
        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.text()).contains("missing time range in the query");
        Reply reversed =
                server.query("SelectMergeStacktraces", "{" + SELECTED + "\"start\":2,\"end\":1}");
        assertThat(reversed.status()).isEqualTo(400);
        assertThat(reversed.text()).contains("query start time is after end time");
        Reply types = server.query("ProfileTypes", "{}");
        assertThat(types.status()).isEqualTo(200);
        assertThat(types.json().get("profileTypes").findValuesAsText("ID")).containsExactly(CPU);
    }

    @Test
    @DisplayName("check 9: methods and content types")
    void rpc_otherMethodsAndTypes_refusedAsConnectDoes() {
        String path = "/querier.v1.QuerierService/LabelNames";
        Reply get = server.get(path);
        assertThat(get.status()).isEqualTo(405);
        assertThat(get.header("allow")).isEqualTo("POST");
        assertThat(get.body()).isEmpty();
        Reply text = server.post(path, "text/plain", "{}".getBytes(UTF_8));
        assertThat(text.status()).isEqualTo(415);
        assertThat(text.header("accept-post")).contains("application/json", "application/proto");
        assertThat(text.body()).isEmpty();
        assertThat(server.query("LabelNames", "").status()).isEqualTo(400);
        assertThat(server.query("LabelNames", "{bad").status()).isEqualTo(400);
        assertThat(server.query("LabelNames", "{\"unknown\":1," + around() + "}").status())
                .isEqualTo(200);
        assertThat(
                        server.query(
                                        "SelectMergeStacktraces",
                                        "{" + SELECTED + around() + ",\"format\":\"NEW\"}")
                                .status())
                .isEqualTo(200);
        assertThat(
                        server.query(
                                        "LabelNames",
                                        "{\"start\":\"%d\",\"end\":\"%d\"}"
                                                .formatted(millis() - 1, millis() + 1))
                                .status())
                .isEqualTo(200);
        assertThat(
                        server.post(
                                        path,
                                        "application/json; charset=utf-8",
                                        ("{" + around() + "}").getBytes(UTF_8))
                                .status())
                .isEqualTo(200);
        assertThat(
                        server.post(
                                        "/querier.v1.QuerierService/Nothing",
                                        "application/json",
                                        "{}".getBytes(UTF_8))
                                .status())
                .isEqualTo(404);
    }

    @Test
    @DisplayName("check 10: series are distinct sets of the labels asked for, sorted by name")
    void series_projected_sortedAndDistinct() {
        server.store(p1());
        server.push(p1().gzip(), "__name__=process_cpu", "service_name=svc", "pod=b");
        JsonNode sets =
                server.query(
                                "Series",
                                "{\"labelNames\":[\"service_name\",\"__profile_type__\"],\"matchers\":[],"
                                        + around()
                                        + "}")
                        .json()
                        .get("labelsSet");
        assertThat(sets).hasSize(1);
        assertThat(sets.get(0).get("labels").findValuesAsText("name"))
                .containsExactly("__profile_type__", "service_name");
        assertThat(sets.get(0).get("labels").findValuesAsText("value"))
                .containsExactly(CPU, SERVICE);
    }

    @Test
    @DisplayName("check 11: label names and values, private ones included")
    void labels_ofOneProfile_exactly() {
        server.push(p1().gzip(), "__name__=process_cpu", "service_name=svc", "job=test");
        assertThat(names(server.query("LabelNames", "{" + around() + "}")))
                .containsExactly(
                        "__name__",
                        "__period_type__",
                        "__period_unit__",
                        "__profile_type__",
                        "__service_name__",
                        "__type__",
                        "__unit__",
                        "job",
                        "service_name");
        assertThat(
                        names(
                                server.query(
                                        "LabelValues",
                                        "{\"name\":\"service_name\"," + around() + "}")))
                .containsExactly("svc");
        Reply nameless = server.query("LabelValues", "{" + around() + "}");
        assertThat(nameless.status()).isEqualTo(400);
        assertThat(nameless.text()).contains("name is required");
    }

    @Test
    @DisplayName("check 12: label names beyond the old grammar go to those who say they read them")
    void labelNames_utf8_onlyForCapableClients() {
        server.push(p1().gzip(), "__name__=process_cpu", "service_name=svc", "otel.scope.name=x");
        String request = "{" + around() + "}";
        assertThat(names(server.query("LabelNames", request))).doesNotContain("otel.scope.name");
        assertThat(
                        names(
                                server.query(
                                        "LabelNames",
                                        request,
                                        "Accept",
                                        "*/*; allow-utf8-labelnames=true")))
                .contains("otel.scope.name");
        Reply selected =
                server.query(
                        "SelectMergeStacktraces",
                        "{\"profileTypeID\":\"%s\",\"labelSelector\":\"{\\\"otel.scope.name\\\"=\\\"x\\\"}\",%s}"
                                .formatted(CPU, around()));
        assertThat(selected.json().get("flamegraph").get("total").asText()).isEqualTo("4");
        Reply broken = server.query("LabelNames", request, "Accept", "invalid/mime/type/format");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.header("content-type")).startsWith("text/plain");
    }

    @Test
    @DisplayName("check 13: a time series is sparse, right-labelled, grouped and limited")
    void selectSeries_twoProfiles_twoPoints() {
        long t0 = millis() - 60_000;
        server.store(p1().time(t0 * 1_000_000));
        server.store(p1().time((t0 + 20_000) * 1_000_000));
        server.push(
                PprofBytes.cpu("9\na\n").time(t0 * 1_000_000).gzip(),
                "__name__=process_cpu",
                "service_name=other");
        String range = "\"start\":%d,\"end\":%d".formatted(t0, t0 + 60_000);
        JsonNode series =
                server.query("SelectSeries", "{" + SELECTED + range + ",\"step\":15}")
                        .json()
                        .get("series");
        assertThat(series).hasSize(1);
        assertThat(series.get(0).has("labels")).isFalse();
        assertThat(series.get(0).get("points").findValuesAsText("timestamp"))
                .containsExactly(Long.toString(t0), Long.toString(t0 + 30_000));
        assertThat(series.get(0).get("points").get(0).get("value").asDouble()).isEqualTo(4.0);
        String everything = "{\"profileTypeID\":\"" + CPU + "\",\"labelSelector\":\"{}\"," + range;
        JsonNode largest =
                server.query(
                                "SelectSeries",
                                everything
                                        + ",\"step\":15,\"groupBy\":[\"service_name\"],\"limit\":1}")
                        .json()
                        .get("series");
        assertThat(largest).hasSize(1);
        assertThat(largest.get(0).get("labels").findValuesAsText("name"))
                .containsExactly("service_name");
        assertThat(largest.get(0).get("labels").findValuesAsText("value")).containsExactly("other");
        Reply stepless = server.query("SelectSeries", everything + ",\"step\":0}");
        assertThat(stepless.status()).isEqualTo(400);
        assertThat(stepless.text()).contains("step must be >= 1ms");
    }

    @Test
    @DisplayName("check 14: a merged profile is pprof")
    void mergeProfile_proto_isPprof() throws Exception {
        server.store(p1());
        assertIsP1(mergedProfile());
    }

    private Profile mergedProfile() throws Exception {
        Reply reply =
                server.post(
                        "/querier.v1.QuerierService/SelectMergeProfile",
                        "application/proto",
                        mergeProfile().build().toByteArray());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return Profile.parseFrom(reply.body());
    }

    private static SelectMergeProfileRequest.Builder mergeProfile() {
        return SelectMergeProfileRequest.newBuilder()
                .setProfileTypeID(CPU)
                .setLabelSelector("{service_name=\"svc\"}")
                .setStart(millis() - 1_000)
                .setEnd(millis() + 1_000);
    }

    private static void assertIsP1(Profile profile) {
        assertThat(profile.getSampleTypeCount()).isEqualTo(1);
        assertThat(profile.getStringTable((int) profile.getSampleType(0).getType()))
                .isEqualTo("cpu");
        assertThat(profile.getStringTable((int) profile.getSampleType(0).getUnit()))
                .isEqualTo("nanoseconds");
        assertThat(profile.getTimeNanos()).isEqualTo((millis() + 1_000) * 1_000_000);
        assertThat(profile.getPeriod()).isEqualTo(1_000_000_000);
        assertThat(profile.getSampleList().stream().mapToLong(sample -> sample.getValue(0)).sum())
                .isEqualTo(4);
        assertThat(profile.getSampleList()).allMatch(sample -> sample.getLabelCount() == 0);
    }

    @Test
    @DisplayName("check 15: pprof and tree as formats of one method")
    void stacktraces_otherFormats_sameAmounts() throws Exception {
        server.store(p1());
        String range = "\"start\":%d,\"end\":%d".formatted(millis() - 1_000, millis() + 1_000);
        var pprof = SelectMergeStacktracesResponse.newBuilder();
        io.flamekeeper.api.WireJson.merge(
                server.query("SelectMergeStacktraces", "{" + SELECTED + range + ",\"format\":4}")
                        .body(),
                pprof);
        assertThat(pprof.getPprof().getProfile()).isEqualTo(mergedProfile());
        assertIsP1(pprof.getPprof().getProfile());
        var tree = SelectMergeStacktracesResponse.newBuilder();
        io.flamekeeper.api.WireJson.merge(
                server.query(
                                "SelectMergeStacktraces",
                                "{" + SELECTED + range + ",\"format\":\"PROFILE_FORMAT_TREE\"}")
                        .body(),
                tree);
        var decoded = io.flamekeeper.testkit.TreeReader.read(tree.getTree().toByteArray());
        assertThat(decoded.total()[0]).isEqualTo(4);
    }

    @Test
    @DisplayName("check 16: a diff of equal sides")
    void diff_sameTwice_equalColumns() {
        server.store(p1());
        String side = "{" + SELECTED + around() + "}";
        Reply reply = server.query("Diff", "{\"left\":" + side + ",\"right\":" + side + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode graph = reply.json().get("flamegraph");
        assertThat(graph.get("total").asText()).isEqualTo("8");
        assertThat(graph.get("leftTicks").asText()).isEqualTo("4");
        assertThat(graph.get("rightTicks").asText()).isEqualTo("4");
        for (int level = 0; level < graph.get("levels").size(); level++) {
            long[] values = values(graph, level);
            assertThat(values.length % 7).isZero();
            for (int node = 0; node < values.length; node += 7) {
                assertThat(Arrays.copyOfRange(values, node, node + 3))
                        .isEqualTo(Arrays.copyOfRange(values, node + 3, node + 6));
            }
        }
    }

    @Test
    @DisplayName("check 17: render with a raw selector in the request target")
    void render_rawTarget_flamebearer() throws Exception {
        server.store(p1());
        String target =
                "/pyroscope/render?query="
                        + CPU
                        + "{service_name=\"svc\"}&from=946656000&until=now&format=collapsed";
        // The profile is of this very moment, and the range ends before it.
        server.store(p1().time((millis() - 1_000) * 1_000_000));
        String answer =
                server.raw("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        JsonNode json = new com.fasterxml.jackson.databind.json.JsonMapper().readTree(body);
        assertThat(json.get("version").asInt()).isEqualTo(1);
        assertThat(json.get("flamebearer").get("numTicks").asLong()).isEqualTo(4);
        assertThat(json.get("metadata").get("units").asText()).isEqualTo("samples");
        assertThat(json.get("metadata").get("sampleRate").asLong()).isEqualTo(1_000_000_000);
        assertThat(json.get("metadata").get("name").asText()).isEqualTo("cpu");
        assertThat(json.get("timeline").isObject()).isTrue();
        assertThat(server.post("/pyroscope/render", "", new byte[0]).status()).isEqualTo(405);
        assertThat(server.get("/pyroscope/render?query=nonsense&from=now-1h").status())
                .isEqualTo(400);
        assertThat(server.get(render("from=0")).status()).isEqualTo(400);
    }

    private static String render(String more) {
        return "/pyroscope/render?query="
                + URLEncoder.encode(CPU + "{service_name=\"svc\"}", UTF_8)
                + "&"
                + more;
    }

    @Test
    @DisplayName("check 18: render as dot, and nothing for nothing")
    void render_dot_digraph() throws Exception {
        Reply nothing = server.get(render("from=now-1h&format=dot"));
        assertThat(nothing.status()).isEqualTo(200);
        assertThat(nothing.text()).isEmpty();
        server.store(p1().time((millis() - 1_000) * 1_000_000));
        Reply reply = server.get(render("from=now-1h&format=dot"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).startsWith("digraph").contains("baz").endsWith("}\n");
    }

    @Test
    @DisplayName("check 19: render-diff compares equal types only")
    void renderDiff_twoSides_doubleFormat() {
        server.store(p1().time((millis() - 1_000) * 1_000_000));
        String query = URLEncoder.encode(CPU + "{service_name=\"svc\"}", UTF_8);
        String memory = URLEncoder.encode("memory:inuse_space:bytes:space:bytes{}", UTF_8);
        String ranges = "&leftFrom=now-1h&leftUntil=now&rightFrom=now-1h&rightUntil=now";
        Reply same =
                server.get(
                        "/pyroscope/render-diff?leftQuery="
                                + query
                                + "&rightQuery="
                                + query
                                + ranges);
        assertThat(same.status()).as(same.text()).isEqualTo(200);
        assertThat(same.json().get("metadata").get("format").asText()).isEqualTo("double");
        assertThat(same.json().get("leftTicks").asLong()).isEqualTo(4);
        assertThat(same.json().get("rightTicks").asLong()).isEqualTo(4);
        Reply different =
                server.get(
                        "/pyroscope/render-diff?leftQuery="
                                + query
                                + "&rightQuery="
                                + memory
                                + ranges);
        assertThat(different.status()).isEqualTo(400);
        assertThat(different.text()).contains("profile types must match");
    }

    @Test
    @DisplayName("check 20: /ingest takes multipart pprof")
    void ingest_multipart_stored() {
        Reply reply = ingest("name=app&spyName=gospy", part("profile", p1().gzip()));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
        assertThat(
                        names(
                                server.query(
                                        "LabelValues",
                                        "{\"name\":\"service_name\"," + around() + "}")))
                .containsExactly("app");
        assertThat(
                        names(
                                server.query(
                                        "LabelValues",
                                        "{\"name\":\"pyroscope_spy\"," + around() + "}")))
                .containsExactly("gospy");
        assertThat(ingest("name=app", part("prev_profile", p1().gzip())).status()).isEqualTo(422);
        assertThat(ingest("name=app", part("something", new byte[] {1})).status()).isEqualTo(200);
        Reply nameless = ingest("from=1", part("profile", p1().gzip()));
        assertThat(nameless.status()).isEqualTo(400);
        assertThat(nameless.json().get("code").asText()).isEqualTo("invalid_argument");
        assertThat(nameless.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(server.get("/ingest?name=app").status()).isEqualTo(405);
    }

    @Test
    @DisplayName("check 20: /ingest takes raw pprof, whatever the content type says")
    void ingest_rawPprof_stored() {
        for (String path : new String[] {"/ingest", "/pyroscope/ingest"}) {
            Reply reply =
                    server.post(
                            path + "?name=raw&format=pprof",
                            "multipart/form-data; boundary=x",
                            p1().gzip());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        }
        assertThat(
                        names(
                                server.query(
                                        "LabelValues",
                                        "{\"name\":\"service_name\"," + around() + "}")))
                .containsExactly("raw");
    }

    @Test
    @DisplayName("check 21: tags of a name become labels, private ones do not")
    void ingest_tags_labels() {
        ingest(
                "name=" + URLEncoder.encode("app{region=eu,__foo=1}", UTF_8),
                part("profile", p1().gzip()));
        ingest(
                "name=" + URLEncoder.encode("app{service_name=x}", UTF_8),
                part("profile", p1().gzip()));
        assertThat(names(server.query("LabelNames", "{" + around() + "}")))
                .contains("region")
                .doesNotContain("__foo");
        assertThat(
                        names(
                                server.query(
                                        "LabelValues",
                                        "{\"name\":\"service_name\"," + around() + "}")))
                .containsExactly("app", "x");
    }

    @Test
    @DisplayName("check 22: folded text counts samples of the given rate")
    void ingest_folded_isProcessorTime() {
        Reply reply =
                server.post(
                        "/ingest?name=app&sampleRate=100",
                        "text/plain",
                        "a;b 3\nc 2".getBytes(UTF_8));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode graph =
                server.query(
                                "SelectMergeStacktraces",
                                "{\"profileTypeID\":\""
                                        + CPU
                                        + "\",\"labelSelector\":\"{service_name=\\\"app\\\"}\","
                                        + around()
                                        + "}")
                        .json()
                        .get("flamegraph");
        assertThat(graph.get("total").asText()).isEqualTo("50000000");
    }

    @Test
    @DisplayName("check 24: functions of script profilers carry their file")
    void ingest_pyspy_fileAndFunction() {
        PprofBytes pprof =
                PprofBytes.empty()
                        .sampleType("cpu", "nanoseconds")
                        .period("cpu", "nanoseconds", 1)
                        .time(RunningServer.nanos(RunningServer.NOW))
                        .file("main", "qwe.py")
                        .file("func1", "qwe.py")
                        .sample(List.of("main", "func1"), List.of(), 7);
        ingest("name=svc&spyName=pyspy", part("profile", pprof.bytes()));
        JsonNode graph = flameGraph("");
        assertThat(graph.get("names").toString()).contains("qwe.py main", "qwe.py func1");
    }

    static Stream<Arguments> badProfiles() {
        return Stream.of(
                Arguments.of(
                        PprofBytes.emptyWithStringZero("x").sampleType("cpu", "nanoseconds"),
                        "string 0 should be empty string"),
                Arguments.of(
                        p1().field(PprofBytes.SAMPLE_TYPE, PprofBytes.message(1, 100_500)),
                        "sample type type string index out of range"),
                Arguments.of(
                        p1().field(PprofBytes.FUNCTION, PprofBytes.message(1, 0, 2, 1)),
                        "function id is 0"),
                Arguments.of(PprofBytes.empty().field(99, new byte[0]), "empty profile"));
    }

    @ParameterizedTest
    @MethodSource("badProfiles")
    @DisplayName("check 26: profiles that contradict themselves are refused with the known phrases")
    void ingest_badProfile_refused(PprofBytes pprof, String phrase) {
        Reply push = server.push(pprof.bytes(), "__name__=process_cpu", "service_name=svc");
        assertThat(push.status()).as(push.text()).isEqualTo(400);
        assertThat(push.text()).contains(phrase);
        assertThat(push.text()).contains("push series with index 0 and id '7' failed");
        Reply ingest = ingest("name=svc", part("profile", pprof.bytes()));
        assertThat(ingest.status()).as(ingest.text()).isEqualTo(422);
    }

    @Test
    @DisplayName("check 26: bytes that are no profile are the sender's fault, not ours")
    void push_undecodable_badRequest() {
        Reply push =
                server.push(
                        "certainly no profile".getBytes(UTF_8),
                        "__name__=process_cpu",
                        "service_name=svc");
        assertThat(push.status()).as(push.text()).isEqualTo(400);
        assertThat(server.call("push.v1.PusherService/Push", "{}").status()).isEqualTo(400);
        assertThat(server.call("push.v1.PusherService/Push", "{}").text())
                .contains("no profiles received");
    }

    @Test
    @DisplayName("check 30: statistics and readiness")
    void statsAndReady_emptyThenStored() {
        assertThat(server.query("GetProfileStats", "{}").text()).isEqualTo("{}");
        server.store(p1());
        JsonNode stats = server.query("GetProfileStats", "{}").json();
        assertThat(stats.get("dataIngested").asBoolean()).isTrue();
        assertThat(stats.get("oldestProfileTime").asText()).isEqualTo(Long.toString(millis()));
        assertThat(stats.get("newestProfileTime").asText()).isEqualTo(Long.toString(millis()));
        Reply ready = server.get("/ready");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.text()).contains("ready");
        assertThat(server.query("AnalyzeQuery", "{\"query\":\"{}\"}").text()).isEqualTo("{}");
        assertThat(server.call("version.v1.Version/Version", "{}").text())
                .isEqualTo("{\"QuerierAPI\":\"1\"}");
    }

    @Test
    @DisplayName("check 29: only samples of the span asked for, and spans are no labels")
    void spanProfile_oneSpan_itsSamples() {
        server.store(
                PprofBytes.cpu(
                                """
                                5{span_id=00000bac2a5ab0c7}  2
                                main                         main
                                """)
                        .time(RunningServer.nanos(RunningServer.NOW)));
        JsonNode graph =
                server.query(
                                "SelectMergeSpanProfile",
                                "{"
                                        + SELECTED
                                        + around()
                                        + ",\"spanSelector\":[\"00000bac2a5ab0c7\"]}")
                        .json()
                        .get("flamegraph");
        assertThat(graph.get("total").asText()).isEqualTo("5");
        assertThat(names(server.query("LabelNames", "{" + around() + "}")))
                .doesNotContain("span_id");
        Reply both =
                server.query(
                        "SelectMergeStacktraces",
                        "{"
                                + SELECTED
                                + around()
                                + ",\"spanSelector\":[\"00000bac2a5ab0c7\"],"
                                + "\"traceIdSelector\":[\"0af7651916cd43dd8448eb211c80319c\"]}");
        assertThat(both.status()).isEqualTo(400);
        assertThat(both.text()).contains("span_selector and trace_id_selector cannot be combined");
    }

    @Test
    @DisplayName("check 29, of traces: only samples of the traces asked for, whatever their spans")
    void traceSelector_oneTraceAndMore_theirSamples() throws Exception {
        String first = "0af7651916cd43dd8448eb211c80319c";
        String second = "0af7651916cd43dd8448eb211c80319d";
        server.store(
                PprofBytes.cpu(
                                """
                                1{span_id=00000bac2a5ab0c7,trace_id=0af7651916cd43dd8448eb211c80319c}  2{trace_id=0AF7651916CD43DD8448EB211C80319C}  4{span_id=00000bac2a5ab0c7,trace_id=0af7651916cd43dd8448eb211c80319d}  8{span_id=00000bac2a5ab0c7}  16{trace_id=0af7}
                                main                                                                   main                                          main                                                                   main                         main
                                """)
                        .time(RunningServer.nanos(RunningServer.NOW)));
        assertThat(totalOf("spanSelector", "00000bac2a5ab0c7")).isEqualTo(13);
        assertThat(totalOf("traceIdSelector", first)).isEqualTo(3);
        assertThat(totalOf("traceIdSelector", second)).isEqualTo(4);
        assertThat(totalOf("traceIdSelector", first, second)).isEqualTo(7);
        assertThat(totalOf("traceIdSelector", "f".repeat(32))).isEqualTo(0);
        assertThat(names(server.query("LabelNames", "{" + around() + "}")))
                .doesNotContain("trace_id");

        Profile pprof =
                Profile.parseFrom(
                        server.post(
                                        "/querier.v1.QuerierService/SelectMergeProfile",
                                        "application/proto",
                                        mergeProfile()
                                                .addTraceIdSelector(first)
                                                .build()
                                                .toByteArray())
                                .body());
        assertThat(pprof.getSample(0).getValue(0)).isEqualTo(3);

        String side = "{" + SELECTED + around() + ",\"traceIdSelector\":[\"%s\"]}";
        JsonNode diff =
                server.query(
                                "Diff",
                                "{\"left\":"
                                        + side.formatted(first)
                                        + ",\"right\":"
                                        + side.formatted(second)
                                        + "}")
                        .json()
                        .get("flamegraph");
        assertThat(diff.get("leftTicks").asLong()).isEqualTo(3);
        assertThat(diff.get("rightTicks").asLong()).isEqualTo(4);
    }

    private long totalOf(String selector, String... ids) {
        return server.query(
                        "SelectMergeStacktraces",
                        "{%s%s,\"%s\":[\"%s\"]}"
                                .formatted(SELECTED, around(), selector, String.join("\",\"", ids)))
                .json()
                .get("flamegraph")
                .path("total")
                .asLong();
    }

    private Reply ingest(String query, byte[] multipart) {
        return server.post(
                "/ingest?" + query, "multipart/form-data; boundary=\"frontier\"", multipart);
    }

    private static byte[] part(String name, byte[] content) {
        var body = new ByteArrayOutputStream();
        String head =
                String.join(
                        "\r\n",
                        "--frontier",
                        "Content-Disposition: form-data; name=\""
                                + name
                                + "\"; filename=\"f.pprof\"",
                        "Content-Type: application/octet-stream",
                        "",
                        "");
        body.writeBytes(head.getBytes(ISO_8859_1));
        body.writeBytes(content);
        body.writeBytes("\r\n--frontier--\r\n".getBytes(ISO_8859_1));
        return body.toByteArray();
    }

    private JsonNode flameGraph(String more) {
        Reply reply =
                server.query("SelectMergeStacktraces", "{" + SELECTED + around() + more + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("flamegraph");
    }

    private static long[] values(JsonNode graph, int level) {
        JsonNode values = graph.get("levels").get(level).get("values");
        return StreamSupport.stream(values.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    private static long name(JsonNode graph, String name) {
        for (int i = 0; i < graph.get("names").size(); i++) {
            if (graph.get("names").get(i).asText().equals(name)) {
                return i;
            }
        }
        throw new AssertionError(name);
    }

    private static List<String> names(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode names = reply.json().path("names");
        return StreamSupport.stream(names.spliterator(), false).map(JsonNode::asText).toList();
    }
}
