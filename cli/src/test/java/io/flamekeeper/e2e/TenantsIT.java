package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real Python SDKs as tenants of a server with tokens, which the command line made.
class TenantsIT {
    @TempDir Path folder;

    private String token(Path file, String tenant) throws IOException {
        try (var made =
                FlamekeeperProcess.command(
                        folder,
                        List.of("token", "create", "--file=" + file, "--tenant=" + tenant))) {
            String token = made.nextLine();
            assertThat(token).startsWith("prf_");
            return token;
        }
    }

    @Test
    void tenants_byRealSdks_seeTheirOwnAlone() throws Exception {
        Path file = folder.resolve("tokens.yaml");
        String a = token(file, "a");
        String b = token(file, "b");
        FlamekeeperProcess process =
                FlamekeeperProcess.command(
                        folder,
                        List.of(
                                "server",
                                "--listen=127.0.0.1:0",
                                "--data=" + folder.resolve("data"),
                                "--set=tokens=" + file));
        try (var server = new FlamekeeperProcess.Running(process, process.awaitReady())) {
            Suite.run(
                    FlamekeeperProcess.ROOT,
                    List.of(
                            "python3",
                            "clients/python-tests/run_tenants.py",
                            "--cache",
                            Caches.folder().resolve("python-tests").toString(),
                            "--server",
                            server.uri().toString(),
                            "--tokens",
                            a + "," + b));
        }
    }
}
