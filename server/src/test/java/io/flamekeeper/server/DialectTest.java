package io.flamekeeper.server;

import static io.flamekeeper.server.PushMessage.PUSH;
import static io.flamekeeper.server.PushMessage.rawSeries;
import static io.flamekeeper.server.PushMessage.series;
import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.NOW;
import static io.flamekeeper.server.RunningServer.nanos;
import static io.flamekeeper.server.RunningServer.p1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.PprofBytes;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Uploads as each client words them, byte for byte where that matters: headers it sends and does not send, what is
/// compressed, what its labels and types are called, and which answer it takes for success.
class DialectTest extends ServerTest {
    private static final String BOUNDARY = "7MA4YWxkTrZu0gW";

    /// The whole message is gzip, the profile inside is plain, and no header tells of Connect.
    @Test
    void python_messageGzipAndProfilePlain_isStored() {
        byte[] message =
                series(
                        p1().bytes(),
                        "2f9f2f0e-5f0c-4f60-8d5f-6d1f2d6f8a11",
                        "__name__=process_cpu",
                        "worker_id=None",
                        "service_name=svc",
                        "otel.scope.name=com.grafana.pyroscope/python",
                        "process.runtime.name=cpython");
        Reply reply =
                server.post(
                        PUSH,
                        "application/proto",
                        PprofBytes.gzip(message),
                        "Content-Encoding",
                        "gzip");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(total(CPU, "worker_id=\"None\"")).isEqualTo(4);
    }

