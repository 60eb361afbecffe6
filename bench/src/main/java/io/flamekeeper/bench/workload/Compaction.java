package io.flamekeeper.bench.workload;

/// A day of 200 instances as fast as it goes, then nothing until the server has put everything in order.
///
/// Needs a server that seals soon (`seal-age=10s`). Options: `--seconds 60` of ingest, `--settle 300` seconds at most until
/// the folder is quiet, `--seed 1`.
final class Compaction implements Workload {
    private static final int QUIET_SECONDS = 30;

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        ServerProcess server = target.process();
        Fleet fleet =
                Fleet.drawn(
                        "compaction-" + server.pid(),
                        options.number("seed", 1),
                        Ingest.aDayAgoNanos());
        var acknowledged = new Acknowledged(fleet);
        long before = server.writtenBytes();
        var meter = new Usage.Meter(server);
        Ingest.closedLoop(target, acknowledged, options.number("seconds", 60), 16);
        figures.usage("ingest", meter.stop(), acknowledged.count());
        figures.row(
                "fleet's own time",
                "%.1f h",
                (acknowledged.range().endMillis() - acknowledged.range().startMillis()) / 3.6e6);
        figures.disk("after ingest", server.disk(), acknowledged.count());

        meter = new Usage.Meter(server);
        double seconds = Quiescence.await(server, QUIET_SECONDS, options.number("settle", 300));
        Usage usage = meter.stop();
        figures.row("quiet after", "%.0f s", seconds);
        figures.usage("sealing and compaction", usage, acknowledged.count());
        ServerProcess.Disk disk = server.disk();
        figures.disk("when quiet, everything included", disk, acknowledged.count());
        figures.row(
                "written to kept",
                "%.1f times",
                (double) (server.writtenBytes() - before) / disk.bytes());
        acknowledged.compare(target, figures);
    }
}
