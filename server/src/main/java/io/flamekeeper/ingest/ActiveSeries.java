package io.flamekeeper.ingest;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;

/// The series that one tenant has sent within the last hour or two, and how many they may be. Those it knows go
/// on when it is full; new ones are refused. Safe for use by many threads.
///
/// Series are known by a seeded hash of 64 bits; one in billions is taken for another and let in.
final class ActiveSeries {
    private static final long WINDOW_MILLIS = Duration.ofHours(1).toMillis();

    private final int max;
    private final InstantSource clock;
    private final Hasher64 hasher;
    private Set<Long> current = new HashSet<>();
    private Set<Long> previous = new HashSet<>();
    private int onlyPrevious;
    private long window;

    /// @param max  0 = any number, and none is remembered
    /// @param seed unknown to senders
    ActiveSeries(int max, InstantSource clock, long seed) {
        this.max = max;
        this.clock = clock;
        this.hasher = Hashing.xxh3_64(seed);
    }

    /// @throws FlamekeeperException `OVERLOADED` if one of the group's series is new and one too many; then none of
    ///     them is remembered
    synchronized void admit(ProfileGroup group) {
        if (max == 0) {
            return;
        }
        turn();
        Set<Long> added = new HashSet<>();
        for (Profile profile : group.profiles()) {
            long series = hash(profile.labels());
            if (!current.contains(series) && !previous.contains(series)) {
                added.add(series);
            }
        }
        if (!added.isEmpty() && count() + added.size() > max) {
            throw FlamekeeperException.overloaded(
                    untilTurn(),
                    "series: %d of service '%s' are new, and %d are active (expected: at most %d; setting series-max)",
                    added.size(),
                    group.service(),
                    count(),
                    max);
        }
        for (Profile profile : group.profiles()) {
            long series = hash(profile.labels());
            if (current.add(series) && previous.contains(series)) {
                onlyPrevious--;
            }
        }
    }

    synchronized int count() {
        return current.size() + onlyPrevious;
    }

    /// No series is forgotten before.
    private Duration untilTurn() {
        return Duration.ofMillis(WINDOW_MILLIS - clock.millis() % WINDOW_MILLIS);
    }

    private void turn() {
        long now = clock.millis() / WINDOW_MILLIS;
        if (now != window) {
            previous = now == window + 1 ? current : new HashSet<>();
            onlyPrevious = previous.size();
            current = new HashSet<>();
            window = now;
        }
    }

    private long hash(Labels labels) {
        var stream = hasher.hashStream();
        for (int i = 0; i < labels.count(); i++) {
            stream.putString(labels.name(i)).putString(labels.value(i));
        }
        return stream.getAsLong();
    }
}
