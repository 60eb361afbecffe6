package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The process is killed at random moments under load, and started again on the same folder.
class CrashIT {
    private static final int KILLS = 30;
    private static final int CLIENTS = 6;

    @TempDir Path folder;

    private final Ledger ledger = new Ledger();

    @Test
    void kill_atRandomMomentsUnderLoad_losesNothingAcknowledgedAndStoresNothingTwice()
            throws Exception {
        long seed = 20_261_124;
        var random = new SplittableRandom(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"))) {
                ledger.check(server.uri(), "seed " + seed + ", before kill " + kill);
                long lifeNanos = random.nextLong(20_000_000, 400_000_000);
                try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
                    for (int i = 0; i < CLIENTS; i++) {
                        clients.execute(() -> sendUntilGone(server.uri()));
                    }
                    long until = System.nanoTime() + lifeNanos;
                    while (System.nanoTime() < until) {
                        LockSupport.parkNanos(until - System.nanoTime());
                    }
                    server.process().kill();
                }
            }
        }
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"))) {
            ledger.check(server.uri(), "seed " + seed + ", at the end");
            System.out.printf(
                    "kills %d, sent %d, acknowledged %d, lost 0, twice 0, seed %d%n",
                    KILLS, ledger.sent(), ledger.acknowledged(), seed);
            assertThat(server.process().stop()).isZero();
        }
    }

    private void sendUntilGone(URI server) {
        try (var wire = new Wire(server)) {
            boolean isTaken = true;
            while (isTaken) {
                isTaken = ledger.send(wire, 0);
            }
        } catch (IOException e) {
            // The server was killed.
            return;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
