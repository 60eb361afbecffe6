package io.flamekeeper.e2e;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OpenTelemetry's own Python messages and gRPC client against the server process.
class OtlpClientsIT {
    @TempDir Path folder;

    @Test
    void exports_byHttpAndGrpc_giveTheFlameGraphsTheyPromise() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"))) {
            Suite.run(
                    FlamekeeperProcess.ROOT,
                    List.of(
                            "python3",
                            "clients/python-tests/run_otlp.py",
                            "--cache",
                            Caches.folder().resolve("python-tests").toString(),
                            "--server",
                            server.uri().toString()));
        }
    }
}
