/// The only door to the disk. Storage code names files through [Vfs] and nothing else, so that power cuts,
/// torn writes, failing syncs and full disks can be simulated at every single operation.
@NullMarked
package io.flamekeeper.vfs;

import org.jspecify.annotations.NullMarked;
