package io.flamekeeper.bench.workload;

import io.flamekeeper.bench.Corpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/// Virtual instances of some services that take turns in sending drawn uploads, one every 15 s of their own time.
///
/// Everything follows from the number of an upload: instance, content and time. So what was acknowledged is
/// remembered as a set of numbers, see [Acknowledged].
///
/// @param run        names this run in a label, so that one folder can serve several
/// @param uploads    what is sent
/// @param startNanos when the first instance sends first, nanoseconds since the Unix epoch
record Fleet(
        String run, int services, int instances, List<StampedUpload> uploads, long startNanos) {
    static final long INTERVAL_NANOS = 15_000_000_000L;
    static final int UPLOADS = 600;
    private static final int STRIDE = 7;

    /// 200 instances of 8 services.
    static Fleet drawn(String run, long seed, long startNanos) throws IOException {
        Corpus corpus = Corpus.load();
        var random = new SplittableRandom(seed);
        return of(run, UPLOADS, startNanos, i -> new StampedUpload(corpus.mixed(random, i)));
    }

    /// Its uploads have so many samples each.
    static Fleet sized(String run, long seed, long startNanos, int uploads, int samples)
            throws IOException {
        Corpus corpus = Corpus.load();
        var random = new SplittableRandom(seed);
        return of(
                run, uploads, startNanos, i -> new StampedUpload(corpus.sized(random, i, samples)));
    }

    private static Fleet of(
            String run, int count, long startNanos, IntFunction<StampedUpload> draw) {
        List<StampedUpload> uploads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            uploads.add(draw.apply(i));
        }
        return new Fleet(run, 8, 200, List.copyOf(uploads), startNanos);
    }

    int instance(long number) {
        return (int) (number % instances);
    }

    String service(long number) {
        return run + "-" + instance(number) % services;
    }

    int uploadIndex(long number) {
        return (int) ((number / instances + (long) STRIDE * instance(number)) % uploads.size());
    }

    StampedUpload upload(long number) {
        return uploads.get(uploadIndex(number));
    }

    /// Instances are spread over the interval; none sends at its very start.
    long timeNanos(long number) {
        return startNanos
                + number / instances * INTERVAL_NANOS
                + (instance(number) + 1) * (INTERVAL_NANOS / (instances + 1));
    }

    byte[] push(long number) {
        return Target.push(
                Map.of(
                        "__name__",
                        "process_cpu",
                        "service_name",
                        service(number),
                        "instance",
                        "i" + instance(number),
                        "run",
                        run),
                upload(number).at(timeNanos(number)));
    }

    String selector() {
        return "{run=\"" + run + "\"}";
    }

    String selectorOfService(int service) {
        return "{service_name=\"" + run + "-" + service + "\"}";
    }

    String selectorOfInstance(int instance) {
        return "{run=\"" + run + "\",instance=\"i" + instance + "\"}";
    }

    /// Medians of what an upload takes.
    String sizes() {
        int[] gzip = uploads.stream().mapToInt(StampedUpload::gzipBytes).sorted().toArray();
        int[] raw = uploads.stream().mapToInt(StampedUpload::rawBytes).sorted().toArray();
        return "%.1f KB gz, %.1f KB raw"
                .formatted(gzip[gzip.length / 2] / 1e3, raw[raw.length / 2] / 1e3);
    }

    double rawBytesMean() {
        return uploads.stream().mapToInt(StampedUpload::rawBytes).average().orElseThrow();
    }
}
