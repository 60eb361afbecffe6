package io.flamekeeper.fuzz;

import java.util.Locale;

/// What Jazzer calls. The system property `flamekeeper.fuzz` names the [FuzzTarget].
public final class Fuzzer {
    private static final FuzzTarget TARGET =
            FuzzTarget.valueOf(
                    System.getProperty("flamekeeper.fuzz", "pprof").toUpperCase(Locale.ROOT));

    private Fuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        TARGET.accept(data);
    }
}
