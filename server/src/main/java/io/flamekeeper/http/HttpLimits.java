package io.flamekeeper.http;

import java.time.Duration;

/// What one connection and one request may take.
///
/// @param bodyBytesMax    bytes of a body, as received and again inflated
/// @param headerTimeout   from a connection's first byte, or the first behind a request, to the end of the headers
/// @param bodyTimeout     from the headers to the end of the body
/// @param requestTimeout  from the headers to the answer; callers may ask for less, not for more
/// @param answerTimeout   from the answer's first byte to its last
/// @param idleTimeout     a connection without a request and without a byte is closed after it
/// @param connectionsMax  connections at a time; more are closed at once
/// @param shutdownTimeout how long requests under way may go on when the server stops
public record HttpLimits(
        int bodyBytesMax,
        Duration headerTimeout,
        Duration bodyTimeout,
        Duration requestTimeout,
        Duration answerTimeout,
        Duration idleTimeout,
        int connectionsMax,
        Duration shutdownTimeout) {
    /// What a browser's page and a profiler's upload never come near.
    static final int STREAMS_PER_CONNECTION_MAX = 128;

    static final int HEADER_BYTES_MAX = 8 << 10;

    /// A request target holds a whole selector.
    static final int REQUEST_LINE_BYTES_MAX = 32 << 10;
}
