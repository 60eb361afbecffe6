package io.flamekeeper.model;

/// Names an upload by its content, so that the same one sent again is known.
///
/// Two uploads with equal hashes are one upload that was sent twice; those with [#NONE] are always two.
/// The tenant is not part of it: whoever compares hashes compares them within a tenant.
///
/// @param high upper 64 of 128 bits
/// @param low  lower 64
public record UploadHash(long high, long low) {
    /// Of an upload that says nothing by which a retry could be told from a new one.
    public static final UploadHash NONE = new UploadHash(0, 0);

    public boolean isNone() {
        return (high | low) == 0;
    }
}