    @Test
    void python_nothingSampled_isTaken() {
        PprofBytes empty =
                PprofBytes.empty()
                        .sampleType("cpu", "nanoseconds")
                        .period("cpu", "nanoseconds", 10_000_000)
                        .time(nanos(NOW));
        Reply reply =
                server.post(
                        PUSH,
                        "application/proto",
                        series(empty.bytes(), "", "__name__=process_cpu", "service_name=svc"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(types()).isEmpty();
    }

    /// Workers that nobody told apart send the same labels for the same window; those that report their process can be
    /// told apart. Two of them sampled the very same.
    @Test
    void python_workersOfEqualLabels_addUp() {
        for (int pid = 0; pid < 4; pid++) {
            PprofBytes worker =
                    PprofBytes.cpu(
                                    """
                                    %d{pid=%d}
                                    main
                                    """
                                            .formatted(pid < 2 ? 7 : 10 * pid, 100 + pid))
                            .time(nanos(NOW))
                            .duration(10_000_000_000L);
            Reply reply =
                    server.push(
                            worker.gzip(),
                            "__name__=process_cpu",
                            "service_name=svc",
                            "worker_id=None");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        }
        assertThat(total(CPU, "worker_id=\"None\"")).isEqualTo(7 + 7 + 20 + 30);
        assertThat(labelValues("pid")).containsExactly("100", "101", "102", "103");
        assertThat(labelValues("worker_id")).containsExactly("None");
    }

    /// Memory comes as a series of its own before the processor's, in one request.
    @Test
    void python_memoryAndProcessor_areFiveTypes() {
        PprofBytes memory =
                PprofBytes.empty()
                        .sampleType("alloc_objects", "count")
                        .sampleType("alloc_space", "bytes")
                        .sampleType("inuse_objects", "count")
                        .sampleType("inuse_space", "bytes")
                        .period("space", "bytes", 524_288)
                        .time(nanos(NOW))
                        .sample(List.of("main", "copy"), List.of(), 1, 524_288, 2, 1_048_576);
        byte[] request =
                PushMessage.of(
                        List.of(
                                rawSeries(
                                        memory.bytes(), "", "__name__=memory", "service_name=svc"),
                                rawSeries(
                                        p1().bytes(),
                                        "",
                                        "__name__=process_cpu",
                                        "service_name=svc")));
        assertThat(server.post(PUSH, "application/proto", request).status()).isEqualTo(200);
        assertThat(types())
                .containsExactly(
                        "memory:alloc_objects:count:space:bytes",
                        "memory:alloc_space:bytes:space:bytes",
                        "memory:inuse_objects:count:space:bytes",
                        "memory:inuse_space:bytes:space:bytes",
                        CPU);
        assertThat(total("memory:inuse_space:bytes:space:bytes", "")).isEqualTo(1_048_576);
    }

    /// A heap profile is passed on as the allocator wrote it: gzip inside gzip.
    @Test
    void rust_gzipInsideGzip_isStored() {
        byte[] message =
                series(
                        p1().gzip(),
                        "1",
                        "__name__=process_cpu",
                        "service_name=svc",
                        "process.runtime.name=rust");
        Reply reply =
                server.post(
                        PUSH,
                        "application/proto",
                        PprofBytes.gzip(message),
                        "Content-Encoding",
                        "gzip");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(total(CPU, "")).isEqualTo(4);
    }

    /// Times are in nanoseconds, names of types come beside the profile, and only 200 is success.
    @Test
    void go_mutexWithTypeNames_isMutexProfile() {
        PprofBytes mutex =
                PprofBytes.empty()
                        .sampleType("contentions", "count")
                        .sampleType("delay", "nanoseconds")
                        .period("contentions", "count", 1)
                        .sample(
                                List.of("main.main", "sync.(*Mutex).Unlock"),
                                List.of(),
                                3,
                                1_500_000);
        String names =
                """
                {"contentions":{"units":"lock_samples","display-name":"mutex_count","aggregation":"sum"},
                 "delay":{"units":"lock_nanoseconds","display-name":"mutex_duration"}}\
                """;
        Reply reply =
                server.post(
                        "/ingest?aggregationType=sum&from=%d&until=%d&name=%s&sampleRate=0&spyName=gospy&units=samples"
                                .formatted(
                                        nanos(NOW.minusSeconds(15)),
                                        nanos(NOW),
                                        URLEncoder.encode(
                                                "svc{__session_id__=4294967296,otel.scope.name=com.grafana.pyroscope/go}",
                                                UTF_8)),
                        "multipart/form-data; boundary=" + BOUNDARY,
                        multipart(
                                new Part("profile", "profile.pprof", mutex.gzip()),
                                new Part(
                                        "sample_type_config",
                                        "sample_type_config.json",
                                        names.getBytes(UTF_8))));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
        assertThat(types())
                .containsExactly(
                        "mutex:contentions:count:contentions:count",
                        "mutex:delay:nanoseconds:contentions:count");
        assertThat(total("mutex:delay:nanoseconds:contentions:count", "")).isEqualTo(1_500_000);
    }

    @Test
    void go_differencesOfCollectors_areTheirFamily() {
        Reply reply =
                server.push(
                        p1().gzip(), "__name__=godeltaprof_memory", "service_name=svc", "job=a/b");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(types()).containsExactly("memory:cpu:nanoseconds:cpu:nanoseconds");
        assertThat(labelValues("job")).containsExactly("a/b");
    }

    /// Nothing is compressed, no sample has an id, and what the user configured is appended to what is already there.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "process_cpu      | cpu          | nanoseconds",
                "wall             | wall         | nanoseconds",
                "memory           | alloc_size   | bytes",
                "lock             | lock_time    | nanoseconds",
                "exception        | exception    | count",
                "gc               | gc           | nanoseconds",
                "network          | network      | nanoseconds",
                "thread_lifetime  | lifetime     | nanoseconds"
            })
    void dotnet_labelsTwice_theLastCounts(String family, String type, String unit) {
        PprofBytes profile =
                PprofBytes.empty()
                        .sampleType(type, unit)
                        .period(type, unit, 1)
                        .time(nanos(NOW))
                        .sample(List.of("Main", "Run"), List.of(), 7);
        Reply reply =
                server.post(
                        PUSH,
                        "application/proto",
                        series(
                                profile.bytes(),
                                "",
                                "__name__=" + family,
                                "service_name=assembly",
                                "spy_name=dotnetspy",
                                "process.runtime.name=.NET",
                                "service_name=svc",
                                "process.runtime.name=.NET"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        String id = "%s:%s:%s:%s:%s".formatted(family, type, unit, type, unit);
        assertThat(types()).containsExactly(id);
        assertThat(labelValues("service_name")).containsExactly("svc");
        assertThat(total(id, "")).isEqualTo(7);
    }

    /// Version 0.6.4 stopped sending a form.
    @Test
    void node_formThenBody_areOneType() {
        PprofBytes wall =
                PprofBytes.empty()
                        .sampleType("samples", "count")
                        .sampleType("wall", "nanoseconds")
                        .period("wall", "nanoseconds", 10_000_000)
                        .time(nanos(NOW.plusSeconds(60)))
                        .sample(
                                List.of("app.js:main:1", "app.js:work:7"),
                                List.of(),
                                1,
                                10_000_000);
        String query =
                "from=%d&name=%s&spyName=nodespy&until=%d"
                        .formatted(
                                NOW.getEpochSecond() - 60,
                                URLEncoder.encode("svc{region=eu}", UTF_8),
                                NOW.getEpochSecond());
        Reply form =
                server.post(
                        "/ingest?" + query,
                        "multipart/form-data; boundary=" + BOUNDARY,
                        multipart(new Part("profile", "profile", wall.gzip())));
        Reply body =
                server.post(
                        "/ingest?format=pprof&" + query,
                        "application/octet-stream",
                        wall.duration(60_000_000_000L).gzip(),
                        "authorization",
                        "Bearer token",
                        "sec-fetch-mode",
                        "cors");
        assertThat(List.of(form.status(), body.status())).containsOnly(200);
        assertThat(types())
                .containsExactly(
                        "wall:samples:count:wall:nanoseconds",
                        "wall:wall:nanoseconds:wall:nanoseconds");
        assertThat(total("wall:wall:nanoseconds:wall:nanoseconds", "")).isEqualTo(20_000_000);
    }

    /// Between an old client and us, a collector keeps the body and forgets that it is compressed.
    @Test
    void collector_forwardsWithoutEncoding_isStored() {
        Reply reply =
                server.post(
                        "/ingest?name=svc&format=pprof&spyName=pyspy&sampleRate=100&from=%d&until=%d"
                                .formatted(NOW.getEpochSecond() - 10, NOW.getEpochSecond()),
                        "binary/octet-stream",
                        p1().gzip());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(total(CPU, "")).isEqualTo(4);
    }

    /// It sends again what may help: not what nobody will ever take.
    @Test
    void collector_brokenProfile_isRefusedForGood() {
        Reply reply =
                server.post(
                        PUSH,
                        "application/proto",
                        series(
                                new byte[] {1, 2, 3},
                                "",
                                "__name__=process_cpu",
                                "service_name=svc"),
                        "Connect-Protocol-Version",
                        "1",
                        "Connect-Timeout-Ms",
                        "10000",
                        "X-Alloy-Id",
                        "01HZX");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.json().get("code").asText()).isEqualTo("invalid_argument");
    }

    @Test
    void nativeProfiler_asksToSendExecutables_isToldNo() {
        Reply asked =
                server.call(
                        "debuginfo.v1alpha1.DebuginfoService/ShouldInitiateUpload",
                        "{\"file\":{\"gnuBuildId\":\"abcdef01\",\"name\":\"libc.so.6\"}}",
                        "Connect-Protocol-Version",
                        "1");
        assertThat(asked.status()).as(asked.text()).isEqualTo(200);
        assertThat(asked.json().path("shouldInitiateUpload").asBoolean()).isFalse();
        assertThat(asked.json().get("reason").asText()).isEqualTo("DebugInfo upload disabled");
        Reply finished =
                server.call(
                        "debuginfo.v1alpha1.DebuginfoService/UploadFinished",
                        "{\"gnuBuildId\":\"abcdef01\"}");
        assertThat(finished.status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"None", "", "OpenJDK Runtime Environment", "17.0.15+6-Debian-1deb12u1"})
    void anyClient_dirtyValue_isKept(String value) {
        Reply reply =
                server.push(
                        p1().gzip(),
                        "__name__=process_cpu",
                        "service_name=svc",
                        "otel.scope.name=" + value);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(total(CPU, "")).isEqualTo(4);
        assertThat(labelValues("otel.scope.name"))
                .isEqualTo(value.isEmpty() ? List.of() : List.of(value));
    }

    @Test
    void anyClient_longValues_areCutAndStayDifferent() {
        String beginning = "ä".repeat(5_000);
        for (String end : List.of("a", "b", "b")) {
            Reply reply =
                    server.push(
                            p1().duration(end.hashCode()).gzip(),
                            "__name__=process_cpu",
                            "service_name=svc",
                            "path=" + beginning + end);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        }
        assertThat(labelValues("path"))
                .hasSize(2)
                .allSatisfy(value -> {
                    assertThat(value).startsWith("ä".repeat(1_000)).matches("ä+…[0-9a-f]{8}");
                    assertThat(value.getBytes(UTF_8)).hasSizeBetween(2_040, 2_048);
                });
    }

    private record Part(String name, String file, byte[] content) {}

    private static byte[] multipart(Part... parts) {
        var body = new ByteArrayOutputStream();
        for (Part part : parts) {
            String disposition =
                    "Content-Disposition: form-data; name=\"%s\"; filename=\"%s\""
                            .formatted(part.name, part.file);
            String type = "Content-Type: application/octet-stream";
            body.writeBytes(
                    String.join("\r\n", "--" + BOUNDARY, disposition, type, "", "")
                            .getBytes(UTF_8));
            body.writeBytes(part.content);
            body.writeBytes("\r\n".getBytes(UTF_8));
        }
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
        return body.toByteArray();
    }

    private List<String> types() {
        return server.querier().types();
    }

    /// @param label a condition beside the service's, or none
    private long total(String type, String label) {
        String more = label.isEmpty() ? "" : "," + label;
        return server.querier().total(type, "{service_name=\"svc\"" + more + "}");
    }

    private List<String> labelValues(String name) {
        return server.querier().labelValues(name);
    }
}
