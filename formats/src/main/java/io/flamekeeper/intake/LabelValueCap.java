package io.flamekeeper.intake;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.flamekeeper.format.LongIndex;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// How many different values a label of one service may have within a day of UTC, by the server's clock; what comes
/// beyond them is [#OTHER]. A value that was let in is let in for the rest of the day. Safe for use by many threads.
///
/// A day is the most that ever goes into one segment, and the clock's, not the profile's: a profile may be of any
/// time, and each day would have values to remember.
///
/// Values are known by a seeded hash of 64 bits; one in billions is taken for another and let in.
final class LabelValueCap {
    static final String OTHER = "__other__";

    /// Values of a tenant in a day, all labels of all services together; some 24 bytes of memory each.
    static final int ALL_MAX = 1 << 20;

    private static final long SEED = new SecureRandom().nextLong();
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    /// What a profile is of; nothing could be found without.
    private static final Set<String> EXEMPT = exempt();

    private final int max;
    private final int allMax;
    private final InstantSource clock;
    private final IntakeLoss.Observer losses;
    private final Hasher64 hasher = Hashing.xxh3_64(SEED);
    private LongIndex values = new LongIndex(SEED);
    private LongIndex labels = new LongIndex(SEED);
    private int[] valuesOfLabel = new int[16];
    private long day;

    /// @param max of a label; 0 = any number, and none is remembered
    LabelValueCap(int max, InstantSource clock, IntakeLoss.Observer losses) {
        this(max, ALL_MAX, clock, losses);
    }

    LabelValueCap(int max, int allMax, InstantSource clock, IntakeLoss.Observer losses) {
        this.max = max;
        this.allMax = allMax;
        this.clock = clock;
        this.losses = losses;
    }

    private static Set<String> exempt() {
        Set<String> names = new HashSet<>(SampleLabels.COMPUTED);
        names.addAll(Set.of(LabelNames.NAME, LabelNames.NAME_REPLACED, LabelNames.SERVICE_NAME));
        return Set.copyOf(names);
    }

    /// @param series all labels of it, as they would be stored
    Labels apply(String service, Labels series) {
        if (max == 0) {
            return series;
        }
        Map<String, String> replaced = beyond(service, series);
        if (replaced.isEmpty()) {
            return series;
        }
        losses.lost(IntakeLoss.LABEL_VALUE, replaced.size());
        return series.with(replaced);
    }

    private synchronized Map<String, String> beyond(String service, Labels series) {
        turn();
        Map<String, String> beyond = new HashMap<>();
        for (int i = 0; i < series.count(); i++) {
            String name = series.name(i);
            String value = series.value(i);
            if (!EXEMPT.contains(name) && !value.equals(OTHER) && !isLetIn(service, name, value)) {
                beyond.put(name, OTHER);
            }
        }
        return beyond;
    }

    private boolean isLetIn(String service, String name, String text) {
        long value = hash(service, name, text);
        if (values.find(value) != LongIndex.NONE) {
            return true;
        }
        long label = hash(service, name);
        int known = labels.find(label);
        boolean isFull = known != LongIndex.NONE && valuesOfLabel[known] == max;
        if (isFull || values.count() == allMax) {
            return false;
        }
        int number = labels.add(label);
        if (number == valuesOfLabel.length) {
            valuesOfLabel = Arrays.copyOf(valuesOfLabel, 2 * number);
        }
        valuesOfLabel[number]++;
        values.add(value);
        return true;
    }

    private void turn() {
        long today = clock.millis() / DAY_MILLIS;
        if (today != day) {
            values = new LongIndex(SEED);
            labels = new LongIndex(SEED);
            valuesOfLabel = new int[16];
            day = today;
        }
    }

    private long hash(String... texts) {
        var stream = hasher.hashStream();
        for (String text : texts) {
            stream.putString(text);
        }
        return stream.getAsLong();
    }
}
