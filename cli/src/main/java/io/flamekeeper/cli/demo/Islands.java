package io.flamekeeper.cli.demo;

import io.flamekeeper.cli.demo.island.Island;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The islands that are JVMs of their own, each with the unmodified agent attached, as `docs/java.md` says.
final class Islands implements AutoCloseable {
    static final String SERVICE = "genetic-algorithm-islands";

    private static final Path NICE = Path.of("/usr/bin/nice");
    private static final long STOP_SECONDS_MAX = 5;

    private final List<Process> processes = new ArrayList<>();

    /// @param agent     the agent's jar
    /// @param temporary folder that they may use and that someone else removes
    /// @param log       where their output goes
    static Islands start(Path agent, Path temporary, Path log, URI server, int count)
            throws IOException {
        var islands = new Islands();
        for (int number = 0; number < count; number++) {
            islands.processes.add(startOne(agent, temporary, log, server, number));
        }
        return islands;
    }

    private static Process startOne(Path agent, Path temporary, Path log, URI server, int number)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "10"));
        }
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-javaagent:" + agent,
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1", // small, and at speed from the beginning
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        classPath().toString(),
                        Island.class.getName(),
                        Integer.toString(number)));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(
                        Map.of(
                                "PYROSCOPE_APPLICATION_NAME",
                                SERVICE,
                                "PYROSCOPE_SERVER_ADDRESS",
                                server.toString(),
                                "PYROSCOPE_PROFILER_EVENT",
                                "wall",
                                "PYROSCOPE_PROFILER_ALLOC",
                                "512k",
                                "PYROSCOPE_PROFILER_LOCK",
                                "1ms",
                                "PYROSCOPE_UPLOAD_INTERVAL",
                                "5s",
                                "PYROSCOPE_LABELS",
                                "worker_id=j" + number));
        return builder.start();
    }

    private static Path classPath() {
        try {
            return Path.of(
                    Island.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        try {
            for (Process process : processes) {
                if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts our threads", e);
        }
    }
}
