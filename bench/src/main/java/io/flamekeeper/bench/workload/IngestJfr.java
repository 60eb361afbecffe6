package io.flamekeeper.bench.workload;

import io.flamekeeper.intake.IngestParameters;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.testkit.JvmRecording;
import io.flamekeeper.testkit.PprofBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Recordings through `/ingest` as fast as it goes, as the Java agent sends them: 200 instances of 8 services, one
/// recording every 10 s of their own time. The recordings are the three of the test kit again and again, so
/// all but the first few uploads of a service have symbols and stacks that are known.
///
/// Options: `--seconds 60`, `--connections 16`.
final class IngestJfr implements Workload {
    private static final double WARM_UP_SECONDS = 15;
    private static final int INSTANCES = 200;
    private static final int SERVICES = 8;
    private static final long WINDOW_SECONDS = 10;
    private static final String CONTENT_TYPE = "multipart/form-data; boundary=frontier";

    /// One recording, ready to be sent.
    ///
    /// @param amountByType what it adds to each type of profile
    private record Upload(byte[] body, int rawBytes, Map<String, Long> amountByType) {
        static Upload of(String name) throws IOException {
            byte[] raw = JvmRecording.own(name);
            byte[] gzip = PprofBytes.gzip(raw);
            var body = new ByteArrayOutputStream();
            body.writeBytes(
                    ascii(
                            "--frontier\r\nContent-Disposition: form-data; name=\"jfr\"; filename=\"jfr\"\r\n\r\n"));
            body.writeBytes(gzip);
            body.writeBytes(ascii("\r\n--frontier--\r\n"));
            Map<String, Long> amounts = new TreeMap<>();
            var parameters = IngestParameters.parse(Map.of("name", "app"), InstantSource.system());
            for (Profile profile :
                    new Intake(IntakeLimits.DEFAULTS, InstantSource.system())
                            .ingestJfr(parameters, gzip, new byte[0])
                            .group()
                            .profiles()) {
                amounts.merge(profile.type().id(), Arrays.stream(profile.value()).sum(), Long::sum);
            }
            return new Upload(body.toByteArray(), raw.length, amounts);
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        int connections = options.number("connections", 16);
        var sender =
                new Sender(
                        target,
                        "jfr-" + target.process().pid(),
                        List.of(
                                Upload.of("cpu-alloc-lock"),
                                Upload.of("wall-live-malloc"),
                                Upload.of("jdk-allocation")));
        for (Upload upload : sender.uploads) {
            figures.row(
                    "recording",
                    "%.0f KB gz, %.0f KB raw, %d types",
                    upload.body().length / 1e3,
                    upload.rawBytes() / 1e3,
                    upload.amountByType().size());
        }
        sender.closedLoop(WARM_UP_SECONDS, connections);
        long rawBefore = sender.rawBytes();
        long before = sender.next.get();
        var meter = new Usage.Meter(target.process());
        Latencies latencies = sender.closedLoop(options.number("seconds", 60), connections);
        Usage usage = meter.stop();
        long uploads = sender.next.get() - before;
        double megabytes = (sender.rawBytes() - rawBefore) / 1e6;
        figures.row(
                "durable ingest",
                "%.0f recordings/s, %.1f MB/s raw per core, %.2f CPU-ms per MB",
                uploads / usage.wallSeconds(),
                megabytes / usage.cpuSeconds(),
                1e3 * usage.cpuSeconds() / megabytes);
        figures.latency("ack", latencies);
        figures.usage("recordings", usage, uploads);
        sender.compare(figures);
    }

    /// Sends uploads and knows what the server has of them. Everything follows from the number of an upload.
    private static final class Sender {
        private final Target target;
        private final String run;
        private final List<Upload> uploads;
        private final long startSeconds = Ingest.aDayAgoNanos() / 1_000_000_000;
        private final AtomicLong next = new AtomicLong();
        private final AtomicLongArray acknowledged;

        Sender(Target target, String run, List<Upload> uploads) {
            this.target = target;
            this.run = run;
            this.uploads = uploads;
            this.acknowledged = new AtomicLongArray(uploads.size());
        }

        Latencies closedLoop(double seconds, int connections) throws Exception {
            long deadline = System.nanoTime() + (long) (seconds * 1e9);
            var latencies = new Latencies();
            Ingest.inParallel(
                    connections,
                    () -> {
                        try (var connection = target.connect()) {
                            while (System.nanoTime() < deadline) {
                                long sent = System.nanoTime();
                                send(connection, next.getAndIncrement());
                                latencies.add((System.nanoTime() - sent) / 1e6);
                            }
                        }
                    });
            return latencies;
        }

        private void send(HttpConnection connection, long number) throws IOException {
            int instance = (int) (number % INSTANCES);
            int upload = (int) ((number + number / INSTANCES) % uploads.size());
            long from = startSeconds + number / INSTANCES * WINDOW_SECONDS;
            String name =
                    "%s-%d{instance=i%d,run=%s}".formatted(run, instance % SERVICES, instance, run);
            var answer =
                    connection.post(
                            "/ingest?format=jfr&spyName=javaspy&sampleRate=100&from=%d&until=%d&name=%s"
                                    .formatted(
                                            from,
                                            from + WINDOW_SECONDS,
                                            URLEncoder.encode(name, StandardCharsets.UTF_8)),
                            CONTENT_TYPE,
                            uploads.get(upload).body());
            if (answer.status() != 200) {
                throw new IOException(
                        "ingest: status " + answer.status() + " " + new String(answer.body()));
            }
            acknowledged.incrementAndGet(upload);
        }

        long rawBytes() {
            long bytes = 0;
            for (int upload = 0; upload < uploads.size(); upload++) {
                bytes += acknowledged.get(upload) * uploads.get(upload).rawBytes();
            }
            return bytes;
        }

        void compare(Figures figures) throws IOException, WrongAnswer {
            Map<String, Long> expected = new TreeMap<>();
            for (int upload = 0; upload < uploads.size(); upload++) {
                long times = acknowledged.get(upload);
                uploads.get(upload)
                        .amountByType()
                        .forEach((type, amount) -> expected.merge(type, amount * times, Long::sum));
            }
            long endSeconds = startSeconds + (next.get() / INSTANCES + 1) * WINDOW_SECONDS;
            var range = new TimeRange(startSeconds * 1_000, endSeconds * 1_000);
            Map<String, Long> answered = new TreeMap<>();
            for (String type : expected.keySet()) {
                answered.put(type, target.total(type, "{run=\"%s\"}".formatted(run), range, 8_192));
            }
            Acknowledged.same("totals", answered, expected);
            figures.row(
                    "equality",
                    "%d acknowledged recordings: totals of %d types equal",
                    next.get(),
                    expected.size());
        }
    }
}
