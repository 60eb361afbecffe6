package io.flamekeeper.ops;

import io.flamekeeper.http.CallObserver;
import io.flamekeeper.ingest.Doors;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Remembers the last upload that was refused, so that whoever wonders why nothing arrives can see why.
public final class Rejections implements CallObserver {
    private static final int CLIENT_CHARS_MAX = 200;

    private final InstantSource clock;
    private final AtomicReference<Optional<Rejection>> last =
            new AtomicReference<>(Optional.empty());

    public Rejections(InstantSource clock) {
        this.clock = clock;
    }

    /// @param client what the sender calls itself, untrusted
    record Rejection(
            long timeMillis, String path, int status, String code, String message, String client) {}

    @Override
    public void answered(Answered answered) {
        if (Doors.ROUTES.contains(answered.route())) {
            answered.problem()
                    .ifPresent(problem -> {
                        String client = answered.client();
                        last.set(
                                Optional.of(
                                        new Rejection(
                                                clock.millis(),
                                                answered.route(),
                                                answered.status(),
                                                problem.code().name(),
                                                problem.message(),
                                                client.substring(
                                                        0,
                                                        Math.min(
                                                                CLIENT_CHARS_MAX,
                                                                client.length())))));
                    });
        }
    }

    Optional<Rejection> last() {
        return last.get();
    }
}
