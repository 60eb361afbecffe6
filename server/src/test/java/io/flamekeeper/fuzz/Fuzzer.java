package io.flamekeeper.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// What Jazzer calls. Of the system properties `flamekeeper.fuzz` names the [FuzzTarget], and `flamekeeper.fuzz.seeds`
/// the folder of its seeds.
public final class Fuzzer {
    private static final FuzzTarget TARGET =
            FuzzTarget.valueOf(
                    System.getProperty("flamekeeper.fuzz", "pprof").toUpperCase(Locale.ROOT));

    private Fuzzer() {}

    /// Feeds the seeds once without a clock: the first input would otherwise be charged for loading the classes.
    public static void fuzzerInitialize() throws IOException {
        List<Path> seeds;
        try (Stream<Path> files =
                Files.list(Path.of(System.getProperty("flamekeeper.fuzz.seeds", ".")))) {
            seeds = files.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path seed : seeds) {
            TARGET.accept(Files.readAllBytes(seed));
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        TARGET.accept(data);
    }
}
