package io.flamekeeper.bench.workload;

import io.flamekeeper.bench.Corpus;
import io.flamekeeper.model.TimeRange;
import java.util.SplittableRandom;

/// Durable ingest as fast as it goes, then questions about all of it: the short workload to look at first.
///
/// Options: `--seconds 30`, `--warm-up` seconds before them, a third of those, `--connections 16`, `--seed 1`. A
/// server compiles itself for its first minute under full load; what that costs is in the figures of the warm-up.
final class EndToEnd implements Workload {
    private static final int ROUNDS = 30;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        ServerProcess server = target.process();
        int seconds = options.number("seconds", 30);
        int warmUp = options.number("warm-up", Math.max(5, seconds / 3));
        int connections = options.number("connections", 16);
        int seed = options.number("seed", 1);
        Fleet fleet = Fleet.drawn("bench" + seed + "-" + server.pid(), seed, Ingest.aDayAgoNanos());
        var acknowledged = new Acknowledged(fleet);
        Corpus corpus = Corpus.load();
        figures.row(
                "corpus",
                "%d windows; %s",
                corpus.windowCount(),
                corpus.novelty(new SplittableRandom(seed)));
        figures.row("upload size, median", "%s", fleet.sizes());
        figures.row("RSS before load", "%.0f MB", server.residentMegabytes());

        ingest("warm-up", target, acknowledged, warmUp, connections, figures);
        Latencies latencies = ingest("ingest", target, acknowledged, seconds, connections, figures);
        figures.latency("ack", latencies);
        figures.latency(
                "ack, 2 connections",
                Ingest.closedLoop(target, acknowledged, Math.max(5, seconds / 3), 2));
        figures.disk("after load, log included", server.disk(), acknowledged.count());

        acknowledged.compare(target, figures);
        TimeRange all = acknowledged.range();
        figures.row(
                "flame graph, 1 service of " + fleet.services(),
                "%s",
                Questions.ask(
                        target,
                        Target.STACKTRACES,
                        ROUNDS,
                        round ->
                                Target.flameGraph(
                                        fleet.selectorOfService(0), later(all, round), 8_192)));
        figures.row(
                "flame graph, all " + fleet.instances() + " instances",
                "%s",
                Questions.ask(
                        target,
                        Target.STACKTRACES,
                        ROUNDS,
                        round -> Target.flameGraph(fleet.selector(), later(all, round), 8_192)));
        figures.row(
                "the same question again",
                "%s",
                Questions.ask(
                        target,
                        Target.STACKTRACES,
                        ROUNDS,
                        _ -> Target.flameGraph(fleet.selector(), all, 8_192)));
        figures.row(
                "time series by service",
                "%s",
                Questions.ask(
                        target,
                        Target.SERIES,
                        ROUNDS,
                        round ->
                                Target.series(
                                        fleet.selector(), later(all, round), 60, "service_name")));
        figures.row(
                "label values",
                "%s",
                Questions.ask(
                        target,
                        "LabelValues",
                        ROUNDS,
                        round ->
                                Target.labelValues(
                                        "instance", fleet.selector(), later(all, round))));
        figures.row(
                "RSS after questions",
                "%.0f MB, peak %.0f MB",
                server.residentMegabytes(),
                server.peakMegabytes());
    }

    private static Latencies ingest(
            String phase,
            Target target,
            Acknowledged acknowledged,
            int seconds,
            int connections,
            Figures figures)
            throws Exception {
        long before = acknowledged.count();
        var meter = new Usage.Meter(target.process());
        Latencies latencies = Ingest.closedLoop(target, acknowledged, seconds, connections);
        Usage usage = meter.stop();
        long profiles = acknowledged.count() - before;
        figures.row(
                phase + ": durable, closed loop",
                "%.0f profiles/s over %.0f s, %d connections",
                profiles / usage.wallSeconds(),
                usage.wallSeconds(),
                connections);
        figures.usage(phase, usage, profiles);
        return latencies;
    }

    /// Begins a little later each time and so without some of the first uploads; no kept answer fits.
    static TimeRange later(TimeRange range, int round) {
        return new TimeRange(
                Math.min(range.endMillis(), range.startMillis() + (round + 1) * 83L),
                range.endMillis());
    }
}
