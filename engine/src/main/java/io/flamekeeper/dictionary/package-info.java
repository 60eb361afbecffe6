/// Who the stacks of one service are: strings, functions, mappings, frames, stack nodes and series by dense
/// ids, each stored once.
///
/// Start with [Dictionary], which one writer fills; [DictionaryView] is what everybody else sees of it.
/// May use `model` and `column`.
@NullMarked
package io.flamekeeper.dictionary;

import org.jspecify.annotations.NullMarked;
