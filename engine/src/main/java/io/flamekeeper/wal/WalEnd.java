package io.flamekeeper.wal;

import java.util.Optional;

/// Where a log ends, and what the file has behind that.
///
/// @param fileBytes  size of the file
/// @param header     what is where the header should be
/// @param bytes      behind the last frame, or behind the header if there is no frame
/// @param frameCount frames up to here
/// @param rest       what is behind
/// @param lostBytes  how much of it had been acknowledged; more than 0 only if that is what the rest is
/// @param lostFrames whole frames in those bytes
/// @param refusal    why the visitor took no more frames, if it did not
public record WalEnd(
        long fileBytes,
        Header header,
        long bytes,
        long frameCount,
        Rest rest,
        long lostBytes,
        long lostFrames,
        Optional<String> refusal) {
    /// What is where the header should be.
    public enum Header {
        AS_WRITTEN,
        /// The file was taken for this log, and nothing written to it.
        OF_ANOTHER_LOG,
        DAMAGED
    }

    /// What is behind the last frame.
    public enum Rest {
        /// Nothing of this log's: the file ends, or there are the zeros that end a log.
        NOTHING,
        /// No whole frame: a write that was never finished, or decay of the last one.
        UNFINISHED,
        /// Something damaged, and behind it a frame that proves that the damaged one had been durable.
        ACKNOWLEDGED
    }

    /// Whether the log has no frame.
    public boolean isEmpty() {
        return frameCount == 0;
    }

    /// Number of the next frame.
    public long nextSequence() {
        return frameCount + 1;
    }
}
