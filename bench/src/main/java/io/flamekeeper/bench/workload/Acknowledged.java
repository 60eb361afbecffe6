package io.flamekeeper.bench.workload;

import io.flamekeeper.bench.workload.Workload.WrongAnswer;
import io.flamekeeper.model.TimeRange;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/// The oracle: which uploads of a fleet were sent and acknowledged, and so every sum there is to know. Safe
/// for use by many threads.
final class Acknowledged {
    private static final double STEP_SECONDS = 60;

    private final Fleet fleet;
    private final AtomicLong next = new AtomicLong();
    private final BitSet numbers = new BitSet();

    Acknowledged(Fleet fleet) {
        this.fleet = fleet;
    }

    Fleet fleet() {
        return fleet;
    }

    /// Number of the next upload to send.
    long next() {
        return next.getAndIncrement();
    }

    synchronized void add(long number) {
        numbers.set((int) number);
    }

    synchronized long count() {
        return numbers.cardinality();
    }

    synchronized long[] numbers() {
        return numbers.stream().asLongStream().toArray();
    }

    long sent() {
        return next.get();
    }

    /// All times of this fleet so far, in whole steps.
    TimeRange range() {
        long start = fleet.startNanos() / 1_000_000;
        long end = fleet.timeNanos(Math.max(0, next.get() - 1) + fleet.instances()) / 1_000_000;
        long step = (long) (1_000 * STEP_SECONDS);
        return new TimeRange(start, start + (end - start + step - 1) / step * step + step);
    }

    long sum(LongPredicate of) {
        long sum = 0;
        for (long number : numbers()) {
            sum += of.test(number) ? fleet.upload(number).sumNanos() : 0;
        }
        return sum;
    }

    /// Sum of what was taken in the range.
    long sum(TimeRange range) {
        return sum(number -> range.contains(fleet.timeNanos(number) / 1_000_000));
    }

    Map<String, Long> selfByFunction(int service) {
        long[] counts = new long[fleet.uploads().size()];
        for (long number : numbers()) {
            if (fleet.instance(number) % fleet.services() == service) {
                counts[fleet.uploadIndex(number)]++;
            }
        }
        Map<String, Long> self = new HashMap<>();
        for (int i = 0; i < counts.length; i++) {
            long count = counts[i];
            if (count > 0) {
                fleet.uploads()
                        .get(i)
                        .selfByFunction()
                        .forEach((name, value) -> self.merge(name, value * count, Long::sum));
            }
        }
        return self;
    }

    private Map<String, Map<Long, Long>> points(TimeRange range) {
        long step = (long) (1_000 * STEP_SECONDS);
        Map<String, Map<Long, Long>> points = new HashMap<>();
        for (long number : numbers()) {
            long since = fleet.timeNanos(number) / 1_000_000 - range.startMillis();
            long end = range.startMillis() + (since + step - 1) / step * step;
            points.computeIfAbsent(fleet.service(number), _ -> new HashMap<>())
                    .merge(end, fleet.upload(number).sumNanos(), Long::sum);
        }
        return points;
    }

    /// Compares the server with everything acknowledged: the total of a cut flame graph, the self value of every
    /// function of every service, every point of the time series, the instances.
    void compare(Target target, Figures figures) throws IOException, WrongAnswer {
        TimeRange range = range();
        same("total", target.total(fleet.selector(), range, 8_192), sum(_ -> true));
        Set<String> functions = new TreeSet<>();
        for (int service = 0; service < fleet.services(); service++) {
            Map<String, Long> expected = selfByFunction(service);
            functions.addAll(expected.keySet());
            same(
                    "self by function of service " + service,
                    target.selfByFunction(fleet.selectorOfService(service), range),
                    expected);
        }
        Map<String, Map<Long, Long>> expected = points(range);
        same(
                "time series",
                target.points(fleet.selector(), range, STEP_SECONDS, "service_name"),
                expected);
        long instances = Math.min(fleet.instances(), count());
        same(
                "instances",
                (long) target.countValues("instance", fleet.selector(), range),
                instances);
        figures.row(
                "equality",
                "%d acknowledged uploads: total, %d functions, %d points of time series, %d instances"
                        + " equal to the nanosecond",
                count(),
                functions.size(),
                expected.values().stream().mapToInt(Map::size).sum(),
                instances);
    }

    static void same(String what, Object answered, Object expected) throws WrongAnswer {
        if (!answered.equals(expected)) {
            throw new WrongAnswer(what, shortened(answered), shortened(expected));
        }
    }

    private static String shortened(Object value) {
        String text = value.toString();
        return text.length() > 500 ? text.substring(0, 500) + "…" : text;
    }
}
