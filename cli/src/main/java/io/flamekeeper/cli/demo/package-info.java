/// The demonstration: a server on a fresh folder, and real workloads on JVMs and in Python that send to it.
@NullMarked
package io.flamekeeper.cli.demo;

import org.jspecify.annotations.NullMarked;
