/// The on-disk form of sealed profiles. [SegmentLayout] is the specification; [SegmentWriter] and [Segment]
/// are its two readings; [SegmentCheck] holds a file to all of it.
///
/// May use `model`, `vfs`, `column` and `dictionary`.
@NullMarked
package io.flamekeeper.segment;

import org.jspecify.annotations.NullMarked;
