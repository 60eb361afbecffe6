/// Where profiles are kept: log first, then readable at once from the head, later sealed into segments.
///
/// Start with [Store]; [Snapshot] and [Part] are what a query sees of it.
@NullMarked
package io.flamekeeper.store;

import org.jspecify.annotations.NullMarked;
