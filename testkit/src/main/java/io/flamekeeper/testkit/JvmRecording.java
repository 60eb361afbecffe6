package io.flamekeeper.testkit;

import io.flamekeeper.intake.Gzip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;

/// Makes this JVM record itself while it computes, allocates, waits for monitors and parks.
public final class JvmRecording {
    private static final int OWN_BYTES_MAX = 4 << 20;
    private static final Object MONITOR = new Object();

    private JvmRecording() {}

    /// What was once recorded of a JVM that compiles and compresses, kept beside this class: `cpu-alloc-lock`
    /// and `wall-live-malloc` by a native profiler, without the events that tell of the machine;
    /// `jdk-allocation` by the JDK.
    public static byte[] own(String name) throws IOException {
        try (InputStream in =
                JvmRecording.class.getResourceAsStream("/recordings/jfr/" + name + ".jfr.gz")) {
            byte[] zipped = Objects.requireNonNull(in, name).readAllBytes();
            return Gzip.inflate(zipped, OWN_BYTES_MAX, name);
        }
    }

    /// What is to be sampled when threads run.
    public enum Sampling {
        /// `jdk.ExecutionSample`
        EXECUTION,
        /// `jdk.CPUTimeSample`; Linux only.
        CPU_TIME
    }

    /// @param time how long, at least; the recording then has two chunks
    /// @return a whole recording file
    public static byte[] record(Sampling sampling, Duration time)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("recorded", ".jfr");
        try (var recording = new Recording()) {
            switch (sampling) {
                case EXECUTION ->
                        recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
                case CPU_TIME -> recording.enable("jdk.CPUTimeSample").with("throttle", "5ms");
            }
            recording.enable("jdk.ObjectAllocationSample").with("throttle", "2000/s");
            recording.enable("jdk.ObjectAllocationInNewTLAB").withStackTrace();
            recording.enable("jdk.ObjectAllocationOutsideTLAB").withStackTrace();
            recording.enable("jdk.JavaMonitorEnter").withoutThreshold().withStackTrace();
            recording.enable("jdk.ThreadPark").withoutThreshold().withStackTrace();
            recording.enable("jdk.GarbageCollection");
            recording.start();
            work(time.dividedBy(2));
            // Another one that starts makes all of them begin a new chunk.
            try (var other = new Recording()) {
                other.start();
                work(time.dividedBy(2));
            }
            recording.stop();
            recording.dump(file);
            return Files.readAllBytes(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void work(Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            int seed = number;
            threads.add(Thread.ofPlatform().start(() -> new Worker(seed).run(deadline)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static final class Worker {
        private final ArrayDeque<byte[]> kept = new ArrayDeque<>();
        private long state;

        Worker(int seed) {
            state = seed;
        }

        void run(long deadline) {
            while (System.nanoTime() < deadline) {
                compute(12);
                allocate();
                contend();
                LockSupport.parkNanos(1);
            }
        }

        private int compute(int depth) {
            if (depth == 0) {
                for (int i = 0; i < 20_000; i++) {
                    state = state * 6_364_136_223_846_793_005L + 1;
                }
                return (int) state;
            }
            return (depth & 1) == 0 ? compute(depth - 1) : other(depth - 1);
        }

        private int other(int depth) {
            return compute(depth) + 1;
        }

        private void allocate() {
            kept.add(new byte[(int) (state >>> 50)]);
            kept.add(Long.toString(state).getBytes(StandardCharsets.UTF_8));
            kept.add(new byte[300_000]);
            while (kept.size() > 30) {
                kept.remove();
            }
        }

        private void contend() {
            synchronized (MONITOR) {
                for (int i = 0; i < 20_000; i++) {
                    state = state * 31 + i;
                }
            }
        }
    }
}
