package io.flamekeeper.query;

import io.flamekeeper.model.Labels;

/// Points of one group of series, sparse and ascending in time: a step without profiles has none.
///
/// @param labels     the labels the group shares, sorted as all labels are
/// @param timeMillis end of each step, `long[n]`, milliseconds since the Unix epoch
/// @param value      `double[n]`, amounts in the unit of the profile type
public record TimeSeries(Labels labels, long[] timeMillis, double[] value) {
    /// Sum of the points, by which series are ranked.
    public double sum() {
        double sum = 0;
        for (double one : value) {
            sum += one;
        }
        return sum;
    }
}
