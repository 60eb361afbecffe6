/// A program that the demonstration profiles: a genetic algorithm on one JVM. It knows nothing of the server.
///
/// `Island` is the process, `Evolution` its population, `Strategy` one individual; `Faults` are planted.
@NullMarked
package io.flamekeeper.cli.demo.island;

import org.jspecify.annotations.NullMarked;
