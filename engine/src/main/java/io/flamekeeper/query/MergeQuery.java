package io.flamekeeper.query;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.store.SampleFilter;
import java.util.List;

/// Which stacks did the selected profiles spend their amounts in?
///
/// @param callSite function names, outermost first: only stacks that begin with exactly these count, and
///     they keep these frames. Empty means every stack
/// @param samples  which of them count
public record MergeQuery(
        ProfileType type,
        Selector selector,
        TimeRange range,
        List<String> callSite,
        SampleFilter samples) {
    public MergeQuery {
        callSite = List.copyOf(callSite);
    }
}
