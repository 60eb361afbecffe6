package io.flamekeeper.wal;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.WalEnd.Header;
import io.flamekeeper.wal.WalEnd.Rest;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// Reads a log from its first frame to its last and changes nothing. [WalRecovery] does what has to be done after a start.
///
/// The log ends where no frame continues it. As a rule there are zeros then. If there is anything else, it is a
/// write that was never finished; unless a frame further behind proves that the one missing had been durable:
/// then this is decay.
public final class WalReader {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int WINDOW_BYTES = 1 << 20;

    /// How many times over the bytes behind the end are read, at most, in search of frames; they may be made
    /// up to look like ever so many.
    private static final int SEARCH_FACTOR = 16;

    private final String name;
    private final VfsFile file;
    private final byte[] header;
    private final long size;

    /// What `window` holds of the file: `windowBytes` bytes from `windowStart` on.
    private byte[] window;

    private long windowStart;
    private int windowBytes;
    private Optional<String> refusal = Optional.empty();

    /// @param header what the file's should be
    WalReader(String name, VfsFile file, byte[] header) throws IOException {
        this.name = name;
        this.file = file;
        this.header = header;
        this.size = file.size();
        this.window = new byte[(int) Math.min(size, WINDOW_BYTES)];
    }

    /// Takes one frame.
    @FunctionalInterface
    public interface FrameVisitor {
        /// @throws FlamekeeperException `CORRUPT_DATA` if the payload makes no sense; the log then ends
        ///     before this frame, of which the visitor must keep nothing
        void frame(int type, ByteSource payload);
    }

    /// A place between two frames.
    ///
    /// @param bytes    where it is in the file
    /// @param crc      what the next frame names as the frame before it
    /// @param sequence number of the next frame
    record Position(long bytes, int crc, long sequence) {}

    /// Why the visitor took no more frames, if it did not.
    Optional<String> refusal() {
        return refusal;
    }

    /// Calls `visitor` for every frame in order.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote it
    public static WalEnd read(
            Vfs vfs, String name, int shard, long generation, FrameVisitor visitor)
            throws IOException {
        try (VfsFile file = vfs.open(name)) {
            return new WalReader(name, file, WalLayout.header(shard, generation)).read(visitor);
        }
    }

    WalEnd read(FrameVisitor visitor) throws IOException {
        Header found = readHeader();
        Position end = readFrames(size, visitor);
        boolean isTidy =
                end.bytes() >= size
                        || isEnd(end.bytes())
                        || (end.sequence() == 1 && found == Header.OF_ANOTHER_LOG);
        Rest rest = isTidy ? Rest.NOTHING : Rest.UNFINISHED;
        Acknowledged lost =
                end.bytes() < size
                        ? findAcknowledged(end, isTidy)
                        : new Acknowledged(end.bytes(), 0);
        return new WalEnd(
                size,
                found,
                end.bytes(),
                end.sequence() - 1,
                lost.end > end.bytes() ? Rest.ACKNOWLEDGED : rest,
                lost.end - end.bytes(),
                lost.frames,
                refusal);
    }

