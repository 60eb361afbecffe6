/// Shapes a result for an eye or a file: pure functions from values of `model` to boxes and bytes.
///
/// [FlameGraph], [FlameGraphDiff] and [Timeline] are shapes; [TreeBytes], [PprofExport] and
/// [FlamebearerJson] are bytes. Depends on `model` alone and never sees a store.
@NullMarked
package io.flamekeeper.view;

import org.jspecify.annotations.NullMarked;
