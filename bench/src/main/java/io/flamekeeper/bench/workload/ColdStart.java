package io.flamekeeper.bench.workload;

import com.google.protobuf.Message;
import io.flamekeeper.bench.workload.History.Layer;
import java.util.function.IntFunction;

/// A server starts on a folder that [HistoryLoader] filled, with nothing of it in the page cache.
///
/// Options: `--command` that runs a server on any free port, `--data`, `--starts 5`, `--layer hour` whose flame graph is
/// the first question.
final class ColdStart implements Workload {
    @Override
    public void run(Options options, Figures figures) throws Exception {
        History history = History.read(History.file(options.data()));
        Layer layer = history.layer(options.text("layer", "hour"));
        var ready = new Latencies();
        var ingested = new Latencies();
        var answered = new Latencies();
        var warm = new Latencies();
        double resident = 0;
        IntFunction<Message> question =
                round ->
                        Target.flameGraph(
                                layer.selector(), EndToEnd.later(layer.range(), round), 8_192);
        Fleet one = Fleet.sized("cold", 1, Ingest.aDayAgoNanos(), 1, 300);
        int starts = options.number("starts", 5);
        for (int start = 0; start < starts; start++) {
            new ServerProcess(ProcessHandle.current().pid(), options.data()).dropFileCaches();
            long started = System.nanoTime();
            try (OwnServer server = OwnServer.start(options, options.data())) {
                ready.add(1e3 * server.readySeconds());
                Target target = server.target();
                resident = Math.max(resident, target.process().residentMegabytes());
                try (var connection = target.connect()) {
                    Target.send(connection, one.push((long) start * one.instances()));
                }
                ingested.add((System.nanoTime() - started) / 1e6);
                long total = target.total(layer.selector(), layer.range(), 8_192);
                answered.add((System.nanoTime() - started) / 1e6);
                Acknowledged.same("total of " + layer.name(), total, layer.sum());
                Questions.Result result = Questions.ask(target, Target.STACKTRACES, 20, question);
                warm.add(result.latencies().quantile(0.5));
                QueryHistory.compare(target, layer, figures);
            }
        }
        figures.row(
                "folder",
                "%.1f MB in %d files",
                new ServerProcess(ProcessHandle.current().pid(), options.data()).disk().bytes()
                        / 1e6,
                new ServerProcess(ProcessHandle.current().pid(), options.data()).disk().files());
        figures.latency("started to ready", ready);
        figures.latency("started to first acknowledgement", ingested);
        figures.latency("started to first right flame graph", answered);
        figures.latency("p50 of 20 flame graphs after it", warm);
        figures.row("RSS when ready", "%.0f MB", resident);
    }
}
