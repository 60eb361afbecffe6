package io.flamekeeper.bench.workload;

import io.flamekeeper.model.TimeRange;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/// The server is killed under load again and again. What was acknowledged is there each time, exactly once; what was
/// under way is there once or not at all.
///
/// Options: `--command` that runs a server on any free port, `--data` an empty folder, `--kills 20`, `--connections 8`,
/// `--seed 1`.
final class Recovery implements Workload {
    private static final int LOAD_MILLIS_MAX = 3_000;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        int seed = options.number("seed", 1);
        int kills = options.number("kills", 20);
        var random = new SplittableRandom(seed);
        var acknowledged = new Acknowledged(Fleet.drawn("recovery", seed, Ingest.aDayAgoNanos()));
        var ready = new Latencies();
        long unanswered = 0;
        long logBytes = 0;
        OwnServer server = OwnServer.start(options, options.data());
        try {
            for (int kill = 0; kill < kills; kill++) {
                loadAndKill(server, acknowledged, options, 200 + random.nextInt(LOAD_MILLIS_MAX));
                logBytes = Math.max(logBytes, server.target().process().disk().bytes());
                server = OwnServer.start(options, options.data());
                ready.add(1e3 * server.readySeconds());
                Set<Long> stored = stored(server.target(), acknowledged);
                List<Long> lost =
                        LongStream.of(acknowledged.numbers())
                                .boxed()
                                .filter(number -> !stored.contains(number))
                                .toList();
                Acknowledged.same("acknowledged and lost, kill " + kill, lost, List.of());
                for (long number : stored) {
                    // From here on its sender need not have heard of it.
                    unanswered +=
                            LongStream.of(acknowledged.numbers()).noneMatch(n -> n == number)
                                    ? 1
                                    : 0;
                }
                stored.forEach(acknowledged::add);
            }
            acknowledged.compare(server.target(), figures);
        } finally {
            server.close();
        }
        figures.row(
                "kill -9 under load",
                "%d kills, %d acknowledged or seen, 0 lost, 0 twice, %d stored without an answer",
                kills,
                acknowledged.count(),
                unanswered);
        figures.row("folder at the last kill", "%.1f MB", logBytes / 1e6);
        figures.latency("killed to ready", ready);
    }

    private static void loadAndKill(
            OwnServer server, Acknowledged acknowledged, Options options, int millis)
            throws Exception {
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<?> load =
                    threads.submit(() -> {
                        Ingest.inParallel(
                                options.number("connections", 8),
                                () -> sendUntilGone(server.target(), acknowledged));
                        return null;
                    });
            Thread.sleep(millis);
            server.kill();
            load.get();
        }
    }

    private static void sendUntilGone(Target target, Acknowledged acknowledged) {
        try (var connection = target.connect()) {
            while (true) {
                long number = acknowledged.next();
                Target.send(connection, acknowledged.fleet().push(number));
                acknowledged.add(number);
            }
        } catch (IOException _) {
            // Killed: what was under way stays sent and not acknowledged.
            return;
        }
    }

    /// The numbers of all uploads that are stored. Every instance sends once in an interval, so a point of the
    /// series by instance is one upload.
    private static Set<Long> stored(Target target, Acknowledged acknowledged)
            throws IOException, WrongAnswer {
        Fleet fleet = acknowledged.fleet();
        TimeRange range = acknowledged.range();
        double step = Fleet.INTERVAL_NANOS / 1e9;
        Map<String, Map<Long, Long>> points =
                new HashMap<>(target.points(fleet.selector(), range, step, "instance"));
        Set<Long> stored = new HashSet<>();
        for (long number = 0; number < acknowledged.sent(); number++) {
            long end =
                    range.startMillis() + (number / fleet.instances() + 1) * (long) (1_000 * step);
            Map<Long, Long> ofInstance =
                    points.getOrDefault("i" + fleet.instance(number), Map.of());
            Long value = ofInstance.get(end);
            if (value != null) {
                Acknowledged.same("upload " + number, value, fleet.upload(number).sumNanos());
                stored.add(number);
            }
        }
        return stored;
    }
}
