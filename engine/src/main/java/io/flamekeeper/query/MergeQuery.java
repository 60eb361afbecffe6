package io.flamekeeper.query;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.store.SpanFilter;
import java.util.List;

/// Which stacks did the selected profiles spend their amounts in?
///
/// @param callSite function names, outermost first: only stacks that begin with exactly these count, and
///     they keep these frames. Empty means every stack
/// @param spans    only samples of these spans
public record MergeQuery(
        ProfileType type,
        Selector selector,
        TimeRange range,
        List<String> callSite,
        SpanFilter spans) {
    public MergeQuery {
        callSite = List.copyOf(callSite);
    }
}
