package io.flamekeeper.bench.workload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Sends what a fleet has.
final class Ingest {
    private Ingest() {}

    /// How an upload is sent. Anything but success is an error.
    @FunctionalInterface
    interface Door {
        void send(HttpConnection connection, long number) throws IOException;
    }

    /// As fast as it is answered.
    static Latencies closedLoop(
            Target target, Acknowledged acknowledged, double seconds, int connections)
            throws Exception {
        Fleet fleet = acknowledged.fleet();
        return closedLoop(
                target,
                acknowledged,
                seconds,
                connections,
                (connection, number) -> Target.send(connection, fleet.push(number)));
    }

    /// As above, by another door.
    static Latencies closedLoop(
            Target target, Acknowledged acknowledged, double seconds, int connections, Door door)
            throws Exception {
        long deadline = System.nanoTime() + (long) (seconds * 1e9);
        var latencies = new Latencies();
        inParallel(
                connections,
                () -> {
                    try (var connection = target.connect()) {
                        while (System.nanoTime() < deadline) {
                            long number = acknowledged.next();
                            long sent = System.nanoTime();
                            door.send(connection, number);
                            latencies.add((System.nanoTime() - sent) / 1e6);
                            acknowledged.add(number);
                        }
                    }
                });
        return latencies;
    }

    /// At a steady rate. An upload's latency counts from when it was due, so a server that stalls does not hide
    /// the uploads that had to wait behind it.
    static Latencies paced(
            Target target,
            Acknowledged acknowledged,
            double seconds,
            double perSecond,
            int connections)
            throws Exception {
        var latencies = new Latencies();
        var turn = new AtomicLong();
        long start = System.nanoTime();
        long count = (long) (seconds * perSecond);
        inParallel(
                connections,
                () -> {
                    try (var connection = target.connect()) {
                        for (long i = turn.getAndIncrement();
                                i < count;
                                i = turn.getAndIncrement()) {
                            long due = start + (long) (i * 1e9 / perSecond);
                            long number = acknowledged.next();
                            byte[] push = acknowledged.fleet().push(number);
                            long wait = due - System.nanoTime();
                            if (wait > 0) {
                                Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
                            }
                            Target.send(connection, push);
                            latencies.add((System.nanoTime() - due) / 1e6);
                            acknowledged.add(number);
                        }
                    }
                });
        return latencies;
    }

    /// What one client does.
    @FunctionalInterface
    interface Client {
        void run() throws IOException, InterruptedException;
    }

    static void inParallel(int clients, Client client) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            for (int i = 0; i < clients; i++) {
                all.add(
                        threads.submit(() -> {
                            client.run();
                            return null;
                        }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /// When a fleet starts whose time runs faster than ours: a day ago, at a whole hour.
    static long aDayAgoNanos() {
        long hourMillis = 3_600_000;
        return (System.currentTimeMillis() / hourMillis - 24) * hourMillis * 1_000_000;
    }
}