    private Header readHeader() throws IOException {
        if (!load(0, WalLayout.HEADER_BYTES)) {
            return Header.DAMAGED;
        }
        byte[] found = Arrays.copyOf(window, WalLayout.HEADER_BYTES);
        if ((int) INT.get(found, 0) != WalLayout.MAGIC
                || (int) INT.get(found, WalLayout.HEADER_CRC)
                        != Checksum.of(found, 0, WalLayout.HEADER_CRC)) {
            return Header.DAMAGED;
        }
        int version = (int) INT.get(found, WalLayout.HEADER_VERSION);
        if (version > WalLayout.VERSION) {
            throw new FlamekeeperException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "%s: version %d (expected: at most %d, the newest this software knows)",
                    name,
                    version,
                    WalLayout.VERSION);
        }
        return Arrays.equals(found, header) ? Header.AS_WRITTEN : Header.OF_ANOTHER_LOG;
    }

    /// Whether the zeros that end a log lie at `position`, as far as the file goes.
    private boolean isEnd(long position) throws IOException {
        int length = (int) Math.min(WalLayout.END_BYTES, size - position);
        if (!load(position, length)) {
            return false;
        }
        int start = (int) (position - windowStart);
        for (int i = start; i < start + length; i++) {
            if (window[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /// @param end frames from there on are not looked at
    Position readFrames(long end, FrameVisitor visitor) throws IOException {
        var at = new Position(WalLayout.HEADER_BYTES, WalLayout.chainStart(header), 1);
        while (at.bytes() < end && isFrame(at.bytes())) {
            int frame = (int) (at.bytes() - windowStart);
            if ((int) INT.get(window, frame + WalLayout.FRAME_CHECKED_FROM) != at.crc()
                    || (long) LONG.get(window, frame + WalLayout.FRAME_SEQUENCE) != at.sequence()) {
                break;
            }
            int payloadBytes = (int) INT.get(window, frame);
            int payload = frame + WalLayout.FRAME_HEADER_BYTES;
            try {
                visitor.frame(
                        window[payload - 1],
                        new ByteSource(
                                name + " at byte " + at.bytes(),
                                window,
                                payload,
                                payload + payloadBytes));
            } catch (FlamekeeperException e) {
                if (e.code() != ErrorCode.CORRUPT_DATA) {
                    throw e;
                }
                refusal = Optional.of(String.valueOf(e.getMessage()));
                break;
            }
            at =
                    new Position(
                            at.bytes() + WalLayout.FRAME_HEADER_BYTES + payloadBytes,
                            (int) INT.get(window, frame + WalLayout.FRAME_CRC),
                            at.sequence() + 1);
        }
        return at;
    }

    /// Whether a whole frame, of whatever chain, begins at `position`; it then lies in the window.
    private boolean isFrame(long position) throws IOException {
        if (!load(position, WalLayout.FRAME_HEADER_BYTES)) {
            return false;
        }
        int payloadBytes = (int) INT.get(window, (int) (position - windowStart));
        if (payloadBytes <= 0
                || payloadBytes > size - position - WalLayout.FRAME_HEADER_BYTES
                || !load(position, WalLayout.FRAME_HEADER_BYTES + payloadBytes)) {
            return false;
        }
        int frame = (int) (position - windowStart);
        return (int) INT.get(window, frame + WalLayout.FRAME_CRC)
                == WalLayout.frameCrc(header, window, frame, payloadBytes);
    }

    /// Makes `[position, position + length)` lie in the window, unless the file ends before.
    private boolean load(long position, int length) throws IOException {
        if (position + length > size) {
            return false;
        }
        if (position < windowStart || position + length > windowStart + windowBytes) {
            if (length > window.length) {
                window = new byte[length];
            }
            windowStart = position;
            windowBytes = file.read(position, ByteBuffer.wrap(window));
        }
        return length <= windowBytes;
    }

    /// What had been acknowledged and can no longer be reached.
    ///
    /// @param end    behind it; where the log ends, if there is nothing
    /// @param frames whole ones in it
    private record Acknowledged(long end, long frames) {}

    /// Looks for the last whole frame of this log behind `end`; it counts if any of those before it, or it, was
    /// written after a sync of the one missing at `end`.
    private Acknowledged findAcknowledged(Position end, boolean isTidy) throws IOException {
        var nothing = new Acknowledged(end.bytes(), 0);
        long sequenceMax = end.sequence() + (size - end.bytes()) / WalLayout.FRAME_HEADER_BYTES;
        long budget = SEARCH_FACTOR * (size - end.bytes());
        boolean proven = false;
        long last = end.bytes();
        long frames = 0;
        long position = end.bytes();
        while (load(position, WalLayout.FRAME_HEADER_BYTES)) {
            int frame = (int) (position - windowStart);
            long sequence = (long) LONG.get(window, frame + WalLayout.FRAME_SEQUENCE);
            if (sequence <= end.sequence() || sequence > sequenceMax) {
                position++;
                continue;
            }
            int payloadBytes = (int) INT.get(window, frame);
            boolean isAfterSync = window[frame + WalLayout.FRAME_AFTER_SYNC] == 1;
            budget -= Math.clamp(payloadBytes, 0, size - position);
            if (budget < 0) {
                return isTidy ? nothing : new Acknowledged(size, frames);
            }
            if (isFrame(position)) {
                proven |= isAfterSync;
                position += WalLayout.FRAME_HEADER_BYTES + payloadBytes;
                last = position;
                frames++;
            } else {
                position++;
            }
        }
        return proven ? new Acknowledged(last, frames) : nothing;
    }
}
