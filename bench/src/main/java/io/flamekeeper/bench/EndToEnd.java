package io.flamekeeper.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesRequest;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesResponse;
import io.flamekeeper.api.querier.v1.SelectSeriesRequest;
import io.flamekeeper.api.types.v1.LabelPair;
import io.flamekeeper.api.types.v1.LabelValuesRequest;
import io.flamekeeper.api.types.v1.LabelValuesResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Durable ingest and queries against a running server, over its public protocol.
///
/// `EndToEnd --target http://127.0.0.1:4040 --pid N --data FOLDER [--seconds 30] [--connections 16] [--seed 1]`
///
/// Load is closed loop: every connection sends its next upload when the last was answered. Answers are
/// checked against the sums of what was sent before any time counts.
public final class EndToEnd {
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    private static final int INSTANCES = 200;
    private static final int SERVICES = 8;
    private static final int UPLOADS = 600;
    private static final long INTERVAL_NANOS = 15_000_000_000L;
    private static final int QUERY_ROUNDS = 30;

    private final URI target;
    private final ServerProcess server;
    private final int seconds;
    private final int connections;
    private final SplittableRandom random;
    private final String run;
    private final long startNanos;
    private final List<Corpus.Upload> uploads = new ArrayList<>();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong sentNanos = new AtomicLong();

