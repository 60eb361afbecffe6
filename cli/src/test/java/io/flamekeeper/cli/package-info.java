/// What the commands print, held to what is written down.
@NullMarked
package io.flamekeeper.cli;

import org.jspecify.annotations.NullMarked;
