package io.flamekeeper.http;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantScope;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/// What a handler may know about whoever waits for its answer.
public final class Call {
    private final TenantScope scope;
    private final boolean utf8LabelNames;
    private final Duration timeout;
    private final LongConsumer memory;
    private final AtomicReference<Fate> fate = new AtomicReference<>(Fate.OPEN);
    private boolean abandoned;
    private Runnable onAbandon = () -> {};

    /// Whether a handler sees the call, which is decided once.
    private enum Fate {
        OPEN,
        HANDED_OVER,
        REFUSED
    }

    /// @param utf8LabelNames whether the caller can read label names beyond `[a-zA-Z_][a-zA-Z0-9_]*`
    /// @param timeout        how long it waits, counted from when the handler is called
    /// @param memory         takes bytes of the process's budget for as long as the call lasts, or refuses
    public Call(TenantScope scope, boolean utf8LabelNames, Duration timeout, LongConsumer memory) {
        this.scope = scope;
        this.utf8LabelNames = utf8LabelNames;
        this.timeout = timeout;
        this.memory = memory;
    }

    public TenantScope scope() {
        return scope;
    }

    public boolean utf8LabelNames() {
        return utf8LabelNames;
    }

    public Duration timeout() {
        return timeout;
    }

    /// Says that the handler is about to take this much memory.
    ///
    /// @throws FlamekeeperException `OVERLOADED` if the process has no more of it for requests
    public void reserve(long bytes) {
        memory.accept(bytes);
    }

    /// For handlers that do one thing after another.
    ///
    /// @throws FlamekeeperException `CANCELLED` if nobody waits any more
    public synchronized void checkWanted() {
        if (abandoned) {
            throw new FlamekeeperException(
                    ErrorCode.CANCELLED, "call: abandoned by its caller or out of time");
        }
    }

    /// Runs `action` once nobody waits any more; at once if that is so already. One action at a time: the
    /// newest counts.
    public void onAbandon(Runnable action) {
        boolean now;
        synchronized (this) {
            onAbandon = action;
            now = abandoned;
        }
        if (now) {
            action.run();
        }
    }

    /// From now on it is the handler's.
    ///
    /// @throws FlamekeeperException `CANCELLED` if it was refused meanwhile
    void handOver() {
        if (!fate.compareAndSet(Fate.OPEN, Fate.HANDED_OVER)) {
            throw new FlamekeeperException(
                    ErrorCode.CANCELLED, "call: refused before its body was here");
        }
    }

    /// Whether no handler has seen it; then none will.
    boolean refuseUnseen() {
        return fate.compareAndSet(Fate.OPEN, Fate.REFUSED);
    }

    /// The caller went away, or its time is over.
    void abandon() {
        Runnable action;
        synchronized (this) {
            if (abandoned) {
                return;
            }
            abandoned = true;
            action = onAbandon;
        }
        action.run();
    }
}
