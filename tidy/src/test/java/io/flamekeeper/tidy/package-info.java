/// Holds the repository to its own description. Reads documents and compiled classes, runs nothing.
@NullMarked
package io.flamekeeper.tidy;

import org.jspecify.annotations.NullMarked;
