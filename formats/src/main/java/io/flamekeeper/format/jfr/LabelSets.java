package io.flamekeeper.format.jfr;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.LabelNames;
import java.util.Arrays;
import java.util.HexFormat;

/// What an event says about where it belongs – context, span, trace – by number, and the labels that this
/// means. Number 0 is nothing at all.
///
/// | column  | shape          | meaning                                                                     |
/// |---------|----------------|-----------------------------------------------------------------------------|
/// | `said`  | `long[5 * n]`  | 1 + number of the context, span, name of the span, upper and lower half of the trace; 0 = not said |
/// | `slot`  | `int[power of 2]` | number, 0 = free; probed linearly, at most half full                     |
/// | `first` | `int[n + 1]`   | first label in the two columns below                                        |
/// | `name`  | `int[labels]`  | string of the recording                                                     |
/// | `value` | `int[labels]`  | likewise                                                                    |
final class LabelSets {
    private static final int PARTS = 5;
    private static final int CONTEXT = 0;
    private static final int SPAN = 1;
    private static final int SPAN_NAME = 2;
    private static final int TRACE_HIGH = 3;
    private static final int TRACE_LOW = 4;

    private static final byte[] NAME_OF_SPAN = LabelNames.PROFILE_ID.getBytes(US_ASCII);
    private static final byte[] NAME_OF_TRACE = LabelNames.TRACE_ID.getBytes(US_ASCII);
    private static final byte[] NAME_OF_SPAN_NAME = "span_name".getBytes(US_ASCII);

    private final DecodeLimits limits;
    private final LabelsSnapshot snapshot;
    private final Symbols symbols;
    private final long seed;

    private int count = 1;
    private long[] said = new long[PARTS * 64];
    private int[] slot = new int[128];

    private int[] first = {};
    private int[] name = {};
    private int[] value = {};
    private int labels;
    private int[] stringOfSnapshot = {};

    /// @param seed unknown to whoever sends the events
    LabelSets(DecodeLimits limits, LabelsSnapshot snapshot, Symbols symbols, long seed) {
        this.limits = limits;
        this.snapshot = snapshot;
        this.symbols = symbols;
        this.seed = seed;
    }

    /// **Hot path.** Benchmark: `JfrDecodeBenchmark`.
    int number(long contextId, long span, long spanName, long traceHigh, long traceLow) {
        long context = contextId == 0 ? 0 : 1L + snapshot.context(contextId);
        if ((context | span | spanName | traceHigh | traceLow) == 0) {
            return 0;
        }
        int at = slotOf(context, span, spanName, traceHigh, traceLow);
        if (slot[at] != 0) {
            return slot[at];
        }
        if (PARTS * count == said.length) {
            grow();
            at = slotOf(context, span, spanName, traceHigh, traceLow);
        }
        int row = PARTS * count;
        said[row + CONTEXT] = context;
        said[row + SPAN] = span;
        said[row + SPAN_NAME] = spanName;
        said[row + TRACE_HIGH] = traceHigh;
        said[row + TRACE_LOW] = traceLow;
        slot[at] = count;
        return count++;
    }

    private void grow() {
        said = Arrays.copyOf(said, 2 * said.length);
        slot = new int[2 * slot.length];
        for (int number = 1; number < count; number++) {
            int row = PARTS * number;
            slot[slotOf(said[row], said[row + 1], said[row + 2], said[row + 3], said[row + 4])] =
                    number;
        }
    }

    private int slotOf(long context, long span, long spanName, long traceHigh, long traceLow) {
        long hash = mixed(seed ^ context);
        hash = mixed(hash ^ span);
        hash = mixed(hash ^ spanName);
        hash = mixed(hash ^ traceHigh);
        hash = mixed(hash ^ traceLow);
        int mask = slot.length - 1;
        int at = (int) (hash >>> 32) & mask;
        while (slot[at] != 0) {
            int row = PARTS * slot[at];
            if (said[row + CONTEXT] == context
                    && said[row + SPAN] == span
                    && said[row + SPAN_NAME] == spanName
                    && said[row + TRACE_HIGH] == traceHigh
                    && said[row + TRACE_LOW] == traceLow) {
                break;
            }
            at = (at + 1) & mask;
        }
        return at;
    }

    private static long mixed(long hash) {
        long product = hash * 0x9e3779b97f4a7c15L;
        return product ^ (product >>> 32);
    }

    /// Looks up what every number means. To be called once, when there are no more of them.
    void resolve() {
        first = new int[count + 1];
        stringOfSnapshot = new int[snapshot.stringCount()];
        for (int number = 1; number < count; number++) {
            int row = PARTS * number;
            if (said[row + CONTEXT] != 0) {
                snapshot.labels(
                        (int) said[row + CONTEXT] - 1,
                        limits.sampleLabelsMax(),
                        (nameInSnapshot, valueInSnapshot) ->
                                add(string(nameInSnapshot), string(valueInSnapshot)));
            }
            if (said[row + SPAN] != 0) {
                add(NAME_OF_SPAN, HexFormat.of().toHexDigits(said[row + SPAN]));
            }
            if (said[row + SPAN_NAME] != 0) {
                int spanName = snapshot.string(said[row + SPAN_NAME]);
                if (spanName != LongIndex.NONE) {
                    add(string(NAME_OF_SPAN_NAME), string(spanName));
                }
            }
            if ((said[row + TRACE_HIGH] | said[row + TRACE_LOW]) != 0) {
                add(
                        NAME_OF_TRACE,
                        HexFormat.of().toHexDigits(said[row + TRACE_HIGH])
                                + HexFormat.of().toHexDigits(said[row + TRACE_LOW]));
            }
            first[number + 1] = labels;
        }
    }

    /// Id of a string of the snapshot among those of the recording.
    private int string(int ofSnapshot) {
        if (stringOfSnapshot[ofSnapshot] == 0) {
            int start = snapshot.stringStart(ofSnapshot);
            int end = snapshot.stringEnd(ofSnapshot);
            var text = new TextBuffer();
            if (Utf8.isValid(snapshot.bytes(), start, end - start)) {
                text.append(snapshot.bytes(), start, end);
            } else {
                text.append(new String(snapshot.bytes(), start, end - start, UTF_8));
            }
            stringOfSnapshot[ofSnapshot] = symbols.string(text);
        }
        return stringOfSnapshot[ofSnapshot];
    }

    private int string(byte[] text) {
        return symbols.string(text, 0, text.length);
    }

    private void add(byte[] labelName, String digits) {
        add(string(labelName), string(digits.getBytes(US_ASCII)));
    }

    private void add(int labelName, int labelValue) {
        if (labels == name.length) {
            name = Arrays.copyOf(name, Math.max(64, 2 * labels));
            value = Arrays.copyOf(value, name.length);
        }
        name[labels] = labelName;
        value[labels++] = labelValue;
    }

    int labelCount(int number) {
        return first[number + 1] - first[number];
    }

    /// Copies the labels of a number to where `at` says.
    void copy(int number, int[] toName, int[] toValue, int at) {
        System.arraycopy(name, first[number], toName, at, labelCount(number));
        System.arraycopy(value, first[number], toValue, at, labelCount(number));
    }
}
