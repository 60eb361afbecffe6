package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.NOW;
import static io.flamekeeper.server.RunningServer.around;
import static io.flamekeeper.server.RunningServer.p1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.HeldVfs;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.vfs.Vfs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationsTest {
    @TempDir private Path folder = Path.of("");

    @Test
    void metrics_afterAllKindsOfUploads_conserved() {
        try (var server = RunningServer.in(folder, Map.of())) {
            server.store(p1());
            server.store(p1());
            server.push(PprofBytes.cpu("0\na\n").gzip(), "__name__=process_cpu", "service_name=a");
            server.push("nonsense".getBytes(UTF_8), "__name__=process_cpu", "service_name=a");
            server.push(p1().gzip(), "service_name=nameless");
            server.post("/ingest?name=%20", "", p1().gzip());
            server.post("/ingest?name=a&format=png", "", p1().gzip());
            server.post("/ingest?name=a&format=pprof", "", p1().gzip());
            String text = server.get("/metrics").text();
            assertThat(sum(text, "flamekeeper_uploads_received_total")).isEqualTo(8);
            assertThat(sum(text, "flamekeeper_uploads_stored_total")).isEqualTo(2);
            assertThat(sum(text, "flamekeeper_uploads_repeated_total")).isEqualTo(1);
            assertThat(sum(text, "flamekeeper_uploads_empty_total")).isEqualTo(1);
            assertThat(sum(text, "flamekeeper_uploads_rejected_total")).isEqualTo(4);
            assertThat(text)
                    .contains(
                            "flamekeeper_uploads_rejected_total{reason=\"malformed_profile\",tenant=\"anonymous\"} 1.0",
                            "flamekeeper_uploads_rejected_total{reason=\"invalid_labels\",tenant=\"anonymous\"} 1.0",
                            "flamekeeper_uploads_rejected_total{reason=\"invalid_request\",tenant=\"anonymous\"} 1.0",
                            "flamekeeper_uploads_rejected_total{reason=\"unknown_format\",tenant=\"anonymous\"} 1.0")
                    .contains("jvm_memory_used_bytes", "flamekeeper_store_syncs_total");
        }
    }

    /// Of all series of the metric.
    private static double sum(String exposition, String name) {
        return exposition
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void status_beforeAndAfterARefusal_namesTheLastOne() {
        try (var server = RunningServer.in(folder, Map.of())) {
            JsonNode fresh = server.get("/api/v1/status").json();
            assertThat(fresh.get("ready").asBoolean()).isTrue();
            assertThat(fresh.get("profilesStored").asText()).isEqualTo("0");
            assertThat(fresh.get("lastRejected").isNull()).isTrue();
            server.store(p1());
            server.post("/ingest?name=a&format=png", "", new byte[1], "User-Agent", "old <b>spy");
            JsonNode later = server.get("/api/v1/status").json();
            assertThat(later.get("profilesStored").asText()).isEqualTo("1");
            JsonNode rejected = later.get("lastRejected");
            assertThat(rejected.get("path").asText()).isEqualTo("/ingest");
            assertThat(rejected.get("status").asInt()).isEqualTo(422);
            assertThat(rejected.get("code").asText()).isEqualTo("UNKNOWN_FORMAT");
            assertThat(rejected.get("message").asText()).contains("format: 'png'");
            assertThat(rejected.get("client").asText()).isEqualTo("old <b>spy");
            assertThat(rejected.get("timeMillis").asLong()).isEqualTo(NOW.toEpochMilli());
        }
    }

    @Test
    void server_stillReadingBack_isReadyStoresAndAnswersWithEverythingInTheEnd() {
        var folderVfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        try (var server = RunningServer.start(folder, Map.of(), world(folderVfs))) {
            server.store(p1());
        }
        var held = new HeldVfs(folderVfs);
        try (var server = RunningServer.start(folder, Map.of(), world(held))) {
            held.awaitArrival();
            assertThat(server.get("/ready").text()).isEqualTo("ready\n");
            assertThat(sum(server.get("/metrics").text(), PENDING)).isPositive();
            assertThat(server.get("/api/v1/status").json().get("recoveryPendingBytes").asLong())
                    .isPositive();
            // Known to the log that is not read yet, and new.
            server.store(p1());
            server.store(p1().time(RunningServer.nanos(NOW.plusSeconds(1))));
            CompletableFuture<Reply> answer =
                    CompletableFuture.supplyAsync(
                            () -> server.query("SelectMergeStacktraces", everything()));
            assertThat(answer).isNotDone();

            held.release();

            assertThat(answer.join().json().get("flamegraph").get("total").asText()).isEqualTo("8");
            assertThat(sum(server.get("/metrics").text(), PENDING)).isZero();
        }
    }

    private static final String PENDING = "flamekeeper_store_recovery_pending_bytes";

    private static String everything() {
        return "{\"profileTypeID\":\"%s\",\"labelSelector\":\"{}\",%s}"
                .formatted(RunningServer.CPU, around());
    }

    private static ProfilingServer.World world(Vfs folder) {
        return new ProfilingServer.World(
                InstantSource.fixed(NOW),
                new SplittableRandom(1),
                _ -> folder,
                why -> {
                    throw new AssertionError(why);
                });
    }

    @Test
    void buildInfo_always_hasAVersion() {
        try (var server = RunningServer.in(folder, Map.of())) {
            JsonNode build = server.get("/api/v1/status/buildinfo").json();
            assertThat(build.get("status").asText()).isEqualTo("success");
            assertThat(build.get("data").get("version").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
        }
    }

    @Test
    void page_itsViewsAndFiles_servedWithCare() throws IOException {
        try (var server = RunningServer.in(folder, Map.of())) {
            for (String view : new String[] {"/", "/explore", "/explore?query=x", "/dev/states"}) {
                Reply page = server.get(view);
                assertThat(page.status()).as(view).isEqualTo(200);
                assertThat(page.header("content-type")).startsWith("text/html");
                assertThat(page.header("content-security-policy"))
                        .contains("default-src 'self'", "frame-ancestors 'none'");
                assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
                assertThat(page.header("referrer-policy")).isEqualTo("no-referrer");
                assertThat(page.header("cache-control")).isEqualTo("no-cache");
                assertThat(page.text()).contains("<title>page</title>");
                assertThat(server.get(view, "If-None-Match", page.header("etag")).status())
                        .isEqualTo(304);
            }
            Reply plain = server.get("/assets/app-1234.js");
            assertThat(plain.header("cache-control")).contains("immutable");
            assertThat(plain.header("vary")).isEqualTo("accept-encoding");
            assertThat(plain.header("content-encoding")).isEmpty();
            Reply gzip = server.get("/assets/app-1234.js", "Accept-Encoding", "gzip");
            assertThat(gzip.header("content-encoding")).isEqualTo("gzip");
            assertThat(new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes())
                    .isEqualTo(plain.body());
            Reply brotli =
                    server.get("/assets/app-1234.js", "Accept-Encoding", "gzip, deflate, br");
            assertThat(brotli.header("content-encoding")).isEqualTo("br");
            assertThat(brotli.text()).isEqualTo("br");
            Reply head = server.method("HEAD", "/");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }

    @Test
    void page_pathsThatLeadElsewhere_notFound() {
        try (var server = RunningServer.in(folder, Map.of())) {
            for (String path :
                    new String[] {
                        "/nothing",
                        "/assets/",
                        "/assets/nothing.js",
                        "/../build.properties",
                        "/assets/../../build.properties",
                        "/%2e%2e/build.json",
                        "/assets/%2e%2e/index.html%00.js"
                    }) {
                String answer = server.raw("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(answer).as(path).matches("(?s)HTTP/1.1 (400|404).*");
            }
        }
    }

    @Test
    void restart_sameFolder_sameProfiles() {
        try (var server = RunningServer.in(folder, Map.of())) {
            server.store(p1());
        }
        try (var server = RunningServer.in(folder, Map.of())) {
            assertThat(server.query("ProfileTypes", "{" + around() + "}").text())
                    .contains(RunningServer.CPU);
            assertThat(server.get("/metrics").text())
                    .contains("flamekeeper_store_profiles_recovered_total 1.0");
        }
    }

    /// After one failed sync nothing may be promised any more.
    @Test
    void syncFails_notReadyRefusedAndToldToStop() throws Exception {
        var broken = new AtomicBoolean();
        SimulatedVfs disk =
                SimulatedVfs.empty((operation, _) -> {
                    if (broken.get() && operation == SimulatedVfs.Operation.SYNC) {
                        throw new IOException("input/output error");
                    }
                    return Integer.MAX_VALUE;
                });
        var fault = new CompletableFuture<String>();
        var world =
                new ProfilingServer.World(
                        InstantSource.fixed(NOW),
                        new SplittableRandom(7),
                        _ -> disk,
                        fault::complete);
        try (var server = RunningServer.start(folder, Map.of(), world)) {
            server.store(p1());
            assertThat(server.get("/ready").status()).isEqualTo(200);
            broken.set(true);
            // Another time: the same upload again would be known, and is durable.
            byte[] another = p1().time(RunningServer.nanos(NOW.minusSeconds(15))).gzip();
            Reply refused = server.push(another, "__name__=process_cpu", "service_name=svc");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.json().get("code").asText()).isEqualTo("unavailable");
            assertThat(refused.header("retry-after")).isEqualTo("1");
            Reply ready = server.get("/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.text()).contains("sync", "input/output error");
            assertThat(fault.get(5, TimeUnit.SECONDS)).contains("input/output error");
            broken.set(false);
            assertThat(
                            server.push(p1().gzip(), "__name__=process_cpu", "service_name=svc")
                                    .status())
                    .isEqualTo(503);
            assertThat(server.query("ProfileTypes", "{" + around() + "}").text())
                    .contains(RunningServer.CPU);
        }
    }
}
