package io.flamekeeper.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.api.types.v1.LabelPair;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.PprofBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bodies made to cost more than they weigh, several of each at a time, against a server with a small heap: every one is
/// taken or refused in time, and the server is as well afterwards as before.
class HostileIT {
    private static final String HEAP = "-Xmx256m";
    private static final int AT_A_TIME = 6;
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// Heap, direct memory as much again, and what the JVM itself takes.
    private static final long RESIDENT_MAX = (256L + 256 + 512) << 20;

    private static final String PUSH = "/push.v1.PusherService/Push";
    private static final String PPROF = "/ingest?name=hostile&format=pprof";
    private static final int PROFILE_BYTES = 32 << 20;
    private static final int NO_ANSWER = 999;
    private static final Path CORPUS =
            FlamekeeperProcess.ROOT.resolve("server/src/test/resources/fuzz");

    @TempDir Path folder;

    /// @param encoding of the content, `""` = none
    private record Attack(
            String name, String path, String contentType, String encoding, Supplier<byte[]> body) {
        static Attack pprof(String name, Supplier<byte[]> profile) {
            return new Attack(name, PPROF, "application/octet-stream", "", profile);
        }
    }

    private static List<Attack> attacks() {
        return List.of(
                new Attack(
                        "zeros as encoding",
                        PUSH,
                        "application/proto",
                        "gzip",
                        () -> zeros(1 << 30)),
                Attack.pprof("zeros as profile", () -> zeros(1 << 30)),
                Attack.pprof("zeros within the limit", () -> zeros(PROFILE_BYTES)),
                Attack.pprof("zeros that say they are few", () -> patched(zeros(1 << 28))),
                Attack.pprof("zeros in 16 members", () -> repeated(zeros(2 << 20), 16)),
                Attack.pprof("gzip in gzip", () -> gzip(zeros(1 << 28))),
                new Attack("100 bombs in one push", PUSH, "application/proto", "", () -> push(100)),
                Attack.pprof(
                        "empty strings",
                        () -> gzip(repeated(new byte[] {0x32, 0}, PROFILE_BYTES / 2))),
                Attack.pprof(
                        "empty functions",
                        () -> gzip(repeated(new byte[] {0x2a, 0}, PROFILE_BYTES / 2))),
                Attack.pprof(
                        "empty locations",
                        () -> gzip(repeated(new byte[] {0x22, 0}, PROFILE_BYTES / 2))),
                Attack.pprof(
                        "empty mappings",
                        () -> gzip(repeated(new byte[] {0x1a, 0}, PROFILE_BYTES / 2))),
                Attack.pprof(
                        "empty samples",
                        () -> gzip(repeated(new byte[] {0x12, 0}, PROFILE_BYTES / 2))),
                Attack.pprof(
                        "empty sample types",
                        () -> gzip(repeated(new byte[] {0x0a, 0}, PROFILE_BYTES / 2))),
                Attack.pprof("many different stacks", () -> gzip(manyStacks())),
                new Attack(
                        "empty series",
                        PUSH,
                        "application/proto",
                        "gzip",
                        () -> gzip(repeated(new byte[] {0x0a, 0}, 16 << 20))),
                new Attack(
                        "empty samples of a series",
                        PUSH,
                        "application/proto",
                        "",
                        () -> message(1, repeated(new byte[] {0x12, 0}, 4 << 20))),
                new Attack(
                        "empty objects",
                        PUSH,
                        "application/json",
                        "",
                        () -> ("{\"series\":[" + "{},".repeat(4 << 20) + "{}]}").getBytes(UTF_8)),
                Attack.pprof("one deep stack", () -> gzip(deepStack(15 << 20))),
                Attack.pprof("one long location", () -> gzip(longLocation(7 << 20))),
                Attack.pprof("too many long labels", () -> gzip(manyLabels(50_000))),
                Attack.pprof("many long labels", () -> gzip(manyLabels(4_900))),
                Attack.pprof(
                        "nested groups", () -> gzip(repeated(new byte[] {0x73}, PROFILE_BYTES))),
                new Attack(
                        "deep JSON",
                        PUSH,
                        "application/json",
                        "",
                        () -> repeated("[".getBytes(UTF_8), 1 << 20)),
                new Attack(
                        "deep JSON in a field",
                        PUSH,
                        "application/json",
                        "",
                        () -> ("{\"series\":" + "[{\"a\":".repeat(200_000)).getBytes(UTF_8)),
                new Attack(
                        "nested messages",
                        PUSH,
                        "application/proto",
                        "",
                        () -> repeated(new byte[] {0x0b}, 1 << 20)),
                new Attack(
                        "recording of many chunks",
                        "/ingest?name=hostile&format=jfr",
                        "",
                        "",
                        () -> gzip(repeated(recording(), 4_000))),
                new Attack(
                        "folded, all different",
                        "/ingest?name=hostile",
                        "",
                        "",
                        () -> folded(4 << 20)),
                new Attack(
                        "folded, all different, more",
                        "/ingest?name=hostile",
                        "",
                        "",
                        () -> folded(28 << 20)),
                new Attack(
                        "folded, deep",
                        "/ingest?name=hostile",
                        "",
                        "",
                        () -> repeated("a;b;".repeat(16_000).concat("x 1\n").getBytes(UTF_8), 400)),
                new Attack(
                        "folded, empty names",
                        "/ingest?name=hostile",
                        "",
                        "",
                        () -> repeated(";".repeat(60_000).concat(" 1\n").getBytes(UTF_8), 500)),
                new Attack(
                        "folded, short lines",
                        "/ingest?name=hostile",
                        "",
                        "",
                        () -> repeated("a 1\n".getBytes(UTF_8), 8 << 20)),
                new Attack(
                        "lines of nothing",
                        "/ingest?name=hostile&format=lines",
                        "",
                        "",
                        () -> repeated("\n".getBytes(UTF_8), PROFILE_BYTES)),
                new Attack(
                        "form of boundaries",
                        "/ingest?name=hostile",
                        "multipart/form-data; boundary=x",
                        "",
                        () -> repeated("\r\n--x\r\n".getBytes(UTF_8), 1 << 20)),
                new Attack(
                        "form of almost boundaries",
                        "/ingest?name=hostile",
                        "multipart/form-data; boundary=" + "-".repeat(70),
                        "",
                        () -> repeated("-".getBytes(UTF_8), 8 << 20)),
                new Attack(
                        "form of two bombs",
                        "/ingest?name=hostile&format=jfr",
                        "multipart/form-data; boundary=x",
                        "",
                        HostileIT::jfrForm),
                new Attack(
                        "deep sample types",
                        "/ingest?name=hostile",
                        "multipart/form-data; boundary=x",
                        "",
                        () ->
                                form(
                                        "profile",
                                        new byte[] {0},
                                        "sample_type_config",
                                        repeated("[".getBytes(UTF_8), 4 << 20))),
                new Attack(
                        "selector of braces",
                        "/querier.v1.QuerierService/LabelNames",
                        "application/json",
                        "",
                        () -> selector("{".repeat(60_000))),
                new Attack(
                        "costly expression",
                        "/querier.v1.QuerierService/LabelNames",
                        "application/json",
                        "",
                        () -> selector("{a=~'((a{30}){30}){30}'}")),
                new Attack(
                        "expression that backtracks",
                        "/querier.v1.QuerierService/LabelNames",
                        "application/json",
                        "",
                        () -> selector("{service_name=~'(a*)*(a*)*(a*)*b'}")));
    }

