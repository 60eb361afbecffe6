package io.flamekeeper.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.cli.ServerCommand;
import io.flamekeeper.server.ProfilingServer;
import io.flamekeeper.server.ServerConfig;
import io.flamekeeper.server.Setting;
import io.flamekeeper.server.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A server on a fresh folder, and what sends to it: a genetic algorithm on JVMs of its own and another on a local Ray
/// cluster.
///
/// Without Python or its packages the JVMs are alone, and it says what is missing. At the end nothing is left
/// but the Python environment in the user's cache.
@Command(
        name = "demo",
        description = "Runs a server and a real workload that it profiles.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    private static final String CLUSTER = "genetic-algorithm-cluster";

    private static final String PYTHON_MEMORY = "memory:inuse_space:bytes:space:bytes";
    private static final String MUTEX = "mutex:delay:nanoseconds:mutex:count";
    private static final String ALLOCATED = "memory:alloc_in_new_tlab_bytes:bytes:space:bytes";

    /// Deep links into what the faults planted in the workloads look like.
    private static final List<Link> ISLAND_LINKS =
            List.of(
                    new Link("flame graph", Islands.SERVICE, CPU, "", ""),
                    new Link("slow island", Islands.SERVICE, CPU, "worker_id", "j1 has more data"),
                    new Link(
                            "components",
                            Islands.SERVICE,
                            CPU,
                            "component",
                            "one of them takes the square of the population"),
                    new Link(
                            "locks", Islands.SERVICE, MUTEX, "", "averages are computed in a lock"),
                    new Link("allocations", Islands.SERVICE, ALLOCATED, "component", ""));

    private static final List<Link> RAY_LINKS =
            List.of(
                    new Link("flame graph", CLUSTER, CPU, "", ""),
                    new Link(
                            "slow worker",
                            CLUSTER,
                            CPU,
                            "worker_id",
                            "w3 has more data on purpose"),
                    new Link(
                            "components",
                            CLUSTER,
                            CPU,
                            "component",
                            "de-duplication grows with the generation"),
                    new Link(
                            "versions",
                            CLUSTER,
                            CPU,
                            "version",
                            "1.1, from two minutes on, is slower"),
                    new Link("memory", CLUSTER, PYTHON_MEMORY, "worker_id", ""),
                    new Link(
                            "API endpoints",
                            "fitness-api",
                            CPU,
                            "endpoint",
                            "one handler blocks the event loop"));

    private static final Duration FIRST_PROFILE_POLL = Duration.ofMillis(100);

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:4040",
            description = "Where to listen; port 0 picks a free one (default: ${DEFAULT-VALUE}).")
    private String listen = "";

    @Option(
            names = "--workers",
            defaultValue = "4",
            description = "Islands on the Ray cluster (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Option(
            names = "--jvms",
            defaultValue = "2",
            description = "Islands that are JVMs of their own (default: ${DEFAULT-VALUE}).")
    private int jvms;

    @Option(
            names = "--for",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "End by itself; 0 = never.")
    private long seconds;

    @Option(names = "--keep", description = "Keep the data folder at the end, and say where it is.")
    private boolean keep;

    /// @param groupBy label to split by, or `""`
    /// @param note    what there is to see
    private record Link(String name, String service, String type, String groupBy, String note) {
        String text(URI server) {
            String address =
                    server
                            + "/explore?s="
                            + escape(service)
                            + "&t="
                            + escape(type)
                            + "&from=now-15m&to=now"
                            + (groupBy.isEmpty() ? "" : "&g=" + escape(groupBy));
            return "  %-14s %s%s".formatted(name, address, note.isEmpty() ? "" : "   ← " + note);
        }

        private static String escape(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("fk");
        Running running = new Running(folder, keep);
        ServerCommand.onStop(running::stop);
        ProfilingServer server = running.add(ServerCommand.start(config(folder.resolve("data"))));
        System.out.println("flamekeeper: ready at " + server.uri());
        say(
                "data: temporary folder, %s",
                keep ? folder.resolve("data") : "removed at the end (keep it with --keep)");
        Path program = folder.resolve("program");
        DemoFiles.unpack(program);
        say("starting %d islands, each a JVM with the agent", jvms);
        running.add(
                Islands.start(
                        DemoFiles.agent(program),
                        Files.createDirectories(folder.resolve("tmp")),
                        folder.resolve("islands.log"),
                        server.uri(),
                        jvms));
        Thread.ofVirtual().start(() -> announceFirstProfile(server, running));
        PythonEnvironment python;
        try {
            python =
                    PythonEnvironment.prepare(
                            PythonEnvironment.cacheFolder(System.getenv()),
                            DemoFiles.requirements(),
                            System.getenv(),
                            step -> say("%s", step));
        } catch (PythonEnvironment.Unavailable e) {
            if (!running.isStopping()) {
                say("no Ray cluster: %s", String.valueOf(e.getMessage()));
                say(
                        "the server and the other islands go on at %s. Ctrl-C stops them.",
                        server.uri());
                goOnAlone(running);
            }
            return CommandLine.ExitCode.OK;
        }
        return follow(server, running, python, program, folder);
    }

    private void goOnAlone(Running running) throws InterruptedException {
        if (seconds > 0) {
            running.awaitStop(Duration.ofSeconds(seconds));
        } else {
            running.awaitStop();
        }
    }

    /// Runs the workload until it ends or the demo is stopped.
    private int follow(
            ProfilingServer server,
            Running running,
            PythonEnvironment python,
            Path program,
            Path folder)
            throws IOException, InterruptedException {
        say("starting %d islands on a local Ray cluster, and a FastAPI service", workers);
        Path log = folder.resolve("workload.log");
        Workload workload =
                running.add(
                        Workload.start(
                                python,
                                program,
                                folder,
                                server.uri(),
                                workers,
                                log,
                                Duration.ofSeconds(seconds)));
        int exit =
                workload.follow(event -> {
                    // What breaks off while everything is stopped is nobody's concern.
                    if (!running.isStopping()) {
                        tell(event, server.uri());
                    }
                });
        if (running.isStopping() || exit == 0) {
            return CommandLine.ExitCode.OK;
        }
        say("the workload ended with exit code %d; the end of its log:%n%s", exit, tail(log));
        say("the server stays up at %s. Ctrl-C stops it.", server.uri());
        running.awaitStop();
        return CommandLine.ExitCode.OK;
    }

    private ServerConfig config(Path data) {
        return ServerConfig.of(
                Settings.resolve(
                        Optional.empty(),
                        Map.of(),
                        Map.of(
                                Setting.LISTEN.key(), new Settings.Value(listen, "--listen"),
                                Setting.DATA.key(), new Settings.Value(data.toString(), "demo"))));
    }

    private static void announceFirstProfile(ProfilingServer server, Running running) {
        long start = System.nanoTime();
        try {
            while (server.statistics().appendedProfiles() == 0) {
                if (running.awaitStop(FIRST_PROFILE_POLL)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts our threads", e);
        }
        say(
                "first flame graph after %.1f s:%n%s",
                (System.nanoTime() - start) / 1e9, text(ISLAND_LINKS, server.uri()));
        say("no telemetry. Ctrl-C stops everything.");
    }

    private static String text(List<Link> links, URI server) {
        return links.stream()
                .map(link -> link.text(server))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /// What the workload says, in words.
    private static void tell(JsonNode event, URI server) {
        switch (event.path("event").asText()) {
            case "starting" -> say("workload: starting %s", event.path("what").asText());
            case "workers" ->
                    say(
                            "workload: %d workers evolve strategies; in ten seconds there is of them:%n%s",
                            event.path("count").asInt(), text(RAY_LINKS, server));
            case "api" -> say("workload: fitness API at %s", event.path("url").asText());
            case "version" ->
                    say(
                            "workload: from now on version %s, which is slower",
                            event.path("version").asText());
            case "failed" -> say("workload: %s", event.path("why").asText());
            default -> {
                // Generations come every few seconds; the page shows them better.
            }
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(
                System.lineSeparator(),
                lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    @FormatMethod
    private static void say(String format, Object... args) {
        System.out.println("demo: " + format.formatted(args).strip());
    }

    /// What has to be stopped, newest first, however the process ends.
    private static final class Running {
        private final Path folder;
        private final boolean keep;
        private final CountDownLatch stopping = new CountDownLatch(1);
        private final ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();

        Running(Path folder, boolean keep) {
            this.folder = folder;
            this.keep = keep;
        }

        synchronized <T extends AutoCloseable> T add(T part) {
            parts.push(part);
            if (isStopping()) {
                close(part);
            }
            return part;
        }

        boolean isStopping() {
            return stopping.getCount() == 0;
        }

        void awaitStop() throws InterruptedException {
            stopping.await();
        }

        boolean awaitStop(Duration time) throws InterruptedException {
            return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
        }

        synchronized void stop() {
            stopping.countDown();
            parts.forEach(Running::close);
            // Whatever was just being started, or is being installed.
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
            try {
                if (!keep) {
                    DemoFiles.deleteTree(folder);
                }
            } catch (IOException e) {
                System.err.println(
                        "flamekeeper: the folder %s could not be removed: %s".formatted(folder, e));
            }
        }

        private static void close(AutoCloseable part) {
            try {
                part.close();
            } catch (Exception e) {
                System.err.println("flamekeeper: stopping the demo: " + e);
            }
        }
    }
}
