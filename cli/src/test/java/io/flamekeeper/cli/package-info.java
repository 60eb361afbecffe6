@NullMarked
package io.flamekeeper.cli;

import org.jspecify.annotations.NullMarked;
