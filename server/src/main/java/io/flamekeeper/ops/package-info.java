/// What keeps the server running and explains it: readiness, metrics, build facts, the page's files.
///
/// Uses `model`, `store`, `http` and `ingest`.
@NullMarked
package io.flamekeeper.ops;

import org.jspecify.annotations.NullMarked;
