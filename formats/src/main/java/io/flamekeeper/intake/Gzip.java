package io.flamekeeper.intake;

import com.google.errorprone.annotations.FormatMethod;
import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.deflate.DeflateNativeDecompressor;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Inflates gzip (RFC 1952) from an untrusted sender.
///
/// | offset | bytes | field of a member                                                      |
/// |--------|-------|------------------------------------------------------------------------|
/// | 0      | 2     | magic `1f 8b`                                                          |
/// | 2      | 1     | method, always 8                                                       |
/// | 3      | 1     | flags, `FLAG_…` bits                                                   |
/// | 4      | 6     | time, level, system: not read                                          |
/// | 10     | –     | extra field, file name, comment, checksum of the header, as flags say  |
/// | –      | –     | deflated data                                                          |
/// | end-8  | 4     | CRC-32 of the data, little endian                                      |
/// | end-4  | 4     | length of the data modulo 2^32, little endian                          |
///
/// A body is one member or several, one behind the other, nothing after the last. One budget of bytes
/// covers all of them, and inflating stops at it.
///
/// Two ways lead to the same result. [#inflateFast] uses libdeflate, twice as fast, on what nearly everyone
/// sends: one member, well formed, within the budget. It declines everything else, and [#inflateSlow] with
/// the JDK's inflater has the last word.
public final class Gzip {
    private static final int HEADER_BYTES = 10;
    private static final int TRAILER_BYTES = 8;
    private static final int METHOD_DEFLATE = 8;
    private static final int FLAG_HEADER_CRC = 1 << 1;
    private static final int FLAG_EXTRA = 1 << 2;
    private static final int FLAG_NAME = 1 << 3;
    private static final int FLAG_COMMENT = 1 << 4;
    private static final int FLAGS_RESERVED = 0xe0;

    /// Bytes of extra field, file name and comment together.
    private static final int HEADER_FIELDS_MAX = 4_096;

    private static final int MEMBERS_MAX = 16;

    /// How a member begins that this class accepts, in its lower three bytes.
    private static final int MEMBER_START = 0x08_8b_1f;

    private static final long EVERY_BYTE = 0x01010101_01010101L;

    /// Deflate cannot do better: 258 bytes for 2 bits, and then some for the last block.
    private static final long RATIO_MAX = 1_032;

    private static final VarHandle LITTLE_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LITTLE_ENDIAN_SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int CHUNK_BYTES = 16 << 10;

    /// Scratch memory of libdeflate outside the heap, kept because making one costs as much as inflating a
    /// small profile. No result depends on it.
    private static final LinkedBlockingDeque<DeflateNativeDecompressor> IDLE =
            new LinkedBlockingDeque<>(64);

    private Gzip() {}

    public static boolean isGzip(byte[] body) {
        return body.length >= 2 && body[0] == 0x1f && (body[1] & 0xff) == 0x8b;
    }

    /// Inflates all members of `body` into one array of exactly their length.
    ///
    /// @param bytesMax most bytes that the result may have
    /// @param what     what the bytes are, such as `profile`, for messages
    /// @throws FlamekeeperException `MALFORMED_PROFILE` with the offset in `body`; `LIMIT_EXCEEDED` when
    ///     the result is larger than `bytesMax`, found without making it; also for more than 16 members
    ///     or header fields of more than 4096 bytes
    public static byte[] inflate(byte[] body, int bytesMax, String what) {
        return inflate(body, bytesMax, what, _ -> {});
    }

    /// As above, within a budget.
    ///
    /// @param memory told how many more bytes are needed before they are taken; may refuse
    public static byte[] inflate(byte[] body, int bytesMax, String what, LongConsumer memory) {
        byte[] fast = inflateFast(body, bytesMax, memory);
        return fast.length > 0 ? fast : inflateSlow(body, bytesMax, what, memory);
    }

    /// **Hot path.** Returns what was inflated, or nothing at all if `body` is not one plain member of 1 to
    /// `bytesMax` bytes. Benchmark: `PprofDecodeBenchmark`.
    static byte[] inflateFast(byte[] body, int bytesMax, LongConsumer memory) {
        byte[] declined = {};
        if (!DeflateNativeDecompressor.isEnabled()
                || body.length < HEADER_BYTES + TRAILER_BYTES
                || !isGzip(body)
                || body[2] != METHOD_DEFLATE
                || body[3] != 0) {
            return declined;
        }
        // libdeflate does not say where the data ended. If no other member can begin in this body,
        // the
        // trailer at its end is that of the only member.
        if (mayHaveMember(body, HEADER_BYTES)) {
            return declined;
        }
        int deflatedBytes = body.length - HEADER_BYTES - TRAILER_BYTES;
        long said = Integer.toUnsignedLong(littleEndian(body, body.length - 4));
        if (said == 0 || said > bytesMax || said > RATIO_MAX * (deflatedBytes + 1L)) {
            return declined;
        }
        memory.accept(said);
        byte[] inflated = new byte[(int) said];
        return decompress(body, deflatedBytes, inflated)
                        && crc32(inflated, inflated.length)
                                == littleEndian(body, body.length - TRAILER_BYTES)
                ? inflated
                : declined;
    }

