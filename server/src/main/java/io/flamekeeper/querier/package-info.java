/// The doors for questions: `querier.v1` for Grafana and the page, `/pyroscope/render` for older callers.
///
/// Arguments are checked here, in the order in which clients rely on; everything else is the engine's.
/// Start with [QuerierService]. Uses `model`, `query`, `view`, `store`, `intake` for the grammar of times,
/// `api` and `http`.
@NullMarked
package io.flamekeeper.querier;

import org.jspecify.annotations.NullMarked;
