package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The command of the README's first line.
class DemoIT {
    private static final Duration FIRST_PROFILE_MAX = Duration.ofSeconds(60);
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    private static final String SERVICE = "genetic-algorithm-cluster";

    @TempDir Path folder;

    @Test
    @Timeout(600)
    void demo_started_showsLiveRayWorkersAndLeavesNothingBehind() throws Exception {
        try (var demo =
                FlamekeeperProcess.command(folder, List.of("demo", "--listen", "127.0.0.1:0"))) {
            URI uri = demo.awaitReady();
            List<String> said = new ArrayList<>();
            long installed = 0;
            for (String line = demo.nextLine(); !line.isEmpty(); line = demo.nextLine()) {
                said.add(line);
                System.out.println("  " + line);
                if (line.contains("starting the workload")) {
                    installed = System.nanoTime();
                }
                if (line.contains("first profile") || line.contains("no workload")) {
                    break;
                }
            }
            assumeFalse(said.getLast().contains("no workload"), String.join("\n", said));
            Duration first = Duration.ofNanos(System.nanoTime() - installed);
            System.out.printf(
                    "  first profile %.1f s after the workload began%n", first.toMillis() / 1e3);
            assertThat(first).isLessThan(FIRST_PROFILE_MAX);

            try (var wire = new Wire(uri)) {
                awaitWorkers(wire);
            }
            List<ProcessHandle> started = demo.handle().descendants().toList();
            assertThat(demo.stop()).isZero();
            assertThat(started).noneMatch(ProcessHandle::isAlive);
        }
    }

    /// Until four workers have sent flame graphs that contain what they do.
    private static void awaitWorkers(Wire wire) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (true) {
            long now = java.time.Instant.now().toEpochMilli();
            Map<String, Object> range = Map.of("start", now - 600_000, "end", now + 60_000);
            var workers = new java.util.HashMap<String, Object>(range);
            workers.put("name", "worker_id");
            var merge = new java.util.HashMap<String, Object>(range);
            merge.put("profileTypeID", CPU);
            merge.put(
                    "labelSelector",
                    "{service_name=\"" + SERVICE + "\",component=\"fitness_evaluation\"}");
            JsonNode names = wire.json("LabelValues", workers).path("names");
            JsonNode flamegraph = wire.json("SelectMergeStacktraces", merge).path("flamegraph");
            if (names.size() >= 4
                    && flamegraph.path("names").toString().contains("evaluate_fitness")) {
                assertThat(names.toString()).doesNotContain("None");
                return;
            }
            assertThat(System.nanoTime()).as("workers so far: %s", names).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
    }
}
