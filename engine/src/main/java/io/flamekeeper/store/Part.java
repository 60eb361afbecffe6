package io.flamekeeper.store;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;

/// What one service has in one place, the head or one segment, seen at one instant.
///
/// A *series* is one set of labels with one profile type; a *row* is one profile of it; a *pair* is
/// (stack node, value). Node and series ids mean something in this part only.
public interface Part {
    String service();

    /// Equal for two parts only if every node of the one with fewer nodes is the same node of the other. A key
    /// for caches: small, and gone from memory some time after the parts are.
    Object dictionaryKey();

    /// Equal for two parts only if they hold the same rows; likewise.
    Object contentKey();

    /// Time of the earliest row, milliseconds since the Unix epoch.
    long firstMillis();

    /// Time of the latest row, milliseconds since the Unix epoch.
    long lastMillis();

    SeriesTable series();

    boolean hasRows(int series, TimeRange range);

    /// Whether every series has a row, so that nobody needs to ask [#hasRows] for all of time.
    default boolean isEverySeriesUsed() {
        return true;
    }

    /// Calls `visitor` for every row of the series in the range, or for several rows of one cell of the grid
    /// at once; every row is in exactly one call. In no order.
    void forEachTotal(int series, TimeRange range, Grid grid, TotalVisitor visitor);

    /// Adds every pair of the rows in range into `self[node]`. Sums saturate.
    ///
    /// @param series ascending, each once, all of one type
    /// @param filter which samples of the rows count
    /// @param self   `long[n]` with n at least `stacks().count()`
    /// @param meter  told about every block before it is read; stops the scan by throwing
    /// @throws io.flamekeeper.model.FlamekeeperException `CORRUPT_DATA`, naming file and block
    void addSelf(int[] series, TimeRange range, SampleFilter filter, long[] self, ScanMeter meter);

    /// Who the nodes of [#stacks] are. Decoded on first use, then kept while the part is open.
    SymbolTable symbols();

    StackTable stacks();

    /// How a caller divides time.
    interface Grid {
        /// Each millisecond is a cell of its own, so every row comes alone.
        Grid FINEST = (_, _) -> false;

        /// Whether all times from the first to the last, inclusive, are in one cell.
        boolean isOneCell(long firstMillis, long lastMillis);
    }

    /// Receives totals.
    interface TotalVisitor {
        /// @param timeMillis time of the row, or of any of the rows, milliseconds since the Unix epoch
        /// @param total      sum of the values, saturated
        /// @param rows       how many rows
        void total(long timeMillis, long total, long rows);
    }

    /// Told what a scan is about to cost, so that a query can be stopped between two blocks.
    interface ScanMeter {
        /// Counts and forgets.
        ScanMeter UNLIMITED = (_, _) -> {};

        /// @param rows  rows about to be read
        /// @param pairs pairs in them
        /// @throws io.flamekeeper.model.FlamekeeperException `BUDGET_EXCEEDED` or `CANCELLED`
        void scan(long rows, long pairs);
    }
}
