package io.flamekeeper.bench.workload;

import io.flamekeeper.model.TimeRange;

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
        long writtenBefore = server.writtenBytes();
        var meter = new Usage.Meter(server);
        Ingest.closedLoop(target, acknowledged, options.number("seconds", 60), 16);
        Usage ingest = meter.stop();
        ServerProcess.Disk afterIngest = server.disk();
        double residentBefore = server.residentMegabytes();
        meter = new Usage.Meter(server);
        double seconds = Quiescence.await(server, QUIET_SECONDS, options.number("settle", 300));
        Usage compaction = meter.stop();
        ServerProcess.Disk quiet = server.disk();
        long written = server.writtenBytes() - writtenBefore;

        // Not before: the server would need memory for its answers.
        acknowledged.compare(target, figures);
        long profiles = acknowledged.count();
        TimeRange range = acknowledged.range();
        figures.row(
                "fleet's own time", "%.1f h", (range.endMillis() - range.startMillis()) / 3.6e6);
        figures.usage("ingest", ingest, profiles);
        figures.disk("after ingest", afterIngest, profiles);
        figures.row("quiet after", "%.0f s", seconds);
        figures.usage("sealing and compaction", compaction, profiles);
        figures.row(
                "memory above that after ingest",
                "%.0f MB",
                compaction.peakMegabytes() - residentBefore);
        figures.disk("when quiet, everything included", quiet, profiles);
        figures.row("written to kept", "%.1f times", (double) written / quiet.bytes());
    }
}
