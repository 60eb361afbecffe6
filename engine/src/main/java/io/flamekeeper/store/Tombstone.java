package io.flamekeeper.store;

import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Profiles that are deleted and still in files. Hidden from every snapshot; forgotten once no file has them.
///
/// @param id       unique in the store
/// @param range    rows that start in it are deleted
/// @param segments numbers of those that may still have them; what is sealed later is not touched
record Tombstone(long id, TenantId tenant, Selector selector, TimeRange range, Set<Long> segments) {
    Tombstone {
        segments = Set.copyOf(segments);
    }

    boolean appliesTo(long segment) {
        return segments.contains(segment);
    }

    /// The same after `inputs` were replaced by `outputs`.
    ///
    /// @param applied whether the rows were left out of the outputs
    Tombstone replaced(List<Long> inputs, List<Long> outputs, boolean applied) {
        var left = new HashSet<>(segments);
        boolean any = left.removeAll(inputs);
        if (any && !applied) {
            left.addAll(outputs);
        }
        return new Tombstone(id, tenant, selector, range, left);
    }
}
