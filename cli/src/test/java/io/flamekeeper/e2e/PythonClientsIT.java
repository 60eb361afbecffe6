package io.flamekeeper.e2e;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The documented recipes, run with the real Python SDKs against the server process.
class PythonClientsIT {
    @TempDir Path folder;

    @Test
    void recipes_withRealSdks_giveTheProfilesTheyPromise() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"))) {
            Suite.run(
                    FlamekeeperProcess.ROOT,
                    List.of(
                            "python3",
                            "clients/python-tests/run.py",
                            "--cache",
                            Caches.folder().resolve("python-tests").toString(),
                            "--server",
                            server.uri().toString()));
        }
    }
}
