package io.flamekeeper.segment;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import java.io.IOException;
import java.util.List;

/// What one service of one tenant has, as a partition of a segment is written from it. Comes in canonical
/// order: series by profile type id, then labels; rows by series, then time, then arrival.
public interface PartitionSource {
    TenantId tenant();

    String service();

    /// In canonical order. A series may have no rows.
    SeriesTable series();

    SymbolTable symbols();

    StackTable stacks();

    /// Which uploads the rows came with, in no order; empty where nobody will ask any more.
    List<UploadMark> uploads();

    /// The rows from the first on. The caller uses one at a time.
    RowCursor rows() throws IOException;
}
