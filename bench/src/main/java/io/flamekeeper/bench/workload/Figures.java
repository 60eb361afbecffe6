package io.flamekeeper.bench.workload;

import java.util.Locale;

/// Prints the lines of a table as they come.
final class Figures {
    void row(String name, String format, Object... values) {
        System.out.printf(
                Locale.ROOT, "| %s | %s |%n", name, String.format(Locale.ROOT, format, values));
    }

    void latency(String name, Latencies latencies) {
        row(name, "%s", latencies);
    }

    /// What a server used while it did something.
    void usage(String what, Usage usage, long profiles) {
        row(
                what + ": server CPU",
                "%.3f CPU-s per 1,000 profiles = %.0f profiles/s/core",
                1e3 * usage.cpuSeconds() / profiles,
                profiles / usage.cpuSeconds());
        row(what + ": memory", "%s", usage.memory());
        row(
                what + ": written",
                "%.0f B/profile (%.0f MB)",
                (double) usage.writtenBytes() / profiles,
                usage.writtenBytes() / 1e6);
        row(what + ": machine", "%s", usage.machine());
    }

    void disk(String when, ServerProcess.Disk disk, long profiles) {
        row(
                "data folder " + when,
                "%.0f B/profile, %.0f allocated; %d files, %.1f MB",
                (double) disk.bytes() / profiles,
                (double) disk.allocatedBytes() / profiles,
                disk.files(),
                disk.bytes() / 1e6);
    }
}
