package io.flamekeeper.model;

/// Something in a stored file that is not as it was written.
///
/// @param what file, place and fault, as `file: place: found (expected: …)`
/// @param lost what cannot be had any more because of it; begins with `nothing` if that is so
public record Damage(String what, String lost) {
    /// What is damaged, if an exception says so.
    ///
    /// @throws FlamekeeperException the same, if it says something else
    public static String reasonOf(FlamekeeperException e) {
        if (e.code() == ErrorCode.STORE_UNAVAILABLE) {
            throw e;
        }
        return String.valueOf(e.getMessage());
    }
}
