package io.flamekeeper.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// What the demonstration runs besides itself: a Python program and the agent of JVMs. Both travel inside the jar.
final class DemoFiles {
    private static final String FOLDER = "/META-INF/flamekeeper/demo";
    private static final String REQUIREMENTS = FOLDER + "/requirements.txt";

    private DemoFiles() {}

    /// The packages that the program needs, one pinned requirement a line.
    static String requirements() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        DemoFiles.class.getResourceAsStream(REQUIREMENTS), REQUIREMENTS)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    /// The agent's jar below the folder that [#unpack] was given.
    static Path agent(Path target) {
        return target.resolve("agent.jar");
    }

    /// Writes everything below `target`.
    static void unpack(Path target) throws IOException {
        URI folder;
        try {
            folder = Objects.requireNonNull(DemoFiles.class.getResource(FOLDER), FOLDER).toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        if (folder.getScheme().equals("jar")) {
            try (FileSystem jar = FileSystems.newFileSystem(folder, Map.of())) {
                copy(jar.getPath(FOLDER), target);
            }
        } else {
            copy(Path.of(folder), target);
        }
    }

    /// Removes a folder and everything below it, if it exists.
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(from)) {
            all = files.toList();
        }
        for (Path file : all) {
            Path copy = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(file, copy);
            }
        }
    }
}
