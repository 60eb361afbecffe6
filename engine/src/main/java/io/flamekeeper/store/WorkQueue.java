package io.flamekeeper.store;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded queue for many callers and one worker. No wait reacts to [Thread#interrupt].
final class WorkQueue<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final ArrayDeque<T> waiting = new ArrayDeque<>();
    private final int countMax;
    private boolean closed;

    WorkQueue(int countMax) {
        this.countMax = countMax;
    }

    /// How an offer went.
    enum Offer {
        TAKEN,
        FULL,
        CLOSED
    }

    Offer offer(T work) {
        lock.lock();
        try {
            if (closed) {
                return Offer.CLOSED;
            }
            if (waiting.size() >= countMax) {
                return Offer.FULL;
            }
            waiting.add(work);
            notEmpty.signal();
            return Offer.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for work; empty once the queue is closed and everything taken out of it.
    Optional<T> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                notEmpty.awaitUninterruptibly();
            }
            return Optional.ofNullable(waiting.poll());
        } finally {
            lock.unlock();
        }
    }

    /// Waits for work no longer than this; empty then, too.
    Optional<T> take(long nanosMax) {
        long deadline = System.nanoTime() + nanosMax;
        boolean interrupted = false;
        lock.lock();
        try {
            long nanos = nanosMax;
            while (waiting.isEmpty() && !closed && nanos > 0) {
                try {
                    nanos = notEmpty.awaitNanos(nanos);
                } catch (InterruptedException e) {
                    interrupted = true;
                    nanos = deadline - System.nanoTime();
                }
            }
            return Optional.ofNullable(waiting.poll());
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Work that is there already.
    Optional<T> poll() {
        lock.lock();
        try {
            return Optional.ofNullable(waiting.poll());
        } finally {
            lock.unlock();
        }
    }

    /// Refuses further work.
    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
