package io.flamekeeper.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// A Python virtual environment with certain packages, made once and kept in the user's cache folder.
///
/// @param python its interpreter
record PythonEnvironment(Path python) {
    /// What Python the pinned packages have wheels for.
    private static final String VERSION_TEST =
            "import sys, venv, ensurepip; sys.exit(0 if (3, 10) <= sys.version_info[:2] else 1)";

    private static final List<String> INTERPRETERS =
            List.of("python3", "python3.13", "python3.12", "python3.11", "python3.10", "python");

    private static final String COMPLETE = "complete";
    private static final int LAST_LINES = 12;

    /// Why there is no environment, in words for whoever ran the command.
    static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }

    /// Finds the environment in `cache` or makes it there.
    ///
    /// @param requirements what `pip install -r` reads
    /// @param progress     told in a few words what is being done; may be called often
    /// @throws Unavailable if Python or a package cannot be had
    static PythonEnvironment prepare(
            Path cache, String requirements, Map<String, String> environment, Consumer<String> progress)
            throws Unavailable, IOException, InterruptedException {
        Path folder = cache.resolve("demo-" + shortHash(requirements));
        PythonEnvironment prepared = new PythonEnvironment(folder.resolve("bin/python"));
        if (Files.exists(folder.resolve(COMPLETE)) && Files.isExecutable(prepared.python())) {
            return prepared;
        }
        String interpreter = findInterpreter(environment)
                .orElseThrow(() -> new Unavailable("python3: none on the PATH (expected: Python 3.10 or newer with venv)"));
        DemoFiles.deleteTree(folder);
        Files.createDirectories(folder);
        progress.accept("making a Python environment in " + folder);
        run(List.of(interpreter, "-m", "venv", folder.toString()), _ -> {});
        Path list = Files.writeString(folder.resolve("requirements.txt"), requirements);
        run(
                List.of(
                        prepared.python().toString(),
                        "-m",
                        "pip",
                        "install",
                        "--disable-pip-version-check",
                        "--no-input",
                        "--progress-bar",
                        "off",
                        "-r",
                        list.toString()),
                line -> pipProgress(line).ifPresent(progress));
        Files.createFile(folder.resolve(COMPLETE));
        return prepared;
    }

    /// Where environments are kept: `$XDG_CACHE_HOME/flamekeeper`, else `~/.cache/flamekeeper`.
    static Path cacheFolder(Map<String, String> environment) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path root = cache.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".cache")
                : Path.of(cache);
        return root.resolve("flamekeeper");
    }

    private static Optional<String> findInterpreter(Map<String, String> environment)
            throws InterruptedException {
        String chosen = environment.getOrDefault("FLAMEKEEPER_PYTHON", "");
        for (String interpreter : chosen.isEmpty() ? INTERPRETERS : List.of(chosen)) {
            try {
                Process test = new ProcessBuilder(interpreter, "-c", VERSION_TEST)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (test.waitFor() == 0) {
                    return Optional.of(interpreter);
                }
            } catch (IOException e) {
                // Not installed under this name: the next one may be.
            }
        }
        return Optional.empty();
    }

    /// Runs to the end; the last lines of its output become the message when it fails.
    private static void run(List<String> command, Consumer<String> lines)
            throws Unavailable, IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Deque<String> last = new ArrayDeque<>();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.accept(line);
                if (last.size() == LAST_LINES) {
                    last.removeFirst();
                }
                last.addLast(line);
            }
        } finally {
            process.destroy();
        }
        int exit = process.waitFor();
        if (exit != 0) {
            throw new Unavailable("%s: exit code %d (expected: 0, it needs PyPI)%n%s"
                    .formatted(String.join(" ", command), exit, String.join(System.lineSeparator(), last)));
        }
    }

    private static Optional<String> pipProgress(String line) {
        String step = line.strip();
        if (step.startsWith("Downloading ")) {
            int path = step.lastIndexOf('/');
            return Optional.of("downloading " + step.substring(path < 0 ? "Downloading ".length() : path + 1));
        }
        return step.startsWith("Installing collected packages") ? Optional.of("installing") : Optional.empty();
    }

    private static String shortHash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