    @Test
    void server_underAttack_answersInTimeAndLivesOn() throws Exception {
        Path data = folder.resolve("data");
        try (var server = FlamekeeperProcess.launchedServer(folder, data, HEAP);
                ExecutorService clients = Executors.newCachedThreadPool();
                HttpClient http =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var ledger = new Ledger();
            try (var wire = new Wire(server.uri())) {
                assertThat(ledger.send(wire, 3)).isTrue();
            }
            long before = resident(server.process().handle());
            long slowest = 0;
            List<String> faults = new ArrayList<>();
            for (Attack attack : attacks()) {
                byte[] body = attack.body().get();
                List<Callable<Integer>> calls = new ArrayList<>();
                for (int i = 0; i < AT_A_TIME; i++) {
                    calls.add(() -> send(http, server.uri(), attack, body));
                }
                long start = System.nanoTime();
                Set<Integer> statuses = new TreeSet<>();
                for (Future<Integer> answer : clients.invokeAll(calls)) {
                    statuses.add(answer.get());
                }
                assertThat(server.process().handle().isAlive())
                        .as(
                                "alive after %s; its log: %s",
                                attack.name(), tail(server.process().log()))
                        .isTrue();
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                slowest = Math.max(slowest, millis);
                long resident = resident(server.process().handle());
                System.out.printf(
                        "hostile: %-28s %,12d bytes, %s, %6d ms, resident %d MiB%n",
                        attack.name(), body.length, statuses, millis, resident >> 20);
                if (statuses.stream().anyMatch(status -> status < 200 || status > 499)) {
                    faults.add(attack.name() + ": " + statuses);
                }
                if (millis > LIMIT.toMillis()) {
                    faults.add(attack.name() + ": " + millis + " ms");
                }
                if (resident > RESIDENT_MAX) {
                    faults.add(attack.name() + ": resident " + resident);
                }
            }
            int seeds = replayCorpus(http, server.uri(), faults);
            assertThat(server.process().handle().isAlive())
                    .as("alive; its log: %s", server.process().log())
                    .isTrue();
            assertThat(faults).as("log: %s", tail(server.process().log())).isEmpty();
            try (var wire = new Wire(server.uri())) {
                assertThat(ledger.send(wire, 3)).isTrue();
                assertThat(wire.get("/api/v1/status").get("ready").asBoolean()).isTrue();
            }
            ledger.check(server.uri(), "after the attacks");
            assertConserved(http, server.uri());
            System.out.printf(
                    "hostile: %d attacks, %d at a time, and %d seeds at %s: no 5xx, slowest %d ms, resident %d MiB before,"
                            + " %d MiB after%n",
                    attacks().size(),
                    AT_A_TIME,
                    seeds,
                    HEAP,
                    slowest,
                    before >> 20,
                    resident(server.process().handle()) >> 20);
        }
    }

