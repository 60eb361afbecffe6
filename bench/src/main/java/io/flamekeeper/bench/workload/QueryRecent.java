package io.flamekeeper.bench.workload;

import io.flamekeeper.model.TimeRange;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/// Questions about the last minutes while 200 instances send, and how soon an acknowledged profile is seen.
///
/// One instance's last 15 min and one service's last hour are filled first, in compressed time. Options:
/// `--rounds 50`, `--rate 50` profiles/s meanwhile, `--seed 1`.
final class QueryRecent implements Workload {
    private static final int MINUTES = 60;
    private static final int MARKERS = 50;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        int rounds = options.number("rounds", 50);
        long hourAgo = (System.currentTimeMillis() / 60_000 - MINUTES) * 60_000 * 1_000_000;
        Fleet fleet =
                Fleet.drawn("recent-" + target.process().pid(), options.number("seed", 1), hourAgo);
        var acknowledged = new Acknowledged(fleet);
        long hour = MINUTES * 60_000_000_000L / Fleet.INTERVAL_NANOS * fleet.instances();
        Ingest.inParallel(
                8,
                () -> {
                    try (var connection = target.connect()) {
                        while (acknowledged.sent() < hour) {
                            long number = acknowledged.next();
                            Target.send(connection, fleet.push(number));
                            acknowledged.add(number);
                        }
                    }
                });
        acknowledged.compare(target, figures);

        TimeRange lastHour = acknowledged.range();
        TimeRange lastQuarter =
                new TimeRange(lastHour.endMillis() - 16 * 60_000L, lastHour.endMillis());
        var asked = new CountDownLatch(1);
        try (var background = Executors.newSingleThreadExecutor()) {
            // Enough of the same for as long as the questions take; cut off when they are done.
            var sending =
                    background.submit(() -> keepSending(target, acknowledged, options, asked));
            try {
                ask(target, figures, fleet, rounds, lastHour, lastQuarter);
                freshness(target, figures, lastHour);
            } finally {
                asked.countDown();
            }
            sending.get();
        }
    }

    private static boolean keepSending(
            Target target, Acknowledged acknowledged, Options options, CountDownLatch over)
            throws Exception {
        while (over.getCount() > 0) {
            Ingest.paced(target, acknowledged, 1, options.number("rate", 50), 4);
        }
        return true;
    }

    private static void ask(
            Target target,
            Figures figures,
            Fleet fleet,
            int rounds,
            TimeRange lastHour,
            TimeRange lastQuarter)
            throws IOException {
        figures.row(
                "flame graph, one instance, 15 min",
                "%s",
                Questions.ask(
                        target,
                        Target.STACKTRACES,
                        rounds,
                        round ->
                                Target.flameGraph(
                                        fleet.selectorOfInstance(round % fleet.instances()),
                                        EndToEnd.later(lastQuarter, round),
                                        8_192)));
        figures.row(
                "flame graph, one service, 1 h",
                "%s",
                Questions.ask(
                        target,
                        Target.STACKTRACES,
                        rounds,
                        round ->
                                Target.flameGraph(
                                        fleet.selectorOfService(round % fleet.services()),
                                        EndToEnd.later(lastHour, round),
                                        8_192)));
        var latencies = new Latencies();
        int bytes = 0;
        try (var connection = target.connect()) {
            for (int round = 0; round < rounds; round++) {
                TimeRange range = EndToEnd.later(lastHour, round);
                String query = Target.CPU + fleet.selectorOfService(round % fleet.services());
                String path =
                        "/pyroscope/render?query="
                                + URLEncoder.encode(query, StandardCharsets.UTF_8)
                                + "&from="
                                + range.startMillis()
                                + "&until="
                                + range.endMillis()
                                + "&max-nodes=8192&format=json";
                long sent = System.nanoTime();
                var answer = connection.get(path);
                latencies.add((System.nanoTime() - sent) / 1e6);
                if (answer.status() != 200) {
                    throw new IOException("render: status " + answer.status());
                }
                bytes = answer.body().length;
            }
        }
        figures.row("/pyroscope/render, one service, 1 h", "%s, %.1f KB", latencies, bytes / 1e3);
    }

    /// From the acknowledgement of a profile to the answer that has it.
    private static void freshness(Target target, Figures figures, TimeRange range)
            throws Exception {
        Fleet small = Fleet.sized("marker", 1, range.startMillis() * 1_000_000, 1, 5);
        var latencies = new Latencies();
        int asked = 0;
        try (var connection = target.connect()) {
            for (int marker = 0; marker < MARKERS; marker++) {
                String name = "m" + marker + "-" + target.process().pid();
                byte[] push =
                        Target.push(
                                java.util.Map.of(
                                        "__name__", "process_cpu",
                                        "service_name", "marker",
                                        "marker", name),
                                small.upload(0).at(small.timeNanos(0)));
                Target.send(connection, push);
                long acknowledged = System.nanoTime();
                long total = 0;
                while (total == 0) {
                    total = target.total("{marker=\"" + name + "\"}", range, 8_192);
                    asked++;
                }
                latencies.add((System.nanoTime() - acknowledged) / 1e6);
                Acknowledged.same("marker", total, small.upload(0).sumNanos());
            }
        }
        figures.row(
                "acknowledged to answered with it",
                "%s, %.2f questions each",
                latencies,
                (double) asked / MARKERS);
    }
}
