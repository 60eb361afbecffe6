package io.flamekeeper.bench.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What the kernel knows of a running server. Linux only.
///
/// @param pid  its process id
/// @param data its data folder
record ServerProcess(long pid, Path data) {
    private static final double TICKS_PER_SECOND = 100;

    /// User and system time of the process so far.
    double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] field = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(field[11]) + Long.parseLong(field[12])) / TICKS_PER_SECOND;
    }

    double residentMegabytes() throws IOException {
        return statusKilobytes("VmRSS:") / 1024;
    }

    double peakMegabytes() throws IOException {
        return statusKilobytes("VmHWM:") / 1024;
    }

    private double statusKilobytes(String key) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith(key))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// Bytes that the process has caused to be written to a disk so far.
    long writtenBytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/io"))) {
            return lines.filter(line -> line.startsWith("write_bytes:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// What the data folder takes.
    ///
    /// @param files          how many
    /// @param bytes          sum of their sizes
    /// @param allocatedBytes what the file system gave them
    record Disk(int files, long bytes, long allocatedBytes) {}

    /// Everything in the data folder: segments, logs, catalogs, reserve.
    Disk disk() throws IOException {
        int files = 0;
        long bytes = 0;
        for (Path file : files()) {
            try {
                bytes += Files.size(file);
                files++;
            } catch (NoSuchFileException _) {
                // Retired while it was being looked at.
                continue;
            }
        }
        return new Disk(files, bytes, allocatedBytes());
    }

    private long allocatedBytes() throws IOException {
        Process du = new ProcessBuilder("du", "-s", "--block-size=1", data.toString()).start();
        try (var out = du.inputReader()) {
            String line = out.readLine();
            return line == null ? 0 : Long.parseLong(line.split("\\s")[0]);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /// Makes the kernel forget what it has cached of the data folder; no need to be root.
    void dropFileCaches() throws IOException, InterruptedException {
        for (Path file : files()) {
            new ProcessBuilder(
                            "dd",
                            "of=" + file,
                            "oflag=nocache",
                            "conv=notrunc,fdatasync",
                            "count=0")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }
}