    /// Every upload has met one end.
    private static void assertConserved(HttpClient http, URI server)
            throws IOException, InterruptedException {
        List<String> metrics =
                http.send(
                                HttpRequest.newBuilder(server.resolve("/metrics")).build(),
                                HttpResponse.BodyHandlers.ofLines())
                        .body()
                        .filter(line -> line.startsWith("flamekeeper_uploads_"))
                        .toList();
        double received = sum(metrics, "received_total");
        assertThat(received).isGreaterThan(attacks().size());
        assertThat(sum(metrics, "under_way")).isZero();
        assertThat(
                        sum(metrics, "stored_total")
                                + sum(metrics, "repeated_total")
                                + sum(metrics, "empty_total")
                                + sum(metrics, "rejected_total"))
                .isEqualTo(received);
    }

    private static double sum(List<String> metrics, String name) {
        return metrics.stream()
                .filter(line -> line.startsWith("flamekeeper_uploads_" + name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static String tail(String log) {
        return log.substring(Math.max(0, log.length() - 4_000));
    }

    private static int send(HttpClient http, URI server, Attack attack, byte[] body)
            throws InterruptedException {
        var request =
                HttpRequest.newBuilder(server.resolve(attack.path()))
                        .timeout(Duration.ofSeconds(60))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!attack.contentType().isEmpty()) {
            request.header("content-type", attack.contentType());
        }
        if (!attack.encoding().isEmpty()) {
            request.header("content-encoding", attack.encoding());
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return NO_ANSWER;
        }
    }

    /// Every seed of the fuzzers at every door.
    private static int replayCorpus(HttpClient http, URI server, List<String> faults)
            throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(CORPUS)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            byte[] body = Files.readAllBytes(file);
            for (String[] door :
                    new String[][] {
                        {PPROF, ""},
                        {"/ingest?name=hostile", ""},
                        {"/ingest?name=hostile&format=jfr", ""},
                        {"/ingest?name=hostile", "multipart/form-data; boundary=x"},
                        {PUSH, "application/proto"},
                        {PUSH, "application/json"}
                    }) {
                int status =
                        send(
                                http,
                                server,
                                new Attack("seed", door[0], door[1], "", () -> body),
                                body);
                if (status > 499) {
                    faults.add(file + " at " + door[0] + " " + door[1] + ": " + status);
                }
            }
        }
        return files.size();
    }

