/// Numbers as bytes: what the log and the segments share. Little-endian, variable-length, differences.
///
/// May use `model` only.
@NullMarked
package io.flamekeeper.column;

import org.jspecify.annotations.NullMarked;
