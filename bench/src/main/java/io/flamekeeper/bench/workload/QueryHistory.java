package io.flamekeeper.bench.workload;

import com.google.protobuf.Message;
import io.flamekeeper.bench.workload.History.Layer;
import io.flamekeeper.model.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Questions about a folder that [HistoryLoader] filled: up to 1,000 series and 30 days.
///
/// Cold: the first of its kind, after the folder's files were dropped from the page cache. Then everything is compared with
/// what was loaded. Warm: again and again, each time a little later, so that no kept answer fits. Same: the very
/// same question again. Options: `--data` that was loaded, `--rounds 20`.
final class QueryHistory implements Workload {
    private static final int NODES = 8_192;

    /// A question and what its layer must be asked.
    private record Cell(
            String name, Layer layer, String method, Function<TimeRange, Message> question) {}

    @Override
    public void run(Options options, Figures figures) throws Exception {
        Target target = options.target();
        History history = History.read(History.file(options.data()));
        int rounds = options.number("rounds", 20);
        List<Cell> cells = cells(history);
        Map<Cell, Double> cold = new HashMap<>();
        for (Cell cell : cells) {
            cold.put(cell, cold(target, cell));
        }
        for (Layer layer : history.layers()) {
            compare(target, layer, figures);
        }
        for (Cell cell : cells) {
            Questions.Result warm =
                    Questions.ask(
                            target,
                            cell.method,
                            rounds,
                            round -> cell.question.apply(later(cell.layer, round)));
            Questions.Result same =
                    Questions.ask(
                            target,
                            cell.method,
                            rounds,
                            _ -> cell.question.apply(cell.layer.range()));
            figures.row(
                    cell.name,
                    "warm %s; cold %.1f ms; same p50 %.1f ms",
                    warm,
                    cold.get(cell),
                    same.latencies().quantile(0.5));
        }
        figures.row(
                "RSS after questions",
                "%.0f MB, peak %.0f MB",
                target.process().residentMegabytes(),
                target.process().peakMegabytes());
    }

    private static List<Cell> cells(History history) {
        List<Cell> cells = new ArrayList<>();
        for (Layer layer : history.layers()) {
            String size =
                    "%d series x %d h at %d s"
                            .formatted(
                                    layer.services() * layer.series(),
                                    layer.hours(),
                                    layer.intervalSeconds());
            cells.add(
                    new Cell(
                            "flame graph, " + size,
                            layer,
                            Target.STACKTRACES,
                            range -> Target.flameGraph(layer.selector(), range, NODES)));
            if (layer.services() > 1) {
                cells.add(
                        new Cell(
                                "flame graph of 1 of its services, layer " + layer.name(),
                                layer,
                                Target.STACKTRACES,
                                range ->
                                        Target.flameGraph(
                                                "{service_name=\"" + layer.service(0) + "\"}",
                                                range,
                                                NODES)));
            }
            cells.add(
                    new Cell(
                            "flame graph of 1 worker, layer " + layer.name(),
                            layer,
                            Target.STACKTRACES,
                            range ->
                                    Target.flameGraph(
                                            "{layer=\"" + layer.name() + "\",worker_id=\"w1\"}",
                                            range,
                                            NODES)));
            double step = Math.max(60, layer.hours() * 3_600.0 / 200);
            cells.add(
                    new Cell(
                            "time series by service, " + size,
                            layer,
                            Target.SERIES,
                            range -> Target.series(layer.selector(), range, step, "service_name")));
            cells.add(
                    new Cell(
                            "label values, " + size,
                            layer,
                            "LabelValues",
                            range -> Target.labelValues("worker_id", layer.selector(), range)));
        }
        return cells;
    }

    private static double cold(Target target, Cell cell) throws IOException, InterruptedException {
        target.process().dropFileCaches();
        long sent = System.nanoTime();
        target.ask(cell.method, cell.question.apply(cell.layer.range()));
        return (System.nanoTime() - sent) / 1e6;
    }

    /// Ends and begins inside of buckets, elsewhere each time.
    private static TimeRange later(Layer layer, int round) {
        long shift = (round + 1) * 17_000L % 900_000;
        return new TimeRange(
                layer.range().startMillis() + shift, layer.range().endMillis() - shift / 3);
    }

    static void compare(Target target, Layer layer, Figures figures)
            throws IOException, WrongAnswer {
        Acknowledged.same(
                "total of " + layer.name(),
                target.total(layer.selector(), layer.range(), NODES),
                layer.sum());
        Acknowledged.same(
                "self by function of " + layer.name(),
                target.selfByFunction(layer.selector(), layer.range()),
                layer.selfByFunction());
        Map<String, Map<Long, Long>> expected = new HashMap<>();
        for (int service = 0; service < layer.services(); service++) {
            Map<Long, Long> points = new HashMap<>();
            long[] sums = layer.hours(service);
            for (int hour = 0; hour < sums.length; hour++) {
                if (sums[hour] != 0) {
                    points.put(layer.startMillis() + (hour + 1) * History.HOUR_MILLIS, sums[hour]);
                }
            }
            expected.put(layer.service(service), points);
        }
        // A step holds its end, so the range reaches one millisecond past the last.
        TimeRange range = new TimeRange(layer.range().startMillis(), layer.range().endMillis() + 1);
        Acknowledged.same(
                "time series of " + layer.name(),
                target.points(layer.selector(), range, 3_600, "service_name"),
                expected);
        figures.row(
                "equality, layer " + layer.name(),
                "%d profiles: total, %d functions, %d hours of %d services equal to the nanosecond",
                layer.profiles(),
                layer.selfByFunction().size(),
                layer.hours(),
                layer.services());
    }
}
