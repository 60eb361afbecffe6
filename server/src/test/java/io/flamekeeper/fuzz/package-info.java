/// Parsers fed with bytes of nobody's choosing: [FuzzTarget] is the list. The suite replays the corpus in the
/// test resources; `flamekeeper nightly --only N5` looks for more with Jazzer. A finding becomes a file there.
@NullMarked
package io.flamekeeper.fuzz;

import org.jspecify.annotations.NullMarked;
