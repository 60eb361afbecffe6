/// Questions about stored profiles: which series, how much over time, in which stacks.
///
/// Start with [QueryEngine]; [SelectorParser] reads what users write. Depends on `model` and `store`.
/// Knows no clock and no thread of its own: budgets carry a clock, workers run on the pool passed in.
@NullMarked
package io.flamekeeper.query;

import org.jspecify.annotations.NullMarked;
