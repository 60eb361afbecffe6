package io.flamekeeper.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A heap too small for what is asked of it: the process ends at once and says why, and the next one has everything
/// that was acknowledged.
class OutOfMemoryIT {
    private static final String SMALL_HEAP = "-Xms32m -Xmx64m";
    private static final int OUT_OF_MEMORY = 3;
    private static final int SENDERS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /// How much larger an upload is than the one before of the same sender.
    private static final double GROWTH = 1.5;

    private static final int SMALL_FOR_EACH_LARGE = 8;
    private static final int STACKS_FIRST = 100;
    private static final int STACKS_MAX = 190_000;

    @TempDir Path folder;

    private final Ledger ledger = new Ledger();

    /// @param sealLogBytes so large that heads fill the heap; so small that sealing goes on while uploads do
    @ParameterizedTest
    @ValueSource(ints = {64 << 20, 1 << 20})
    void heap_exhaustedByUploadsAndQuestions_processEndsAndNothingAcknowledgedIsLost(
            int sealLogBytes) throws Exception {
        Path data = folder.resolve("data");
        long started = System.nanoTime();
        try (var server =
                        FlamekeeperProcess.launchedServer(
                                folder,
                                data,
                                SMALL_HEAP,
                                "--set=seal-log-bytes=" + sealLogBytes,
                                // Or the budget would refuse what is to exhaust the heap.
                                "--set=bodies-bytes-max=400000000");
                ExecutorService clients = Executors.newCachedThreadPool()) {
            for (int i = 0; i < SENDERS; i++) {
                clients.execute(() -> untilGone(server.uri(), this::send));
            }
            clients.execute(() -> untilGone(server.uri(), OutOfMemoryIT::ask));
            assertThat(server.process().awaitEnd(LIMIT))
                    .as("exit code; its log: %s", server.process().log())
                    .isEqualTo(OUT_OF_MEMORY);
            assertThat(server.process().restOfOutput()).contains("OutOfMemoryError");
        }
        long ended = System.nanoTime();
        try (var server = FlamekeeperProcess.server(folder, data)) {
            ledger.check(server.uri(), "after the heap of " + SMALL_HEAP + " was exhausted");
            System.out.printf(
                    "out of memory after %d ms, exit code %d; sent %d, acknowledged %d, lost 0, twice 0%n",
                    TimeUnit.NANOSECONDS.toMillis(ended - started),
                    OUT_OF_MEMORY,
                    ledger.sent(),
                    ledger.acknowledged());
            assertThat(ledger.acknowledged()).isPositive();
        }
    }

    /// One exchange with a server, the n-th of a client.
    private interface Exchange {
        void run(Wire wire, int number) throws IOException, InterruptedException;
    }

    private static void untilGone(URI server, Exchange exchange) {
        try (var wire = new Wire(server)) {
            for (int number = 0; true; number++) {
                exchange.run(wire, number);
            }
        } catch (IOException e) {
            // The server has ended.
            return;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void send(Wire wire, int number) throws IOException, InterruptedException {
        for (int i = 0; i < SMALL_FOR_EACH_LARGE; i++) {
            ledger.send(wire, 0);
        }
        ledger.send(wire, (int) Math.min(STACKS_MAX, STACKS_FIRST * Math.pow(GROWTH, number)));
    }

    private static void ask(Wire wire, int number) throws IOException, InterruptedException {
        String question =
                "{\"profileTypeID\": \"%s\", \"labelSelector\": \"{}\", \"start\": %d, \"end\": %d}"
                        .formatted(
                                Ledger.CPU,
                                Ledger.START_MILLIS - 1000,
                                Ledger.START_MILLIS + 1000 + number);
        wire.post(
                "/querier.v1.QuerierService/SelectMergeStacktraces",
                "application/json",
                question.getBytes(UTF_8));
    }
}
