package io.flamekeeper.bench.workload;

/// 200 instances at a steady rate: what a profile costs, and how long its sender waits, when the server is not
/// at its limit.
///
/// Options: `--rates 50,100,200,400` profiles/s, `--seconds 60` each, `--connections 16`, `--seed 1`.
final class IngestSteady implements Workload {
    private static final double WARM_UP_SECONDS = 30;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        int seconds = options.number("seconds", 60);
        int connections = options.number("connections", 16);
        int seed = options.number("seed", 1);
        Fleet fleet = Fleet.drawn("steady-" + target.process().pid(), seed, Ingest.aDayAgoNanos());
        var acknowledged = new Acknowledged(fleet);
        figures.row("upload size, median", "%s", fleet.sizes());
        Ingest.closedLoop(target, acknowledged, WARM_UP_SECONDS, connections);
        acknowledged.compare(target, figures);
        for (String rate : options.text("rates", "50,100,200,400").split(",")) {
            long before = acknowledged.count();
            var meter = new Usage.Meter(target.process());
            Latencies latencies =
                    Ingest.paced(
                            target, acknowledged, seconds, Double.parseDouble(rate), connections);
            Usage usage = meter.stop();
            figures.latency(rate + " profiles/s: ack", latencies);
            figures.usage(rate + " profiles/s", usage, acknowledged.count() - before);
        }
        figures.disk("after load", target.process().disk(), acknowledged.count());
        acknowledged.compare(target, figures);
    }
}
