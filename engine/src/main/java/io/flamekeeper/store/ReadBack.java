package io.flamekeeper.store;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.store.Recovery.FoundLog;
import io.flamekeeper.store.ShardState.FrozenHead;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.wal.WalRecovery;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Brings back what the logs of earlier processes hold, one log after another, the newest first, while the store
/// takes profiles already. A log becomes a head; the [Sealer] makes a segment of it as of any other, and then
/// the log goes. Being cut off anywhere and starting again comes to the same.
///
/// The next log is read while the heads of those before take little memory. So a start needs no more of it than
/// sealing does, however much was left behind.
final class ReadBack implements FrozenHeads {
    /// A log that cannot be read so many times in a row will not become readable.
    private static final int FAILURES_MAX = 3;

    private final Vfs vfs;
    private final StoreFault fault;
    private final long hashSeed;
    private final LongSupplier unsealedBytesMax;
    private final Runnable sealSoon;
    private final Consumer<String> report;
    private final AtomicReference<State> state;
    private final AtomicLong profiles = new AtomicLong();
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final Ticker ticker;
    private int failures;

    /// @param logs             the oldest first
    /// @param unsealedBytesMax memory of heads, roughly, from which on the next log waits
    /// @param sealSoon         has heads sealed
    ReadBack(
            Vfs vfs,
            StoreFault fault,
            List<FoundLog> logs,
            long hashSeed,
            LongSupplier unsealedBytesMax,
            Runnable sealSoon,
            Consumer<String> report) {
        this.vfs = vfs;
        this.fault = fault;
        this.hashSeed = hashSeed;
        this.unsealedBytesMax = unsealedBytesMax;
        this.sealSoon = sealSoon;
        this.report = report;
        this.state = new AtomicReference<>(new State(logs, List.of()));
        this.ticker = new Ticker("read-back", fault, this::look);
        if (logs.isEmpty()) {
            done.complete(null);
        }
    }

    /// A head that was read back and is not sealed yet.
    ///
    /// @param memoryBytes what it takes, roughly
    private record Unsealed(FrozenHead head, long memoryBytes) {}

    /// Every profile that was found and is not sealed is in exactly one of the two places. Immutable; replaced as
    /// a whole.
    ///
    /// @param unread the oldest first
    private record State(List<FoundLog> unread, List<Unsealed> unsealed) {
        State read(FoundLog log, Optional<Unsealed> head) {
            return new State(
                    unread.stream().filter(one -> !one.equals(log)).toList(),
                    Stream.concat(unsealed.stream(), head.stream()).toList());
        }

        State sealed(FrozenHead head) {
            return new State(
                    unread, unsealed.stream().filter(one -> !one.head.equals(head)).toList());
        }

        long unsealedBytes() {
            return unsealed.stream().mapToLong(Unsealed::memoryBytes).sum();
        }
    }

    /// Its thread; see [#look].
    Ticker ticker() {
        return ticker;
    }

    @Override
    public List<FrozenHead> frozen() {
        return state.get().unsealed.stream().map(Unsealed::head).toList();
    }

    /// Bytes of log that are still to be read.
    long unreadBytes() {
        return state.get().unread.stream().mapToLong(FoundLog::bytes).sum();
    }

    boolean isDone() {
        return done.isDone();
    }

    /// Profiles read back so far.
    long profiles() {
        return profiles.get();
    }

    /// Waits until everything is read back, sealed or not.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if that takes too long or the store is closed meanwhile
    void await(Duration max) {
        if (done.isDone()) {
            return;
        }
        try {
            done.copy().orTimeout(max.toNanos(), TimeUnit.NANOSECONDS).join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof TimeoutException)) {
                throw EmbeddedStore.closing();
            }
            throw new FlamekeeperException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "store: still reads back its logs, %d bytes to go (expected: none; ask again later)",
                    unreadBytes());
        }
    }

    @Override
    public void sealed(FrozenHead head) {
        state.updateAndGet(now -> now.sealed(head));
        ticker.wake();
    }

    /// Reads no further; whoever waits is told so.
    void close() {
        ticker.close();
        done.completeExceptionally(EmbeddedStore.closing());
    }

    /// Reads what there is room for.
    private void look() {
        State now = state.get();
        while (!now.unread.isEmpty()
                && now.unsealedBytes() < unsealedBytesMax.getAsLong()
                && !ticker.isClosed()) {
            try {
                read(now.unread.getLast());
                failures = 0;
            } catch (IOException e) {
                report.accept("reading back failed, will be tried again: " + e);
                if (++failures == FAILURES_MAX) {
                    fault.set("reading back keeps failing: " + e);
                }
                return;
            }
            now = state.get();
        }
        if (now.unread.isEmpty()) {
            done.complete(null);
        }
    }

    private void read(FoundLog log) throws IOException {
        Generation generation = log.generation();
        String name = generation.logName();
        var head = new Head(generation, hashSeed);
        long end =
                WalRecovery.readAgain(
                        vfs,
                        name,
                        generation.shard(),
                        generation.number(),
                        log.bytes(),
                        (type, payload) -> head.add(GroupCodec.read(type, payload, head)),
                        report);
        if (end < log.bytes()) {
            fault.sync(
                    "what is left of " + name,
                    () -> WalRecovery.setAside(vfs, name, end, log.bytes(), report));
        }
        profiles.addAndGet(head.profileCount());
        if (head.profileCount() == 0) {
            Files.deleteIfExists(vfs, name);
            state.updateAndGet(now -> now.read(log, Optional.empty()));
        } else {
            var frozen =
                    new FrozenHead(generation, head.publish(), head.profileCount(), log.bytes());
            var unsealed = new Unsealed(frozen, head.memoryBytes());
            state.updateAndGet(now -> now.read(log, Optional.of(unsealed)));
            sealSoon.run();
        }
    }
}