    private static long resident(ProcessHandle process) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return 0;
    }

    private static byte[] zeros(int count) {
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new FastGzip(zipped)) {
            byte[] some = new byte[1 << 20];
            for (int left = count; left > 0; left -= some.length) {
                gzip.write(some, 0, Math.min(left, some.length));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return zipped.toByteArray();
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(ByteArrayOutputStream to) throws IOException {
            super(to);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /// Its last four bytes say how much it holds.
    private static byte[] patched(byte[] gzip) {
        Arrays.fill(gzip, gzip.length - 4, gzip.length, (byte) 0);
        gzip[gzip.length - 4] = 100;
        return gzip;
    }

    private static byte[] gzip(byte[] body) {
        return PprofBytes.gzip(body);
    }

    private static byte[] repeated(byte[] one, int times) {
        byte[] all = new byte[one.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(one, 0, all, i * one.length, one.length);
        }
        return all;
    }

    private static byte[] push(int profiles) {
        ByteString bomb = ByteString.copyFrom(zeros(PROFILE_BYTES));
        var series =
                RawProfileSeries.newBuilder()
                        .addLabels(
                                LabelPair.newBuilder().setName("__name__").setValue("process_cpu"));
        for (int i = 0; i < profiles; i++) {
            series.addSamples(RawSample.newBuilder().setRawProfile(bomb));
        }
        return PushRequest.newBuilder().addSeries(series).build().toByteArray();
    }

    /// Locations and functions of a small profile, and a sample that names one of them so often.
    private static byte[] deepStack(int frames) {
        byte[] ids = new byte[frames];
        Arrays.fill(ids, (byte) 1);
        return joined(
                PprofBytes.cpu("1\nmain").bytes(),
                message(2, joined(message(1, ids), message(2, new byte[] {1}))));
    }

    /// As many nodes of a tree as bytes.
    private static byte[] manyStacks() {
        var random = new SplittableRandom(4_711);
        var profile = new ByteArrayOutputStream();
        profile.writeBytes(PprofBytes.cpu("1\nmain").bytes());
        for (int id = 2; id < 128; id++) {
            profile.writeBytes(message(4, new byte[] {8, (byte) id}));
        }
        for (int sample = 0; sample < 190_000; sample++) {
            byte[] ids = new byte[150];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (byte) random.nextInt(1, 128);
            }
            profile.writeBytes(message(2, joined(message(1, ids), message(2, new byte[] {1}))));
        }
        return profile.toByteArray();
    }

    private static byte[] recording() {
        return new JfrBytes()
                .event("jdk.ExecutionSample", "Main.main:3;Main.work:7", "state", "STATE_DEFAULT")
                .bytes();
    }

    /// A node of a tree for every two bytes.
    private static byte[] folded(int bytes) {
        var random = new SplittableRandom(4_711);
        byte[] text = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            text[i] = (byte) (i % 2 == 0 ? random.nextInt('a', 'z') : ';');
            if (i % 200 == 199) {
                text[i - 2] = ' ';
                text[i - 1] = '1';
                text[i] = '\n';
            }
        }
        return text;
    }

    private static byte[] longLocation(int lines) {
        byte[] line = {0x22, 2, 8, 1};
        return joined(
                PprofBytes.cpu("1\nmain").bytes(),
                message(4, joined(new byte[] {8, 9}, repeated(line, lines))));
    }

    /// Few bytes for each label, a long text behind it.
    private static byte[] manyLabels(int samples) {
        int texts = 100;
        var profile = new ByteArrayOutputStream();
        profile.writeBytes(message(6, new byte[0]));
        profile.writeBytes(message(1, new byte[] {8, 1, 16, 1}));
        for (int i = 1; i <= texts; i++) {
            profile.writeBytes(
                    message(6, ("%05d".formatted(i) + "v".repeat(1_000)).getBytes(UTF_8)));
        }
        for (int sample = 0; sample < samples; sample++) {
            var one = new ByteArrayOutputStream();
            one.writeBytes(message(2, new byte[] {1}));
            for (int label = 1; label <= 60; label++) {
                int value = 1 + (sample * 7 + label * (sample / 97)) % texts;
                one.writeBytes(message(3, new byte[] {8, (byte) label, 16, (byte) value}));
            }
            profile.writeBytes(message(2, one.toByteArray()));
        }
        return profile.toByteArray();
    }

    private static byte[] message(int field, byte[] content) {
        byte[] head = new byte[CodedOutputStream.computeByteArraySize(field, content)];
        var out = CodedOutputStream.newInstance(head);
        try {
            out.writeByteArray(field, content);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return head;
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] jfrForm() {
        byte[] bomb = zeros(PROFILE_BYTES);
        return form("jfr", bomb, "labels", bomb);
    }

    private static byte[] form(String name, byte[] content, String other, byte[] otherContent) {
        return joined(
                part(name, content), part(other, otherContent), "--x--\r\n".getBytes(ISO_8859_1));
    }

    private static byte[] part(String name, byte[] content) {
        return joined(
                "--x\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"f\"\r\n\r\n"
                        .formatted(name)
                        .getBytes(ISO_8859_1),
                content,
                "\r\n".getBytes(ISO_8859_1));
    }

    private static byte[] selector(String text) {
        return "{\"matchers\":[\"%s\"],\"start\":0,\"end\":9000000000000}"
                .formatted(text)
                .getBytes(UTF_8);
    }
}
