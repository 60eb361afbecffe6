package io.flamekeeper.format.jfr;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Events of one family, those of the same stack and labels as one.
///
/// | column   | shape     | meaning                                                                     |
/// |----------|-----------|-----------------------------------------------------------------------------|
/// | `key`    | `long[n]` | `node << 32 or label set`, in `keys`                                        |
/// | `count`  | `long[n]` | how many events                                                             |
/// | `amount` | `long[n]` | sum of what they measured; saturates                                        |
final class Samples {
    private static final int RECENT = 256;

    private final JfrFamily family;
    private final DecodeLimits limits;
    private final LongIndex keys;
    private long[] count = new long[64];
    private long[] amount = new long[64];

    // Rows of keys that came lately: a thread that is sampled twice is often where it was.
    private final long[] recentKey = new long[RECENT];
    private final int[] recentRow = new int[RECENT];

    Samples(JfrFamily family, DecodeLimits limits, long hashSeed) {
        this.family = family;
        this.limits = limits;
        this.keys = new LongIndex(hashSeed);
        Arrays.fill(recentKey, -1);
    }

    JfrFamily family() {
        return family;
    }

    boolean isEmpty() {
        return keys.count() == 0;
    }

    /// **Hot path.** Benchmark: `JfrDecodeBenchmark`.
    ///
    /// @param measured at least 0
    void add(int node, int labelSet, long measured) {
        long key = (long) node << Integer.SIZE | labelSet;
        int slot = (node ^ labelSet) & (RECENT - 1);
        int row = recentRow[slot];
        if (recentKey[slot] != key) {
            row = row(key);
            recentKey[slot] = key;
            recentRow[slot] = row;
        }
        count[row]++;
        amount[row] = SaturatedMath.add(amount[row], measured);
    }

    private int row(long key) {
        int row = keys.add(key);
        if (row == count.length) {
            if (row >= limits.samplesMax()) {
                throw tooMany();
            }
            count = Arrays.copyOf(count, 2 * row);
            amount = Arrays.copyOf(amount, 2 * row);
        }
        return row;
    }

    private FlamekeeperException tooMany() {
        return new FlamekeeperException(
                ErrorCode.LIMIT_EXCEEDED,
                "jfr: more than %d different samples of %s (expected: at most %1$d; setting profile-samples-max)",
                limits.samplesMax(),
                family);
    }

    /// @param period of [JfrFamily#periodType], 0 = not known
    RawProfile profile(SymbolTable symbols, StackTable stacks, LabelSets labelSets, long period) {
        int samples = keys.count();
        if (samples > limits.samplesMax()) {
            throw tooMany();
        }
        int types = family.sampleTypes().size();
        int[] stack = new int[samples];
        long[] value = new long[samples * types];
        int[] labelStart = new int[samples + 1];
        for (int sample = 0; sample < samples; sample++) {
            stack[sample] = (int) (keys.key(sample) >>> Integer.SIZE);
            value[sample * types] = count[sample];
            value[sample * types + types - 1] = amount[sample];
            labelStart[sample + 1] =
                    labelStart[sample] + labelSets.labelCount((int) keys.key(sample));
        }
        int[] labelName = new int[labelStart[samples]];
        int[] labelValue = new int[labelStart[samples]];
        for (int sample = 0; sample < samples; sample++) {
            labelSets.copy((int) keys.key(sample), labelName, labelValue, labelStart[sample]);
        }
        return new RawProfile(
                symbols,
                stacks,
                family.sampleTypes(),
                family.periodType(),
                period,
                0,
                0,
                samples,
                stack,
                value,
                labelStart,
                labelName,
                labelValue);
    }
}
