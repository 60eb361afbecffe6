/// What becomes of sealed profiles: which segments are joined, and how.
///
/// [CompactionPolicy] decides, [MergedSource] joins; `store` writes the files and swaps them. Knows no file.
/// May use `model`, `dictionary` and `segment`.
@NullMarked
package io.flamekeeper.compaction;

import org.jspecify.annotations.NullMarked;
