package io.flamekeeper.querier;

import io.flamekeeper.http.Call;
import io.flamekeeper.query.QueryBudget;
import io.flamekeeper.query.QueryEngine;
import io.flamekeeper.query.QueryLimits;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// What every question needs: the engine, a budget, the time.
///
/// @param clock     wall-clock time
/// @param nanoClock monotonic
public record Questions(
        QueryEngine engine, QueryLimits limits, InstantSource clock, LongSupplier nanoClock) {
    /// A budget that ends with the call: at its deadline, or when its caller goes away.
    QueryBudget budget(Call call) {
        var time = call.timeout().compareTo(limits.deadline()) < 0 ? call.timeout() : limits.deadline();
        var budget = new QueryBudget(nanoClock, time, limits.pairsMax());
        call.onAbandon(budget::cancel);
        return budget;
    }

    long nowMillis() {
        return clock.millis();
    }
}
