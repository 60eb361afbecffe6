/// Profiles as the viewer Speedscope reads them, in JSON. Uses `model` and `format`.
@NullMarked
package io.flamekeeper.format.speedscope;

import org.jspecify.annotations.NullMarked;
