/// What operators and the page ask about the server itself: is it ready, what has it done, which version is
/// it; and the files of the page.
///
/// Start with [Operations]. Uses `model`, `store`, `ingest` for its counters, and `http`. To add a figure,
/// add it to [Metrics].
@NullMarked
package io.flamekeeper.ops;

import org.jspecify.annotations.NullMarked;
