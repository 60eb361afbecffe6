package io.flamekeeper.tidy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The checkout these tests run in.
final class Repository {
    private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent(), "no parent");

    /// Modules whose classes are shipped.
    private static final List<String> SHIPPED = List.of("model", "formats", "engine", "api", "server", "cli");

    private Repository() {}

    static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    static CompiledClasses shippedClasses() throws IOException {
        return CompiledClasses.below(SHIPPED.stream()
                .map(module -> ROOT.resolve(module).resolve("target/classes"))
                .toList());
    }

    /// Main Java sources of the shipped modules, without generated ones.
    static List<Path> shippedSources() throws IOException {
        return SHIPPED.stream()
                .map(module -> ROOT.resolve(module).resolve("src/main/java"))
                .filter(Files::isDirectory)
                .flatMap(Repository::javaFiles)
                .toList();
    }

    /// Folders that hold at least one Java source.
    static List<Path> shippedPackages() throws IOException {
        return shippedSources().stream().map(Path::getParent).distinct().toList();
    }

    /// Simple names of the classes in the benchmark module.
    static Set<String> benchmarks() {
        return javaFiles(ROOT.resolve("bench/src/main/java"))
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
    }

    static String name(Path file) {
        return ROOT.relativize(file).toString();
    }

    private static Stream<Path> javaFiles(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
