package io.flamekeeper.http;

import java.util.function.LongConsumer;

/// Undoes gzip for the door, which does not know how.
@FunctionalInterface
public interface Inflater {
    /// @param bytesMax most bytes that the result may have
    /// @param what     what the bytes are, for messages
    /// @param memory   told how many more bytes are needed before they are taken; may refuse
    /// @throws io.flamekeeper.model.FlamekeeperException `LIMIT_EXCEEDED` when there would be more,
    ///     `MALFORMED_PROFILE` when it is no gzip
    byte[] inflate(byte[] gzip, int bytesMax, String what, LongConsumer memory);
}
