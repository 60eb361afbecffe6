package io.flamekeeper.query;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.SaturatedMath;
import java.util.Arrays;

/// Sums and counts by the end of their step; only steps that have profiles take room.
final class StepSums {
    private long[] time = new long[16];
    private long[] sum = new long[16];
    private long[] profiles = new long[16];
    private int[] slot = new int[32];
    private int count;
    private int last;

    /// Rows come in time order, so the step is most often the last one.
    void add(long stepMillis, long amount, long profileCount) {
        int at = count > 0 && time[last] == stepMillis ? last : find(stepMillis);
        sum[at] = SaturatedMath.add(sum[at], amount);
        profiles[at] += profileCount;
        last = at;
    }

    void add(StepSums other) {
        for (int i = 0; i < other.count; i++) {
            add(other.time[i], other.sum[i], other.profiles[i]);
        }
    }

    /// The ends of the steps, ascending.
    long[] times() {
        long[] times = Arrays.copyOf(time, count);
        Arrays.sort(times);
        return times;
    }

    /// Ascending in time; steps whose sum is 0 are left out.
    TimeSeries toSeries(Labels labels, Aggregation aggregation) {
        int[] order = Sorting.sort(count, (left, right) -> Long.compare(time[left], time[right]));
        long[] times = new long[count];
        double[] values = new double[count];
        int points = 0;
        for (int i : order) {
            if (sum[i] != 0) {
                times[points] = time[i];
                values[points++] =
                        switch (aggregation) {
                            case SUM -> (double) sum[i];
                            case AVERAGE -> (double) sum[i] / profiles[i];
                        };
            }
        }
        return new TimeSeries(labels, Arrays.copyOf(times, points), Arrays.copyOf(values, points));
    }

    private int find(long stepMillis) {
        int mask = slot.length - 1;
        int at = Long.hashCode(stepMillis * 0x9e37_79b9_7f4a_7c15L) & mask;
        while (slot[at] != 0) {
            if (time[slot[at] - 1] == stepMillis) {
                return slot[at] - 1;
            }
            at = (at + 1) & mask;
        }
        if (count == time.length) {
            time = Arrays.copyOf(time, 2 * count);
            sum = Arrays.copyOf(sum, 2 * count);
            profiles = Arrays.copyOf(profiles, 2 * count);
        }
        time[count] = stepMillis;
        slot[at] = ++count;
        if (2 * count > slot.length) {
            grow();
        }
        return count - 1;
    }

    private void grow() {
        slot = new int[2 * slot.length];
        int mask = slot.length - 1;
        for (int i = 0; i < count; i++) {
            int at = Long.hashCode(time[i] * 0x9e37_79b9_7f4a_7c15L) & mask;
            while (slot[at] != 0) {
                at = (at + 1) & mask;
            }
            slot[at] = i + 1;
        }
    }
}
