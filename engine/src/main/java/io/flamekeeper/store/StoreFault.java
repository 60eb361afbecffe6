package io.flamekeeper.store;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// The first thing that went wrong in a way that makes the disk unfit to be written any more. Once set, it
/// stays.
///
/// After a failed sync the kernel may have dropped the bytes and forgotten that it did; another sync would
/// then succeed and prove nothing. So nobody syncs again: restart, and believe what can be read back.
final class StoreFault {
    private final AtomicReference<String> reason = new AtomicReference<>("");

    /// A sync of a file or of the folder.
    @FunctionalInterface
    interface Sync {
        void run() throws IOException;
    }

    Optional<String> reason() {
        return Optional.of(reason.get()).filter(text -> !text.isEmpty());
    }

    void set(String why) {
        reason.compareAndSet("", why);
    }

    /// Refuses to go on once a fault is set.
    void check() {
        reason().ifPresent(why -> {
            throw unavailable(why);
        });
    }

    /// Syncs; a failure becomes the fault.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE`
    void sync(String what, Sync sync) {
        check();
        try {
            sync.run();
        } catch (IOException e) {
            set("sync of " + what + " failed: " + e.getMessage());
            throw new FlamekeeperException(
                    e, ErrorCode.STORE_UNAVAILABLE, "store: sync of %s failed: %s", what, e);
        }
    }

    private static FlamekeeperException unavailable(String why) {
        return new FlamekeeperException(
                ErrorCode.STORE_UNAVAILABLE, "store: takes no more profiles: %s", why);
    }
}
