package io.flamekeeper.bench.workload;

import java.util.Arrays;
import java.util.Locale;

/// How long calls took. Safe for use by many threads.
final class Latencies {
    private double[] millis = new double[1 << 10];
    private int count;

    synchronized void add(double millis) {
        if (count == this.millis.length) {
            this.millis = Arrays.copyOf(this.millis, 2 * count);
        }
        this.millis[count++] = millis;
    }

    synchronized double quantile(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        double[] sorted = Arrays.copyOf(millis, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1, share * count)];
    }

    synchronized int count() {
        return count;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p99 %.1f ms, max %.1f ms (%d)",
                quantile(0.5),
                quantile(0.99),
                quantile(1),
                count());
    }
}
