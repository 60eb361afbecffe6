@NullMarked
package io.flamekeeper.cli.push;

import org.jspecify.annotations.NullMarked;
