package io.flamekeeper.bench.workload;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server that a workload starts and ends itself, since that is what it measures.
///
/// @param readySeconds from the start of its process to its ready line
record OwnServer(Process process, Target target, double readySeconds) implements AutoCloseable {
    private static final String READY = "flamekeeper: ready at ";

    /// Starts `--command` with ` --data FOLDER` behind it.
    static OwnServer start(Options options, Path data) throws IOException {
        List<String> command = new ArrayList<>(List.of(options.required("command").split(" ")));
        command.add("--data");
        command.add(data.toString());
        long started = System.nanoTime();
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                double seconds = (System.nanoTime() - started) / 1e9;
                URI uri = URI.create(line.substring(READY.length()).strip());
                return new OwnServer(
                        process, new Target(uri, new ServerProcess(process.pid(), data)), seconds);
            }
        }
        throw new IOException("server: ended before it was ready: " + command);
    }

    /// As a power switch ends it.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Asks it to stop.
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException(e);
        }
    }
}
