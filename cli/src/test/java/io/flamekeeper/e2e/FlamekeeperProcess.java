package io.flamekeeper.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// The distribution that the build laid out, run as a process of its own.
final class FlamekeeperProcess implements AutoCloseable {
    static final Path ROOT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent(), "no parent");

    private static final Path LIB = Path.of("target/dist/lib").toAbsolutePath();
    private static final String READY = "flamekeeper: ready at ";

    private final Process process;
    private final BufferedReader output;
    private final Path log;

    private FlamekeeperProcess(Process process, Path log) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        this.log = log;
    }

    /// Starts `flamekeeper ARGUMENTS`.
    ///
    /// @param folder where its log goes
    static FlamekeeperProcess command(Path folder, List<String> arguments) throws IOException {
        return command(folder, arguments, Map.of());
    }

    /// The same, with variables added to its environment.
    static FlamekeeperProcess command(
            Path folder, List<String> arguments, Map<String, String> environment)
            throws IOException {
        Path log = Files.createTempFile(folder, "flamekeeper", ".log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-XX:+UseSerialGC",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-Xmx512m",
                                "-cp",
                                LIB + "/*",
                                "io.flamekeeper.cli.Main"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(log.toFile()));
        builder.environment().putAll(environment);
        return new FlamekeeperProcess(builder.start(), log);
    }

    /// Starts a server as users do, by the launcher beside `lib`.
    ///
    /// @param folder      where the launcher and its log go
    /// @param javaOptions after the launcher's own
    static Running launchedServer(Path folder, Path data, String javaOptions, String... arguments)
            throws IOException {
        Path log = Files.createTempFile(folder, "flamekeeper", ".log");
        Path launcher = Files.createDirectories(folder.resolve("bin")).resolve("flamekeeper");
        Files.copy(
                ROOT.resolve("flamekeeper"),
                launcher,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        if (Files.notExists(folder.resolve("lib"))) {
            Files.createSymbolicLink(folder.resolve("lib"), LIB);
        }
        List<String> command =
                new ArrayList<>(List.of(launcher.toString(), "server", "--listen=127.0.0.1:0"));
        command.add("--data=" + data);
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(log.toFile()));
        builder.environment()
                .putAll(
                        Map.of(
                                "FLAMEKEEPER_JAVA_HOME",
                                System.getProperty("java.home"),
                                "FLAMEKEEPER_JAVA_OPTS",
                                javaOptions));
        var process = new FlamekeeperProcess(builder.start(), log);
        return new Running(process, process.awaitReady());
    }

    /// Starts a server on a data folder and any free port.
    static Running server(Path folder, Path data) throws IOException {
        FlamekeeperProcess process =
                command(
                        folder,
                        List.of("server", "--listen", "127.0.0.1:0", "--data", data.toString()));
        return new Running(process, process.awaitReady());
    }

    /// A process that answers at an address.
    record Running(FlamekeeperProcess process, URI uri) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            process.close();
        }
    }

    /// Reads its output up to the ready line.
    URI awaitReady() throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                return URI.create(line.substring(READY.length()).strip());
            }
        }
        throw new IOException(
                "the process ended before it was ready; its log:\n" + Files.readString(log));
    }

    /// The next line of its output, `""` at the end.
    String nextLine() throws IOException {
        String line = output.readLine();
        return line == null ? "" : line;
    }

    /// Waits for it to end by itself, and kills it if it does not in time; returns its exit code.
    int awaitEnd(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
        return process.exitValue();
    }

    /// What it has printed since the ready line, once it has ended.
    String restOfOutput() throws IOException {
        return output.readAllAsString();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /// Ends it as a power switch would: nothing is flushed, nothing is closed.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Asks it to stop and waits; returns its exit code.
    int stop() throws InterruptedException, IOException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the process did not stop within 30 s; its log:\n" + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        output.close();
    }
}
