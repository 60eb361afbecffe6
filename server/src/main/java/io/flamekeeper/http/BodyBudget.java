package io.flamekeeper.http;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.concurrent.atomic.AtomicLong;

/// Bytes that requests of the whole process may hold at a time: bodies as received and again inflated, and what is
/// decoded of them. Safe for use by many threads.
public final class BodyBudget {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    public BodyBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// One request's part of the budget.
    Share share() {
        return new Share();
    }

    /// Bytes held now.
    public long bytes() {
        return bytes.get();
    }

    /// For one thread at a time.
    final class Share implements AutoCloseable {
        private final AtomicLong held = new AtomicLong();

        /// @throws FlamekeeperException `OVERLOADED` if that would be more than the process may hold
        void take(long more) {
            long sum = bytes.addAndGet(more);
            held.addAndGet(more);
            if (sum > bytesMax) {
                throw new FlamekeeperException(
                        ErrorCode.OVERLOADED,
                        "requests under way: %d bytes (expected: at most %d; try again; setting bodies-bytes-max)",
                        sum,
                        bytesMax);
            }
        }

        /// Of what was taken, that is no longer needed.
        void give(long less) {
            bytes.addAndGet(-less);
            held.addAndGet(-less);
        }

        /// Gives everything back; again does nothing.
        @Override
        public void close() {
            bytes.addAndGet(-held.getAndSet(0));
        }
    }
}
