/// The `profile.proto` format of pprof, raw; whoever calls has inflated it.
///
/// Uses `model` and `format`. Decides nothing: what a profile means is for `intake`.
@NullMarked
package io.flamekeeper.format.pprof;

import org.jspecify.annotations.NullMarked;
