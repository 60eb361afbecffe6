package io.flamekeeper.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The life of a background thread: it looks for work every second, and when it is woken, until it is closed. It does
/// nothing once the store has a fault; what it throws becomes one.
final class Ticker {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final StoreFault fault;
    private final Runnable look;
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /// What [#look] waits for takes the wake-up of [LockSupport#unpark] with it.
    private volatile boolean awake;

    /// @param look called in the thread
    Ticker(String name, StoreFault fault, Runnable look) {
        this.name = name;
        this.fault = fault;
        this.look = look;
    }

    /// The thread.
    void run() {
        thread = Thread.currentThread();
        try {
            while (!closed) {
                awake = false;
                if (fault.reason().isEmpty()) {
                    look.run();
                }
                if (!awake) {
                    LockSupport.parkNanos(this, TICK_NANOS);
                }
                // An interrupt would make every later wait return at once.
                Thread.interrupted();
            }
        } catch (RuntimeException | Error e) {
            fault.set(name + " died: " + e);
            throw e;
        } finally {
            ended.complete(null);
        }
    }

    /// Has the thread look now.
    void wake() {
        awake = true;
        LockSupport.unpark(thread);
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        wake();
    }

    /// Waits until the thread has ended; needs [#close] first.
    void awaitEnd() {
        ended.join();
    }
}
