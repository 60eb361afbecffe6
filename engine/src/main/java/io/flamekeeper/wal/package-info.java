/// The log: frames of bytes, written one after another, read back after a crash up to the last whole one.
///
/// Knows nothing of profiles. [WalLayout] is the specification; [WalWriter] and [WalReader] are its two
/// readings. May use `model`, `vfs` and `column`.
@NullMarked
package io.flamekeeper.wal;

import org.jspecify.annotations.NullMarked;
