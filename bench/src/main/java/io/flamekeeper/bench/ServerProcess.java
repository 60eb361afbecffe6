package io.flamekeeper.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /// Sum of the sizes of its files.
    long diskBytes() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
