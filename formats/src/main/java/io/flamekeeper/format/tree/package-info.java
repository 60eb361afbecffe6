/// Call trees as bytes, the way old agents send them: `tree`, whose names are frames, and `trie`, whose names
/// are pieces of whole stacks. Uses `model` and `format`.
@NullMarked
package io.flamekeeper.format.tree;

import org.jspecify.annotations.NullMarked;
