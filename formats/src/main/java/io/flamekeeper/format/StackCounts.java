package io.flamekeeper.format;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import java.util.Arrays;
import java.util.List;

/// Amounts of stacks, those of the same stack and label as one. Sums saturate.
///
/// | column   | shape     | meaning                          |
/// |----------|-----------|----------------------------------|
/// | `key`    | `long[n]` | `label << 32 or node`, in `keys` |
/// | `amount` | `long[n]` | sum of what was added            |
public final class StackCounts {
    private final String format;
    private final DecodeLimits limits;
    private final LongIndex keys;
    private long[] amount = new long[64];

    /// @param format   its name, for messages
    /// @param hashSeed unknown to whoever sends the stacks
    public StackCounts(String format, DecodeLimits limits, long hashSeed) {
        this.format = format;
        this.limits = limits;
        this.keys = new LongIndex(hashSeed);
    }

    public boolean isEmpty() {
        return keys.count() == 0;
    }

    /// @param label string: value of the one label that the samples have, 0 = none
    /// @throws FlamekeeperException `LIMIT_EXCEEDED` when that is one sample too many
    public void add(int stack, int label, long more) {
        int row = keys.add((long) label << Integer.SIZE | stack);
        if (row >= limits.samplesMax()) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "%s: more than %d different stacks (expected: at most %2$d)",
                    format,
                    limits.samplesMax());
        }
        if (row == amount.length) {
            amount = Arrays.copyOf(amount, 2 * row);
        }
        long sum = amount[row] + more;
        boolean overflows = ((amount[row] ^ sum) & (more ^ sum)) < 0;
        amount[row] = overflows ? (more < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    /// @param type      what was counted
    /// @param labelName string: what the label is called
    /// @param duration  nanoseconds, 0 = not said
    public RawProfile profile(
            SymbolTable symbols, StackTable stacks, ValueType type, int labelName, long duration) {
        int samples = keys.count();
        int[] stack = new int[samples];
        int[] labelStart = new int[samples + 1];
        int[] labelNames = new int[samples];
        int[] labelValues = new int[samples];
        for (int sample = 0; sample < samples; sample++) {
            stack[sample] = (int) keys.key(sample);
            int label = (int) (keys.key(sample) >>> Integer.SIZE);
            int next = labelStart[sample];
            if (label != 0) {
                labelNames[next] = labelName;
                labelValues[next++] = label;
            }
            labelStart[sample + 1] = next;
        }
        return new RawProfile(
                symbols,
                stacks,
                List.of(type),
                ValueType.NONE,
                0,
                0,
                duration,
                samples,
                stack,
                amount,
                labelStart,
                labelNames,
                labelValues);
    }
}
