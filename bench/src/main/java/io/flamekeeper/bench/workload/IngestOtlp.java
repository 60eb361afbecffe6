package io.flamekeeper.bench.workload;

import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.bench.Corpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// What `ingest-max` sends with median uploads, as messages of OpenTelemetry by HTTP, as fast as it goes.
///
/// Options: `--seconds 60`, `--connections 16`, `--seed 1`.
final class IngestOtlp implements Workload {
    private static final double WARM_UP_SECONDS = 15;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        int connections = options.number("connections", 16);
        Corpus corpus = Corpus.load();
        var random = new SplittableRandom(options.number("seed", 1));
        List<StampedUpload> uploads = new ArrayList<>();
        List<StampedExport> exports = new ArrayList<>();
        for (int i = 0; i < Fleet.UPLOADS; i++) {
            Profile profile = corpus.mixed(random, i);
            uploads.add(new StampedUpload(profile));
            exports.add(new StampedExport(profile));
        }
        String run = "otlp-" + target.process().pid();
        var fleet = new Fleet(run, 8, 200, uploads, Ingest.aDayAgoNanos());
        var acknowledged = new Acknowledged(fleet);
        Ingest.Door door =
                (connection, number) ->
                        send(
                                connection,
                                exports.get(fleet.uploadIndex(number))
                                        .at(
                                                Map.of(
                                                        "service.name",
                                                        fleet.service(number),
                                                        "instance",
                                                        "i" + fleet.instance(number),
                                                        "run",
                                                        run),
                                                fleet.timeNanos(number)));
        Ingest.closedLoop(target, acknowledged, WARM_UP_SECONDS, connections, door);
        acknowledged.compare(target, figures);
        long before = acknowledged.count();
        var meter = new Usage.Meter(target.process());
        Latencies latencies =
                Ingest.closedLoop(
                        target, acknowledged, options.number("seconds", 60), connections, door);
        Usage usage = meter.stop();
        long profiles = acknowledged.count() - before;
        double rawBytes =
                exports.stream().mapToInt(StampedExport::rawBytes).average().orElseThrow();
        figures.row(
                "durable ingest",
                "%.0f profiles/s, %.1f MB/s raw per core",
                profiles / usage.wallSeconds(),
                profiles * rawBytes / 1e6 / usage.cpuSeconds());
        figures.latency("ack", latencies);
        figures.usage("median", usage, profiles);
        acknowledged.compare(target, figures);
    }

    private static void send(HttpConnection connection, byte[] gzip) throws IOException {
        var answer =
                connection.post(
                        "/v1development/profiles",
                        "application/x-protobuf\r\nContent-Encoding: gzip",
                        gzip);
        if (answer.status() != 200 || answer.body().length > 0) {
            throw new IOException(
                    "export: status " + answer.status() + " " + new String(answer.body()));
        }
    }
}
