package io.flamekeeper.http;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantScope;
import java.time.Duration;

/// What a handler may know about whoever waits for its answer.
public final class Call {
    private final TenantScope scope;
    private final boolean utf8LabelNames;
    private final Duration timeout;
    private boolean abandoned;
    private Runnable onAbandon = () -> {};

    /// @param utf8LabelNames whether the caller can read label names beyond `[a-zA-Z_][a-zA-Z0-9_]*`
    /// @param timeout        how long it waits, counted from when the handler is called
    public Call(TenantScope scope, boolean utf8LabelNames, Duration timeout) {
        this.scope = scope;
        this.utf8LabelNames = utf8LabelNames;
        this.timeout = timeout;
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
