package io.flamekeeper.store;

import io.flamekeeper.model.Damage;
import java.util.List;
import java.util.Optional;

/// What [FolderCheck] says of one file.
///
/// @param bytes       size of the file; 0 if it is missing
/// @param profiles    that a start would serve from this file
/// @param summary     what it is, in a few words
/// @param damages     what is wrong with it, the first hundred
/// @param damageCount how much is wrong in all
/// @param unread      why it could not be read to its end, if that is so and no fault of the file
public record FileReport(
        String name,
        Kind kind,
        long bytes,
        long profiles,
        String summary,
        List<Damage> damages,
        long damageCount,
        Optional<String> unread) {
    /// What a file is there for.
    public enum Kind {
        CATALOG,
        SEGMENT,
        LOG,
        /// Given up when the disk is full.
        RESERVE,
        /// The next start deletes it, whatever is in it.
        LEFTOVER,
        /// Damage of earlier times, kept for an operator.
        SET_ASIDE,
        /// Not the store's.
        UNKNOWN
    }

    public boolean isWell() {
        return damageCount == 0 && unread.isEmpty();
    }
}