    /// Whether a member may begin at `from` or behind. Looks for its first byte in eight at a time.
    private static boolean mayHaveMember(byte[] body, int from) {
        int at = from;
        int last = body.length - Long.BYTES;
        while (at <= last) {
            long differing = (long) LITTLE_ENDIAN_LONG.get(body, at) ^ (EVERY_BYTE * 0x1f);
            if (((differing - EVERY_BYTE) & ~differing & (EVERY_BYTE << 7)) != 0
                    && isMemberIn(body, at, at + Long.BYTES)) {
                return true;
            }
            at += Long.BYTES;
        }
        return isMemberIn(body, at, body.length);
    }

    private static boolean isMemberIn(byte[] body, int start, int end) {
        for (int at = start; at < Math.min(end, body.length - 3); at++) {
            if ((littleEndian(body, at) & 0xff_ffff) == MEMBER_START) {
                return true;
            }
        }
        return false;
    }

    private static boolean decompress(byte[] body, int deflatedBytes, byte[] inflated) {
        DeflateNativeDecompressor idle = IDLE.pollFirst();
        DeflateNativeDecompressor decompressor =
                idle == null ? new DeflateNativeDecompressor() : idle;
        try {
            return decompressor.decompress(
                            body, HEADER_BYTES, deflatedBytes, inflated, 0, inflated.length)
                    == inflated.length;
        } catch (MalformedInputException declined) {
            return false;
        } finally {
            keep(decompressor);
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // one too many is left to the garbage collector
    private static void keep(DeflateNativeDecompressor decompressor) {
        IDLE.offerFirst(decompressor);
    }

    /// The law of this class; [#inflateFast] only repeats it.
    static byte[] inflateSlow(byte[] body, int bytesMax, String what, LongConsumer memory) {
        Inflater inflater = new Inflater(true);
        try {
            return new Members(inflater, body, bytesMax, what, memory).inflate();
        } finally {
            inflater.end();
        }
    }

    private static int crc32(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static int littleEndian(byte[] bytes, int at) {
        return (int) LITTLE_ENDIAN_INT.get(bytes, at);
    }

    private static int littleEndianShort(byte[] bytes, int at) {
        return Short.toUnsignedInt((short) LITTLE_ENDIAN_SHORT.get(bytes, at));
    }

    /// One walk over the members of one body.
    private static final class Members {
        private final Inflater inflater;
        private final byte[] body;
        private final int bytesMax;
        private final String what;
        private final LongConsumer memory;
        private int position;
        private byte[] inflated;
        private int count;

        Members(Inflater inflater, byte[] body, int bytesMax, String what, LongConsumer memory) {
            this.inflater = inflater;
            this.body = body;
            this.bytesMax = bytesMax;
            this.what = what;
            this.memory = memory;
            this.inflated = new byte[Math.min(CHUNK_BYTES, bytesMax)];
        }

        byte[] inflate() {
            int members = 0;
            do {
                if (++members > MEMBERS_MAX) {
                    throw new FlamekeeperException(
                            ErrorCode.LIMIT_EXCEEDED,
                            "%s: more than %d gzip members (expected: at most %2$d)",
                            what,
                            MEMBERS_MAX);
                }
                readHeader();
                int start = count;
                readData();
                checkTrailer(start);
            } while (position < body.length);
            return Arrays.copyOf(inflated, count);
        }

        private void readHeader() {
            int start = position;
            need(HEADER_BYTES, "gzip header");
            if (body[start] != 0x1f || (body[start + 1] & 0xff) != 0x8b) {
                throw malformed(
                        "%d bytes at byte %d are no gzip member (expected: nothing, or 1f 8b)",
                        body.length - start, start);
            }
            if (body[start + 2] != METHOD_DEFLATE) {
                throw malformed(
                        "gzip method is %d at byte %d (expected: 8)", body[start + 2], start + 2);
            }
            int flags = body[start + 3];
            if ((flags & FLAGS_RESERVED) != 0) {
                throw malformed(
                        "gzip flags are %#x at byte %d (expected: 0 to 0x1f)",
                        flags & 0xff, start + 3);
            }
            position += HEADER_BYTES;
            int fields = position;
            if ((flags & FLAG_EXTRA) != 0) {
                need(2, "gzip extra field");
                int length = littleEndianShort(body, position);
                position += 2;
                need(length, "gzip extra field");
                position += length;
            }
            checkFields(fields);
            if ((flags & FLAG_NAME) != 0) {
                skipText(fields);
            }
            if ((flags & FLAG_COMMENT) != 0) {
                skipText(fields);
            }
            if ((flags & FLAG_HEADER_CRC) != 0) {
                need(2, "gzip header checksum");
                checkHeaderCrc(start);
                position += 2;
            }
        }

        private void skipText(int fields) {
            do {
                need(1, "gzip header text");
                checkFields(fields);
            } while (body[position++] != 0);
        }

        private void checkFields(int fields) {
            if (position - fields > HEADER_FIELDS_MAX) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "%s: gzip header fields of more than %d bytes at byte %d (expected: at most %2$d)",
                        what,
                        HEADER_FIELDS_MAX,
                        fields);
            }
        }

        private void checkHeaderCrc(int start) {
            CRC32 crc = new CRC32();
            crc.update(body, start, position - start);
            int said = littleEndianShort(body, position);
            if (((int) crc.getValue() & 0xffff) != said) {
                throw malformed(
                        "gzip header checksum is %#06x at byte %d (expected: %#06x)",
                        said, position, (int) crc.getValue() & 0xffff);
            }
        }

        private void readData() {
            inflater.reset();
            inflater.setInput(body, position, body.length - position);
            while (!inflater.finished()) {
                if (count == inflated.length) {
                    grow();
                }
                int made = inflateSome();
                if (made == 0 && !inflater.finished()) {
                    if (inflater.needsDictionary()) {
                        throw malformed(
                                "gzip data at byte %d asks for a dictionary (expected: none)",
                                inputPosition());
                    }
                    if (count < inflated.length) {
                        throw malformed(
                                "gzip data is truncated at byte %d (expected: more)", body.length);
                    }
                }
                count += made;
            }
            position = inputPosition();
        }

        private int inflateSome() {
            try {
                return inflater.inflate(inflated, count, inflated.length - count);
            } catch (DataFormatException e) {
                throw new FlamekeeperException(
                        e,
                        ErrorCode.MALFORMED_PROFILE,
                        "%s: gzip data before byte %d is corrupt (expected: deflated data)",
                        what,
                        inputPosition());
            }
        }

        /// Makes room for at least one more byte. At the budget the one byte is room to find out whether the
        /// data ends here.
        private void grow() {
            if (count > bytesMax) {
                throw tooLarge(what, bytesMax);
            }
            long doubled = Math.max(2L * inflated.length, CHUNK_BYTES);
            int capacity = (int) Math.min(doubled, bytesMax + 1L);
            memory.accept(capacity);
            inflated = Arrays.copyOf(inflated, capacity);
        }

        private int inputPosition() {
            return body.length - inflater.getRemaining();
        }

        private void checkTrailer(int start) {
            if (count > bytesMax) {
                throw tooLarge(what, bytesMax);
            }
            need(TRAILER_BYTES, "gzip trailer");
            CRC32 crc = new CRC32();
            crc.update(inflated, start, count - start);
            int crcSaid = littleEndian(body, position);
            if (crcSaid != (int) crc.getValue()) {
                throw malformed(
                        "gzip checksum is %#010x at byte %d (expected: %#010x)",
                        crcSaid, position, (int) crc.getValue());
            }
            int lengthSaid = littleEndian(body, position + 4);
            if (lengthSaid != count - start) {
                throw malformed(
                        "gzip length is %s at byte %d (expected: %d)",
                        Integer.toUnsignedString(lengthSaid), position + 4, count - start);
            }
            position += TRAILER_BYTES;
        }

        private void need(int bytes, String part) {
            if (body.length - position < bytes) {
                throw malformed(
                        "%s at byte %d is truncated (expected: %d bytes, %d left)",
                        part, position, bytes, body.length - position);
            }
        }

        @FormatMethod
        private FlamekeeperException malformed(String message, Object... args) {
            return new FlamekeeperException(
                    ErrorCode.MALFORMED_PROFILE, "%s: %s", what, message.formatted(args));
        }
    }

    static FlamekeeperException tooLarge(String what, int bytesMax) {
        return new FlamekeeperException(
                ErrorCode.LIMIT_EXCEEDED,
                "%s: uncompressed %1$s payload size exceeds limit of %d bytes (expected: at most %2$d; setting"
                        + " %s-bytes-max)",
                what,
                bytesMax,
                what.equals("body") ? "body" : "profile");
    }
}
