package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The command of the README's first line.
class DemoIT {
    private static final Duration FIRST_GRAPH_MAX = Duration.ofSeconds(20);
    private static final Duration RAY_MAX = Duration.ofSeconds(90);
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    private static final List<String> DEMO = List.of("demo", "--listen", "127.0.0.1:0");

    @TempDir Path folder;

    @Test
    @Timeout(180)
    void demo_withoutPython_showsItsJvmsAndLeavesNothingBehind() throws Exception {
        try (var demo =
                FlamekeeperProcess.command(
                        folder, DEMO, Map.of("FLAMEKEEPER_PYTHON", "/nonexistent/python"))) {
            URI uri = demo.awaitReady();
            long ready = System.nanoTime();
            try (var wire = new Wire(uri)) {
                awaitGraph(
                        wire, "genetic-algorithm-islands", "Strategy.backtest", 2, FIRST_GRAPH_MAX);
                System.out.printf(
                        "  first flame graph %.1f s after the ready line%n",
                        (System.nanoTime() - ready) / 1e9);
                List<String> types = new ArrayList<>();
                wire.json("ProfileTypes", new HashMap<>(lately()))
                        .path("profileTypes")
                        .forEach(type -> types.add(type.path("ID").asText()));
                System.out.println("  " + types);
                assertThat(types)
                        .contains(
                                CPU,
                                "wall:wall:nanoseconds:wall:nanoseconds",
                                "memory:alloc_in_new_tlab_bytes:bytes:space:bytes");
            }
            assertEndsWithAllItStarted(demo);
        }
    }

    @Test
    @Timeout(600)
    void demo_withPython_showsLiveRayWorkersTooAndLeavesNothingBehind() throws Exception {
        try (var demo = FlamekeeperProcess.command(folder, DEMO)) {
            URI uri = demo.awaitReady();
            List<String> said = new ArrayList<>();
            for (String line = demo.nextLine(); !line.isEmpty(); line = demo.nextLine()) {
                said.add(line);
                System.out.println("  " + line);
                if (line.contains("evolve strategies") || line.contains("no Ray cluster")) {
                    break;
                }
            }
            assumeFalse(said.getLast().contains("no Ray cluster"), String.join("\n", said));
            try (var wire = new Wire(uri)) {
                awaitGraph(wire, "genetic-algorithm-cluster", "evaluate_fitness", 4, RAY_MAX);
                awaitGraph(wire, "genetic-algorithm-islands", "Strategy.backtest", 2, RAY_MAX);
                String memory = "memory:alloc_space:bytes:space:bytes";
                await(
                        () ->
                                flameGraph(wire, memory, "{service_name=\"fitness-api\"}")
                                                .path("total")
                                                .asLong()
                                        > 0,
                        "memory of Python",
                        RAY_MAX);
            }
            assertEndsWithAllItStarted(demo);
        }
    }

    private static void assertEndsWithAllItStarted(FlamekeeperProcess demo) throws Exception {
        List<ProcessHandle> started = demo.handle().descendants().toList();
        assertThat(started).isNotEmpty();
        assertThat(demo.stop()).isZero();
        assertThat(demo.log()).doesNotContain("\tat io.flamekeeper.");
        assertThat(started).noneMatch(ProcessHandle::isAlive);
    }

    /// Until so many workers have sent flame graphs that contain what they do.
    private static void awaitGraph(
            Wire wire, String service, String function, int workers, Duration limit)
            throws Exception {
        String selector = "{service_name=\"%s\"}".formatted(service);
        var values = new HashMap<>(lately());
        values.put("name", "worker_id");
        values.put("matchers", List.of(selector));
        await(
                () -> {
                    JsonNode names = wire.json("LabelValues", values).path("names");
                    assertThat(names.toString()).doesNotContain("None");
                    return names.size() >= workers;
                },
                workers + " workers of " + service,
                limit);
        String evaluation =
                "{service_name=\"%s\",component=\"fitness_evaluation\"}".formatted(service);
        await(
                () -> flameGraph(wire, CPU, evaluation).path("names").toString().contains(function),
                function + " in the flame graph of " + service,
                limit);
    }

    private static JsonNode flameGraph(Wire wire, String type, String selector) throws Exception {
        var merge = new HashMap<>(lately());
        merge.put("profileTypeID", type);
        merge.put("labelSelector", selector);
        return wire.json("SelectMergeStacktraces", merge).path("flamegraph");
    }

    private static Map<String, Object> lately() {
        long now = Instant.now().toEpochMilli();
        return Map.of("start", now - 600_000, "end", now + 600_000);
    }

    @FunctionalInterface
    private interface Question {
        boolean answer() throws Exception;
    }

    private static void await(Question question, String what, Duration limit) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!question.answer()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }
}
