/// The process: settings, and the one place where everything is put together and taken apart.
@NullMarked
package io.flamekeeper.server;

import org.jspecify.annotations.NullMarked;
