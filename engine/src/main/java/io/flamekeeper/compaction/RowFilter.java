package io.flamekeeper.compaction;

/// Which rows of an input are kept.
@FunctionalInterface
public interface RowFilter {
    RowFilter ALL = (_, _) -> true;

    /// @param series of the input
    boolean keeps(int series, long timeMillis);
}
