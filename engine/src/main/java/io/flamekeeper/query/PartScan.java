package io.flamekeeper.query;

import static io.flamekeeper.model.ErrorCode.CANCELLED;
import static io.flamekeeper.model.ErrorCode.OVERLOADED;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.store.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Shares the parts of one query out among workers: each takes the next part until none is left.
///
/// Stops by asking, never by interrupt. When one worker fails the others stop at their next question, and
/// the first failure is what the caller gets; no worker runs any more when [#run] returns.
final class PartScan<W> implements Part.ScanMeter {
    /// What a worker does with a part.
    interface Step<W> {
        void accept(W worker, Part part, Part.ScanMeter meter);
    }

    private final List<Part> parts;
    private final QueryBudget budget;
    private final Supplier<W> newWorker;
    private final Step<W> step;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    PartScan(List<Part> parts, QueryBudget budget, Supplier<W> newWorker, Step<W> step) {
        this.parts = parts;
        this.budget = budget;
        this.newWorker = newWorker;
        this.step = step;
    }

    /// Waits for all workers; for virtual threads.
    ///
    /// @return the workers, each with its share, in no order; empty if there is no part
    List<W> run(Executor pool, int workersMax) {
        List<W> workers = new ArrayList<>();
        List<CompletableFuture<@Nullable Void>> running = new ArrayList<>();
        try {
            for (int i = 0; i < Math.min(workersMax, parts.size()); i++) {
                W worker = newWorker.get();
                running.add(CompletableFuture.runAsync(() -> work(worker), pool));
                workers.add(worker);
            }
        } catch (RejectedExecutionException e) {
            if (running.isEmpty()) {
                throw new FlamekeeperException(
                        e, OVERLOADED, "query: no thread is free (expected: try again later)");
            }
        }
        running.forEach(CompletableFuture::join);
        rethrow();
        return workers;
    }

    @Override
    public void scan(long rows, long pairs) {
        if (failure.get() != null) {
            throw new FlamekeeperException(CANCELLED, "query: another part of it failed");
        }
        budget.scan(rows, pairs);
    }

    private void work(W worker) {
        try {
            for (int i = next.getAndIncrement(); i < parts.size(); i = next.getAndIncrement()) {
                scan(0, 0);
                step.accept(worker, parts.get(i), this);
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private void rethrow() {
        Throwable first = failure.get();
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
