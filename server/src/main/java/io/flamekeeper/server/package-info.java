/// The program: its settings, its log, and the one method that builds every object in it.
///
/// Start with [ProfilingServer]. Uses everything else in the server; nothing but `cli` uses it. To add a
/// setting, add a component to [ServerConfig].
@NullMarked
package io.flamekeeper.server;

import org.jspecify.annotations.NullMarked;
