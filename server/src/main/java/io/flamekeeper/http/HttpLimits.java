package io.flamekeeper.http;

import java.time.Duration;

/// What one connection and one request may take.
///
/// @param bodyBytesMax    bytes of a body, as received and again inflated
/// @param bodyTimeout     from the headers to the end of the body
/// @param requestTimeout  from the headers to the answer; callers may ask for less, not for more
/// @param idleTimeout     a connection without a request is closed after it
/// @param connectionsMax  connections at a time; more wait for the others to end
/// @param shutdownTimeout how long requests under way may go on when the server stops
public record HttpLimits(
        int bodyBytesMax,
        Duration bodyTimeout,
        Duration requestTimeout,
        Duration idleTimeout,
        int connectionsMax,
        Duration shutdownTimeout) {
    /// What a browser's page and a profiler's upload never come near.
    static final int STREAMS_PER_CONNECTION_MAX = 128;

    static final int HEADER_BYTES_MAX = 8 << 10;

    /// A request target holds a whole selector.
    static final int REQUEST_LINE_BYTES_MAX = 32 << 10;
}
