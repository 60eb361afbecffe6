package io.flamekeeper.bench.workload;

import io.flamekeeper.model.TimeRange;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// Steady ingest and questions at the same time: how much each suffers from the other.
///
/// Of 100 questions, 78 are flame graphs, 15 time series and 7 label values. Options: `--rate 300` profiles/s,
/// `--seconds 120`, `--clients 2` that ask, `--seed 1`.
final class Mixed implements Workload {
    private static final int FLAME_GRAPHS = 78;
    private static final int TIME_SERIES = 15;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        int seed = options.number("seed", 1);
        int rate = options.number("rate", 300);
        int seconds = options.number("seconds", 120);
        Fleet fleet = Fleet.drawn("mixed-" + target.process().pid(), seed, Ingest.aDayAgoNanos());
        var acknowledged = new Acknowledged(fleet);
        Ingest.closedLoop(target, acknowledged, 20, 8);
        acknowledged.compare(target, figures);

        Latencies alone = Ingest.paced(target, acknowledged, seconds / 4.0, rate, 16);
        figures.latency("ack, nobody asks", alone);
        TimeRange range = acknowledged.range();
        var asking = new Asking(target, fleet, range, seed);
        asking.askOne();
        Latencies asked = asking.during(seconds / 4.0, 1);
        figures.latency("question, nobody sends", asked);

        var meter = new Usage.Meter(target.process());
        long before = acknowledged.count();
        Latencies acks;
        Latencies questions;
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<Latencies> other =
                    threads.submit(() -> asking.during(seconds, options.number("clients", 2)));
            acks = Ingest.paced(target, acknowledged, seconds, rate, 16);
            questions = other.get();
        }
        Usage usage = meter.stop();
        figures.latency("ack, both", acks);
        figures.latency("question, both", questions);
        figures.row(
                "ack p99, both to alone", "%.1f times", acks.quantile(0.99) / alone.quantile(0.99));
        figures.usage("both", usage, acknowledged.count() - before);
        acknowledged.compare(target, figures);
    }

    private record Asking(Target target, Fleet fleet, TimeRange range, int seed) {
        Latencies during(double seconds, int clients) throws Exception {
            var latencies = new Latencies();
            long deadline = System.nanoTime() + (long) (seconds * 1e9);
            var stop = new AtomicBoolean();
            Ingest.inParallel(
                    clients,
                    () -> {
                        var random = new SplittableRandom(seed + Thread.currentThread().threadId());
                        try (var connection = target.connect()) {
                            while (System.nanoTime() < deadline && !stop.get()) {
                                long sent = System.nanoTime();
                                ask(connection, random);
                                latencies.add((System.nanoTime() - sent) / 1e6);
                            }
                        }
                    });
            return latencies;
        }

        void askOne() throws Exception {
            try (var connection = target.connect()) {
                ask(connection, new SplittableRandom(seed));
            }
        }

        private void ask(HttpConnection connection, SplittableRandom random)
                throws java.io.IOException {
            TimeRange some = EndToEnd.later(range, random.nextInt(40));
            int service = random.nextInt(fleet.services());
            int dice = random.nextInt(100);
            if (dice < FLAME_GRAPHS) {
                Target.ask(
                        connection,
                        Target.STACKTRACES,
                        Target.flameGraph(fleet.selectorOfService(service), some, 8_192));
            } else if (dice < FLAME_GRAPHS + TIME_SERIES) {
                Target.ask(
                        connection,
                        Target.SERIES,
                        Target.series(fleet.selectorOfService(service), some, 60, "instance"));
            } else {
                Target.ask(
                        connection,
                        "LabelValues",
                        Target.labelValues("instance", fleet.selectorOfService(service), some));
            }
        }
    }
}
