package io.flamekeeper.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The running Python program. It says on its standard output what it does, one JSON object a line.
final class Workload implements AutoCloseable {
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(25);

    private final Process process;

    private Workload(Process process) {
        this.process = process;
    }

    /// @param program   folder that holds the package `flamekeeper_demo`
    /// @param temporary folder that the program may use and that someone else removes
    /// @param log       where its standard error goes
    static Workload start(
            PythonEnvironment python,
            Path program,
            Path temporary,
            URI server,
            int workers,
            Path log,
            Duration length)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                python.python().toString(),
                                "-m",
                                "flamekeeper_demo",
                                "--server",
                                server.toString(),
                                "--workers",
                                Integer.toString(workers),
                                "--temporary-directory",
                                temporary.toString()));
        if (!length.isZero()) {
            command.addAll(List.of("--for", Long.toString(length.toSeconds())));
        }
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(program.toFile())
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("PYTHONUNBUFFERED", "1");
        return new Workload(builder.start());
    }

    /// Hands every event to `listener` until the program ends; returns its exit code.
    int follow(Consumer<JsonNode> listener) throws IOException, InterruptedException {
        var json = new ObjectMapper();
        try (var output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                try {
                    listener.accept(json.readTree(line));
                } catch (JsonProcessingException e) {
                    // A library that prints is no event and no fault.
                }
            }
        }
        return process.waitFor();
    }

    /// Asks the program to stop, then makes it and all it started.
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        // By its handle: Process.destroy would close the output that [#follow] reads.
        process.toHandle().destroy();
        try {
            if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                all.addAll(process.descendants().toList());
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts our threads", e);
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
