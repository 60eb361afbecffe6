/// The command `flamekeeper`. Standard output carries what a program may want to read, standard error the log.
@NullMarked
package io.flamekeeper.cli;

import org.jspecify.annotations.NullMarked;
