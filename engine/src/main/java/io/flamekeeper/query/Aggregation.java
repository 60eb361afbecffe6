package io.flamekeeper.query;

/// How the profiles that fall into one step of a time series become one number.
public enum Aggregation {
    SUM,
    /// The mean over the profiles of the step.
    AVERAGE
}
