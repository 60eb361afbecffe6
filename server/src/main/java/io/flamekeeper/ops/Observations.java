package io.flamekeeper.ops;

import io.flamekeeper.http.CallObserver;
import io.flamekeeper.http.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Remembers how long calls took, and the last upload that was refused.
final class Observations implements CallObserver {
    private static final int CLIENT_CHARS_MAX = 200;

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Set<String> uploadRoutes;
    private final Map<Outcome, Timer> timerByOutcome = new ConcurrentHashMap<>();
    private final AtomicReference<Optional<Rejected>> lastRejected =
            new AtomicReference<>(Optional.empty());

    private record Outcome(String route, int status) {}

    /// An upload that was refused.
    record Rejected(long timeMillis, String path, int status, Problem problem, String client) {}

    /// @param uploadRoutes routes that profiles are sent to
    Observations(MeterRegistry registry, InstantSource clock, Set<String> uploadRoutes) {
        this.registry = registry;
        this.clock = clock;
        this.uploadRoutes = Set.copyOf(uploadRoutes);
    }

    @Override
    public void answered(Answered answered) {
        timerByOutcome
                .computeIfAbsent(new Outcome(answered.route(), answered.status()), this::timer)
                .record(answered.nanos(), TimeUnit.NANOSECONDS);
        if (uploadRoutes.contains(answered.route())) {
            answered.problem()
                    .ifPresent(problem -> lastRejected.set(Optional.of(rejected(answered, problem))));
        }
    }

    private Rejected rejected(Answered answered, Problem problem) {
        String client = answered.client();
        return new Rejected(
                clock.millis(),
                answered.route(),
                answered.status(),
                problem,
                client.length() > CLIENT_CHARS_MAX ? client.substring(0, CLIENT_CHARS_MAX) : client);
    }

    private Timer timer(Outcome outcome) {
        return Timer.builder("flamekeeper.request")
                .description("Time from the headers of a request to its answer")
                .tag("route", outcome.route())
                .tag("status", Integer.toString(outcome.status()))
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofMillis(2_500),
                        Duration.ofMillis(10_000))
                .register(registry);
    }

    Optional<Rejected> lastRejected() {
        return lastRejected.get();
    }
}
