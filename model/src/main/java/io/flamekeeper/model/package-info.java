/// The vocabulary: immutable values every other package speaks in, and nothing else.
///
/// Read in this order: [Labels], [ProfileType], [StringTable], [SymbolTable], [StackTable], [Profile],
/// [ProfileGroup], [StackTree].
/// Depends on the JDK only. No class here reads a clock, a file, a socket or a configuration.
@NullMarked
package io.flamekeeper.model;

import org.jspecify.annotations.NullMarked;