    private EndToEnd(Map<String, String> option) {
        target = URI.create(option.getOrDefault("--target", "http://127.0.0.1:4040"));
        server =
                new ServerProcess(
                        Long.parseLong(option.get("--pid")), Path.of(option.get("--data")));
        seconds = Integer.parseInt(option.getOrDefault("--seconds", "30"));
        connections = Integer.parseInt(option.getOrDefault("--connections", "16"));
        long seed = Long.parseLong(option.getOrDefault("--seed", "1"));
        random = new SplittableRandom(seed);
        run = "bench" + seed + "-" + server.pid();
        startNanos = (System.currentTimeMillis() - 3_600_000L) * 1_000_000L;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> option = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            option.put(args[i], args[i + 1]);
        }
        new EndToEnd(option).run();
    }

    private void run() throws Exception {
        Corpus corpus = Corpus.load();
        for (int i = 0; i < UPLOADS; i++) {
            uploads.add(corpus.drawn(random, i, startNanos + (i % 240) * INTERVAL_NANOS));
        }
        int[] sizes = uploads.stream().mapToInt(one -> one.gzip().size()).sorted().toArray();
        int[] rawSizes = uploads.stream().mapToInt(one -> one.raw().length).sorted().toArray();
        row("corpus", "%d windows; %s", corpus.windowCount(), corpus.novelty(random));
        row(
                "upload size, median",
                "%.1f KB gz, %.1f KB raw",
                sizes[UPLOADS / 2] / 1e3,
                rawSizes[UPLOADS / 2] / 1e3);
        row("RSS before load", "%.0f MB", server.residentMegabytes());

        ingest(Math.max(5, seconds / 3), connections);
        long before = next.get();
        double cpuBefore = server.cpuSeconds();
        long wallBefore = System.nanoTime();
        double[] latency = ingest(seconds, connections);
        double wall = (System.nanoTime() - wallBefore) / 1e9;
        double cpu = server.cpuSeconds() - cpuBefore;
        long profiles = next.get() - before;
        row(
                "durable ingest, closed loop",
                "%.0f profiles/s over %.0f s, %d connections",
                profiles / wall,
                wall,
                connections);
        row(
                "server CPU",
                "%.3f CPU-s per 1,000 profiles = %.0f profiles/s/core",
                1e3 * cpu / profiles,
                profiles / cpu);
        row(
                "ack",
                "p50 %.1f ms, p99 %.1f ms, max %.1f ms",
                at(latency, 0.5),
                at(latency, 0.99),
                at(latency, 1));
        double[] calm = ingest(Math.max(5, seconds / 3), 2);
        row("ack, 2 connections", "p50 %.1f ms, p99 %.1f ms", at(calm, 0.5), at(calm, 0.99));
        row(
                "RSS after load",
                "%.0f MB, peak %.0f MB",
                server.residentMegabytes(),
                server.peakMegabytes());
        row(
                "data folder",
                "%.0f B/profile, log included",
                (double) server.diskBytes() / next.get());

        equality();
        query(
                "flame graph, 1 service of " + SERVICES,
                "SelectMergeStacktraces",
                merge("{service_name=\"" + run + "-0\"}"));
        query(
                "flame graph, all " + INSTANCES + " instances",
                "SelectMergeStacktraces",
                merge("{run=\"" + run + "\"}"));
        query(
                "time series by service",
                "SelectSeries",
                SelectSeriesRequest.newBuilder()
                        .setProfileTypeID(CPU)
                        .setLabelSelector("{run=\"" + run + "\"}")
                        .setStart(startNanos / 1_000_000)
                        .setEnd(startNanos / 1_000_000 + 3_700_000)
                        .setStep(15)
                        .addGroupBy("service_name")
                        .build()
                        .toByteArray());
        query(
                "label values",
                "LabelValues",
                LabelValuesRequest.newBuilder()
                        .setName("instance")
                        .setStart(startNanos / 1_000_000)
                        .setEnd(startNanos / 1_000_000 + 3_700_000)
                        .build()
                        .toByteArray());
        row("RSS after queries", "%.0f MB", server.residentMegabytes());
    }

    /// Sends for a while; latencies in milliseconds, sorted.
    private double[] ingest(int seconds, int connections) throws Exception {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        List<Future<double[]>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            for (int i = 0; i < connections; i++) {
                clients.add(threads.submit(() -> send(deadline)));
            }
        }
        List<double[]> all = new ArrayList<>();
        for (Future<double[]> client : clients) {
            all.add(client.get());
        }
        return all.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    }

    private double[] send(long deadline) throws IOException {
        double[] latency = new double[1 << 20];
        int count = 0;
        try (var connection = new HttpConnection(target)) {
            while (System.nanoTime() < deadline && count < latency.length) {
                long number = next.getAndIncrement();
                Corpus.Upload upload = uploads.get((int) (number % UPLOADS));
                byte[] body = push(number, upload);
                long sent = System.nanoTime();
                var answer =
                        connection.post("/push.v1.PusherService/Push", "application/proto", body);
                latency[count++] = (System.nanoTime() - sent) / 1e6;
                if (answer.status() != 200) {
                    throw new IOException(
                            "push: status " + answer.status() + " " + new String(answer.body()));
                }
                sentNanos.addAndGet(upload.sumNanos());
            }
        }
        return Arrays.copyOf(latency, count);
    }

    private byte[] push(long number, Corpus.Upload upload) {
        long instance = number % INSTANCES;
        return PushRequest.newBuilder()
                .addSeries(
                        RawProfileSeries.newBuilder()
                                .addLabels(label("__name__", "process_cpu"))
                                .addLabels(label("service_name", run + "-" + instance % SERVICES))
                                .addLabels(label("instance", "i" + instance))
                                .addLabels(label("round", Long.toString(number / UPLOADS % 10)))
                                .addLabels(label("run", run))
                                .addSamples(RawSample.newBuilder().setRawProfile(upload.gzip())))
                .build()
                .toByteArray();
    }

    private static LabelPair label(String name, String value) {
        return LabelPair.newBuilder().setName(name).setValue(value).build();
    }

    private byte[] merge(String selector) {
        return SelectMergeStacktracesRequest.newBuilder()
                .setProfileTypeID(CPU)
                .setLabelSelector(selector)
                .setStart(startNanos / 1_000_000)
                .setEnd(startNanos / 1_000_000 + 3_700_000)
                .build()
                .toByteArray();
    }

    /// Stops the run unless the server's sums are those of what was sent.
    private void equality() throws IOException {
        long total =
                flamegraphTotal(call("SelectMergeStacktraces", merge("{run=\"" + run + "\"}")));
        if (total != sentNanos.get()) {
            throw new IOException(
                    "total: "
                            + total
                            + " (expected: "
                            + sentNanos.get()
                            + ", what was acknowledged)");
        }
        LabelValuesResponse instances =
                LabelValuesResponse.parseFrom(
                        call(
                                "LabelValues",
                                LabelValuesRequest.newBuilder()
                                        .setName("instance")
                                        .addMatchers("{run=\"" + run + "\"}")
                                        .setStart(startNanos / 1_000_000)
                                        .setEnd(startNanos / 1_000_000 + 3_700_000)
                                        .build()
                                        .toByteArray()));
        row(
                "equality",
                "total of %d acknowledged uploads equal to the nanosecond, %d instances",
                next.get(),
                instances.getNamesCount());
    }

    private static long flamegraphTotal(byte[] answer) throws InvalidProtocolBufferException {
        return SelectMergeStacktracesResponse.parseFrom(answer).getFlamegraph().getTotal();
    }

    private byte[] call(String method, byte[] request) throws IOException {
        try (var connection = new HttpConnection(target)) {
            var answer =
                    connection.post(
                            "/querier.v1.QuerierService/" + method, "application/proto", request);
            if (answer.status() != 200) {
                throw new IOException(
                        method + ": status " + answer.status() + " " + new String(answer.body()));
            }
            return answer.body();
        }
    }

    private void query(String name, String method, byte[] request) throws IOException {
        double[] millis = new double[QUERY_ROUNDS];
        double cpuBefore = server.cpuSeconds();
        int bytes = 0;
        for (int round = 0; round < QUERY_ROUNDS; round++) {
            long sent = System.nanoTime();
            bytes = call(method, request).length;
            millis[round] = (System.nanoTime() - sent) / 1e6;
        }
        double cpu = server.cpuSeconds() - cpuBefore;
        Arrays.sort(millis);
        row(
                name,
                "p50 %.1f ms, p99 %.1f ms, %.1f CPU-ms, %d KB",
                at(millis, 0.5),
                at(millis, 0.99),
                1e3 * cpu / QUERY_ROUNDS,
                bytes / 1000);
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, quantile * sorted.length)];
    }

    private static void row(String name, String format, Object... args) {
        System.out.printf("| %s | %s |%n", name, String.format(Locale.ROOT, format, args));
    }
}
