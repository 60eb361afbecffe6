package io.flamekeeper.query;

import static io.flamekeeper.model.ErrorCode.BUDGET_EXCEEDED;
import static io.flamekeeper.model.ErrorCode.CANCELLED;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.store.Part;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// What one query may still spend, and whether anybody still wants its answer. Shared by the threads of
/// the query; a thread asks before every block it reads and stops by the exception it gets.
public final class QueryBudget implements Part.ScanMeter {
    private final LongSupplier nanoClock;
    private final long startNanos;
    private final long deadlineNanos;
    private final long pairsMax;
    private final AtomicLong pairs = new AtomicLong();
    private volatile boolean cancelled;

    /// @param nanoClock monotonic, such as `System::nanoTime`
    /// @param deadline  from now
    public QueryBudget(LongSupplier nanoClock, Duration deadline, long pairsMax) {
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
        this.deadlineNanos = deadline.toNanos();
        this.pairsMax = pairsMax;
    }

    public static QueryBudget of(QueryLimits limits, LongSupplier nanoClock) {
        return new QueryBudget(nanoClock, limits.deadline(), limits.pairsMax());
    }

    /// Makes every thread of the query stop soon; for the connection that noticed its caller is gone.
    public void cancel() {
        cancelled = true;
    }

    /// @throws FlamekeeperException `CANCELLED`, or `BUDGET_EXCEEDED` when the time is over
    public void check() {
        if (cancelled) {
            throw new FlamekeeperException(CANCELLED, "query: cancelled by its caller");
        }
        long elapsed = nanoClock.getAsLong() - startNanos;
        if (elapsed > deadlineNanos) {
            throw new FlamekeeperException(
                    BUDGET_EXCEEDED,
                    "query: ran for %d ms (expected: at most %d ms)",
                    elapsed / 1_000_000,
                    deadlineNanos / 1_000_000);
        }
    }

    @Override
    public void scan(long rows, long pairs) {
        check();
        long sum = this.pairs.addAndGet(pairs);
        if (sum > pairsMax) {
            throw new FlamekeeperException(
                    BUDGET_EXCEEDED,
                    "query: %d pairs to read (expected: at most %d)",
                    sum,
                    pairsMax);
        }
    }

    /// Pairs read so far.
    public long pairs() {
        return pairs.get();
    }
}
