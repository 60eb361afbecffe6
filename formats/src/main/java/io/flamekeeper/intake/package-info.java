/// From untrusted bytes to profiles that can be relied on: inflate, recognise the dialect, decide what to
/// believe.
@NullMarked
package io.flamekeeper.intake;

import org.jspecify.annotations.NullMarked;
