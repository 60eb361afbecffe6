package io.flamekeeper.store;

import io.flamekeeper.compaction.Pause;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Makes way while somebody has something more urgent to do, but never for long: what is put off for ever grows.
final class Breather implements Pause {
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int WAITS_MAX = 5;

    private final BooleanSupplier isBusy;

    Breather(BooleanSupplier isBusy) {
        this.isBusy = isBusy;
    }

    @Override
    public void between() {
        for (int waits = 0; waits < WAITS_MAX && isBusy.getAsBoolean(); waits++) {
            LockSupport.parkNanos(this, WAIT_NANOS);
        }
    }
}
