package io.flamekeeper.bench.workload;

import com.google.protobuf.ByteString;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.api.types.v1.LabelPair;
import io.flamekeeper.model.TimeRange;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// A genetic search: every profile is of another individual. First the same profiles without that label, then
/// with it.
///
/// Labels: 64 workers, 1 generation per 1,000 individuals, one individual per profile. Profiles of 5 samples, 20 to a
/// request. Needs a server that seals soon (`seal-age=10s`). Options: `--values 1000000`, `--connections 8`, `--rounds 300`,
/// `--settle 120` seconds at most until the folder is quiet.
final class Cardinality implements Workload {
    private static final int WORKERS = 64;
    private static final int GENERATION = 1_000;
    private static final int A_REQUEST = 20;
    private static final int QUIET_SECONDS = 25;
    private static final long SPREAD_NANOS = 3_600_000_000_000L;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        int values = options.number("values", 1_000_000) / A_REQUEST * A_REQUEST;
        Fleet tiny = Fleet.sized("tiny", 1, Ingest.aDayAgoNanos(), 64, 5);
        figures.row("upload size, median", "%s", tiny.sizes());
        TimeRange range =
                new TimeRange(
                        tiny.startNanos() / 1_000_000,
                        (tiny.startNanos() + SPREAD_NANOS) / 1_000_000);
        long empty = target.process().disk().bytes();
        // The compiler warms up on a service of its own.
        send(target, options, tiny, Math.min(values, 100_000), "warm", false);

        double plain = measure(target, options, figures, tiny, values, "plain", range);
        long plainBytes = settled(target, options, figures, "without the label", values);
        double tagged = measure(target, options, figures, tiny, values, "tagged", range);
        long taggedBytes = settled(target, options, figures, "with the label", values);
        figures.row("ingest with the label to without", "%.0f %%", 100 * tagged / plain);
        figures.row(
                "disk for a value",
                "%.1f B = %.1f B/profile with the label - %.1f without",
                (double) (taggedBytes - plainBytes - (plainBytes - empty)) / values,
                (double) (taggedBytes - plainBytes) / values,
                (double) (plainBytes - empty) / values);

        String selector = "{service_name=\"tagged\"}";
        Acknowledged.same("individuals", target.countValues("individual", selector, range), values);
        Acknowledged.same("workers", target.countValues("worker", selector, range), WORKERS);
        int rounds = options.number("rounds", 300);
        questions(target, figures, rounds, selector, range, values);
        figures.row(
                "RSS",
                "%.0f MB, peak %.0f MB",
                target.process().residentMegabytes(),
                target.process().peakMegabytes());
    }

    private static double measure(
            Target target,
            Options options,
            Figures figures,
            Fleet tiny,
            int values,
            String service,
            TimeRange range)
            throws Exception {
        var meter = new Usage.Meter(target.process());
        long sum = send(target, options, tiny, values, service, service.equals("tagged"));
        Usage usage = meter.stop();
        Acknowledged.same(
                "total of " + service,
                target.total("{service_name=\"" + service + "\"}", range, 8_192),
                sum);
        figures.row(service + ": ingest", "%.0f profiles/s", values / usage.wallSeconds());
        figures.usage(service, usage, values);
        return values / usage.cpuSeconds();
    }

    /// Gives the sum of what was sent.
    private static long send(
            Target target,
            Options options,
            Fleet tiny,
            int values,
            String service,
            boolean isTagged)
            throws Exception {
        var next = new AtomicLong();
        var sum = new AtomicLong();
        Ingest.inParallel(
                options.number("connections", 8),
                () -> {
                    try (var connection = target.connect()) {
                        for (long first = next.getAndAdd(A_REQUEST);
                                first < values;
                                first = next.getAndAdd(A_REQUEST)) {
                            var request = PushRequest.newBuilder();
                            for (long value = first; value < first + A_REQUEST; value++) {
                                StampedUpload upload =
                                        tiny.uploads().get((int) (value % tiny.uploads().size()));
                                sum.addAndGet(upload.sumNanos());
                                request.addSeries(
                                        series(
                                                labels(service, value, isTagged),
                                                upload.at(
                                                        tiny.startNanos()
                                                                + value
                                                                        * (SPREAD_NANOS
                                                                                / values))));
                            }
                            Target.send(connection, request.build().toByteArray());
                        }
                    }
                });
        return sum.get();
    }

    private static Map<String, String> labels(String service, long value, boolean isTagged) {
        Map<String, String> labels =
                new TreeMap<>(
                        Map.of(
                                "__name__",
                                "process_cpu",
                                "service_name",
                                service,
                                "worker",
                                "w" + value % WORKERS,
                                "generation",
                                "g" + value / GENERATION));
        if (isTagged) {
            labels.put("individual", "individual-" + value);
        }
        return labels;
    }

    private static RawProfileSeries series(Map<String, String> labels, ByteString pprof) {
        var series = RawProfileSeries.newBuilder();
        labels.forEach((name, text) ->
                series.addLabels(LabelPair.newBuilder().setName(name).setValue(text)));
        return series.addSamples(RawSample.newBuilder().setRawProfile(pprof)).build();
    }

    private static long settled(
            Target target, Options options, Figures figures, String when, int values)
            throws Exception {
        var meter = new Usage.Meter(target.process());
        double seconds =
                Quiescence.await(target.process(), QUIET_SECONDS, options.number("settle", 120));
        Usage usage = meter.stop();
        ServerProcess.Disk disk = target.process().disk();
        figures.row(
                when + ": sealed and compacted",
                "after %.0f s, %.1f CPU-s, %s; %.1f MB in %d files",
                seconds,
                usage.cpuSeconds(),
                usage.memory(),
                disk.bytes() / 1e6,
                disk.files());
        return disk.bytes();
    }

    private static void questions(
            Target target,
            Figures figures,
            int rounds,
            String selector,
            TimeRange range,
            int values)
            throws Exception {
        figures.row(
                "values of a small label",
                "%s",
                Questions.ask(
                        target,
                        "LabelValues",
                        rounds,
                        round ->
                                Target.labelValues(
                                        "worker", selector, EndToEnd.later(range, round))));
        figures.row(
                "values of the huge label",
                "%s",
                Questions.ask(
                        target,
                        "LabelValues",
                        Math.max(1, rounds / 30),
                        round ->
                                Target.labelValues(
                                        "individual", selector, EndToEnd.later(range, round))));
        figures.row(
                "flame graph of one individual",
                "%s",
                Questions.ask(
                        target,
                        Target.STACKTRACES,
                        rounds,
                        round ->
                                Target.flameGraph(
                                        "{service_name=\"tagged\",individual=\"individual-"
                                                + (long) round * values / rounds
                                                + "\"}",
                                        range,
                                        8_192)));
        figures.row(
                "flame graph of generations by regex",
                "%s",
                Questions.ask(
                        target,
                        Target.STACKTRACES,
                        rounds,
                        round ->
                                Target.flameGraph(
                                        "{service_name=\"tagged\",generation=~\"g.*"
                                                + round % 10
                                                + "\"}",
                                        range,
                                        8_192)));
        figures.row(
                "time series by worker",
                "%s",
                Questions.ask(
                        target,
                        Target.SERIES,
                        rounds,
                        round ->
                                Target.series(
                                        selector, EndToEnd.later(range, round), 60, "worker")));
    }
}
