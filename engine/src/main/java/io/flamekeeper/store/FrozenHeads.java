package io.flamekeeper.store;

import io.flamekeeper.store.ShardState.FrozenHead;
import java.util.List;

/// Heads that take nothing more and wait to be sealed.
interface FrozenHeads {
    /// Makes it one of them, if there is a head that is old enough. Does not wait.
    default void freezeIfAged() {}

    /// In the order they should be sealed in.
    List<FrozenHead> frozen();

    /// Shows the head no more: a segment has it all.
    void sealed(FrozenHead head);
}
