@NullMarked
package io.flamekeeper.server;

import org.jspecify.annotations.NullMarked;
