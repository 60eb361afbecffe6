/// Wire formats, one per sub-package. A format only decodes; it decides nothing.
@NullMarked
package io.flamekeeper.format;

import org.jspecify.annotations.NullMarked;
