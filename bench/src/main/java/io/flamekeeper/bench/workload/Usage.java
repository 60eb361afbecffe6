package io.flamekeeper.bench.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/// What a server used between two moments.
///
/// @param residentMegabytes mean of a look every 100 ms
/// @param peakMegabytes     the highest of them
/// @param stealShare        share of the processors' time that the host gave to others
/// @param load              load average of the last minute, at the end
record Usage(
        double wallSeconds,
        double cpuSeconds,
        long writtenBytes,
        double residentMegabytes,
        double peakMegabytes,
        double stealShare,
        double load) {
    private static final int LOOK_MILLIS = 100;

    /// Measures from the constructor to [#stop].
    static final class Meter {
        private final ServerProcess server;
        private final long startNanos = System.nanoTime();
        private final double cpuBefore;
        private final long writtenBefore;
        private final long[] processorsBefore;
        private final Thread looking;
        private volatile boolean isOver;
        private double residentSum;
        private double residentMax;
        private int looks;

        Meter(ServerProcess server) throws IOException {
            this.server = server;
            cpuBefore = server.cpuSeconds();
            writtenBefore = server.writtenBytes();
            processorsBefore = processors();
            looking = Thread.ofPlatform().daemon().start(this::look);
        }

        private void look() {
            try {
                while (!isOver) {
                    double resident = server.residentMegabytes();
                    residentSum += resident;
                    residentMax = Math.max(residentMax, resident);
                    looks++;
                    Thread.sleep(LOOK_MILLIS);
                }
            } catch (IOException | InterruptedException _) {
                // The server is gone; what was seen so far counts.
                return;
            }
        }

        Usage stop() throws IOException, InterruptedException {
            double wall = (System.nanoTime() - startNanos) / 1e9;
            double cpu = server.cpuSeconds() - cpuBefore;
            isOver = true;
            looking.join();
            long[] processors = processors();
            double all = Math.max(1, processors[0] - processorsBefore[0]);
            return new Usage(
                    wall,
                    cpu,
                    server.writtenBytes() - writtenBefore,
                    residentSum / Math.max(1, looks),
                    residentMax,
                    (processors[1] - processorsBefore[1]) / all,
                    loadAverage());
        }
    }

    String memory() {
        return String.format(
                Locale.ROOT, "%.0f MB mean, %.0f MB peak", residentMegabytes, peakMegabytes);
    }

    String machine() {
        return String.format(Locale.ROOT, "steal %.1f %%, load %.1f", 100 * stealShare, load);
    }

    /// Ticks of all processors: altogether, and stolen.
    private static long[] processors() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            String[] field = lines.findFirst().orElseThrow().trim().split("\\s+");
            long all = 0;
            for (int i = 1; i < field.length; i++) {
                all += Long.parseLong(field[i]);
            }
            return new long[] {all, Long.parseLong(field[8])};
        }
    }

    private static double loadAverage() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    }
}
