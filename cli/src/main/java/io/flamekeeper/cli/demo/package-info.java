/// The demonstration: a server on a fresh folder and a real Python workload that sends to it.
@NullMarked
package io.flamekeeper.cli.demo;

import org.jspecify.annotations.NullMarked;
