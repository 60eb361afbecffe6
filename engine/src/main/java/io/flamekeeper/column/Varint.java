package io.flamekeeper.column;

/// Variable-length integers: seven bits a byte, least significant first, top bit set on all but the last.
///
/// Any `long` is legal and takes 1 to [#BYTES_MAX] bytes, its 64 bits read as unsigned. Signed numbers near
/// zero go through [#zigZag] first.
/// Source: Protocol Buffers, Encoding.
public final class Varint {
    /// The longest encoding of a `long`.
    public static final int BYTES_MAX = 10;

    private Varint() {}

    /// Maps 0, -1, 1, -2, … to 0, 1, 2, 3, …
    public static long zigZag(long value) {
        return (value << 1) ^ (value >> 63);
    }

    public static long unZigZag(long value) {
        return (value >>> 1) ^ -(value & 1);
    }
}
