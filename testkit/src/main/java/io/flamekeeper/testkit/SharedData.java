package io.flamekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Test data of the peers, which lies outside the repository because of its licence.
///
/// It is looked for in the folder that the environment variable `FLAMEKEEPER_SHARED` names, else in
/// `../shared` beside the repository or any folder above it. A test that asks for a file of an absent
/// folder is skipped; a file that is absent from a present folder is a failure.
public final class SharedData {
    private SharedData() {}

    /// @param path below the shared folder, such as `data/formats/pprof/heap.pb`
    public static byte[] bytes(String path) {
        Optional<Path> folder = folder();
        Assumptions.assumeTrue(folder.isPresent(), "no folder with shared test data");
        try {
            return Files.readAllBytes(folder.orElseThrow().resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Optional<Path> folder() {
        String named = System.getenv("FLAMEKEEPER_SHARED");
        Stream<Path> candidates =
                named != null
                        ? Stream.of(Path.of(named))
                        : Stream.<Path>iterate(
                                        Path.of("").toAbsolutePath(),
                                        path -> path != null,
                                        Path::getParent)
                                .map(path -> path.resolveSibling("shared"));
        return candidates
                .filter(path -> Files.isDirectory(path.resolve("data/formats")))
                .findFirst();
    }
}
