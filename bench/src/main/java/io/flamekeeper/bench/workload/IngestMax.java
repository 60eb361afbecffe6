package io.flamekeeper.bench.workload;

/// As fast as it goes, with uploads of three sizes.
///
/// Options: `--seconds 60` each, `--connections 16`, `--seed 1`, `--sizes small,median,large`.
final class IngestMax implements Workload {
    private static final double WARM_UP_SECONDS = 15;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        int connections = options.number("connections", 16);
        for (String size : options.text("sizes", "small,median,large").split(",")) {
            Fleet fleet = fleet(size, target, options.number("seed", 1));
            var acknowledged = new Acknowledged(fleet);
            figures.row(size + ": upload size, median", "%s", fleet.sizes());
            Ingest.closedLoop(target, acknowledged, WARM_UP_SECONDS, connections);
            acknowledged.compare(target, figures);
            long before = acknowledged.count();
            var meter = new Usage.Meter(target.process());
            Latencies latencies =
                    Ingest.closedLoop(
                            target, acknowledged, options.number("seconds", 60), connections);
            Usage usage = meter.stop();
            long profiles = acknowledged.count() - before;
            figures.row(
                    size + ": durable ingest",
                    "%.0f profiles/s, %.1f MB/s raw per core",
                    profiles / usage.wallSeconds(),
                    profiles * fleet.rawBytesMean() / 1e6 / usage.cpuSeconds());
            figures.latency(size + ": ack", latencies);
            figures.usage(size, usage, profiles);
            acknowledged.compare(target, figures);
        }
    }

    private static Fleet fleet(String size, Target target, int seed) throws Exception {
        String run = size + "-" + target.process().pid();
        long start = Ingest.aDayAgoNanos();
        return switch (size) {
            case "small" -> Fleet.sized(run, seed, start, Fleet.UPLOADS, 40);
            case "median" -> Fleet.drawn(run, seed, start);
            case "large" -> Fleet.sized(run, seed, start, 60, 9_000);
            default ->
                    throw new IllegalArgumentException(
                            "--sizes: " + size + " (expected: small, median, large)");
        };
    }
}
