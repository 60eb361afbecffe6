package io.flamekeeper.store;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;

/// What one service has in one place, the head or one segment, seen at one instant.
///
/// A *series* is one set of labels with one profile type; a *row* is one profile of it; a *pair* is
/// (stack node, value). Node and series ids mean something in this part only.
public interface Part {
    String service();

    /// Time of the earliest row, milliseconds since the Unix epoch.
    long firstMillis();

    /// Time of the latest row, milliseconds since the Unix epoch.
    long lastMillis();

    int seriesCount();

    /// Labels of the series, the computed `__…__` ones included.
    Labels labels(int series);

    ProfileType type(int series);

    boolean hasRows(int series, TimeRange range);

    /// Calls `visitor` once for every row of the series in the range, in time order.
    void forEachRow(int series, TimeRange range, RowVisitor visitor);

    /// Adds every pair of the rows in range into `self[node]`. Sums saturate.
    ///
    /// @param spans only samples of these spans, or [SpanFilter#ALL]
    /// @param self  `long[n]` with n at least `stacks().count()`
    /// @param meter told about every block before it is read; stops the scan by throwing
    /// @throws io.flamekeeper.model.FlamekeeperException `CORRUPT_DATA`, naming file and block
    void addSelf(int series, TimeRange range, SpanFilter spans, long[] self, ScanMeter meter);

    /// Who the nodes of [#stacks] are. Decoded on first use, then kept while the part is open.
    SymbolTable symbols();

    StackTable stacks();

    /// Receives rows.
    interface RowVisitor {
        /// @param timeMillis milliseconds since the Unix epoch
        /// @param total      sum of the row's values
        void row(long timeMillis, long total);
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
