package io.flamekeeper.wal;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/// Reads the log of an earlier process. Nothing is written to it: its process is gone, and the next one has a log
/// of its own.
///
/// The log ends where no frame continues it. As a rule there are zeros then, and nothing is said. If there is
/// anything else, it is a write that was never finished, and does not count. And if a frame further behind proves
/// that the one missing had been durable, then this is decay, and what is there is first copied to a file
/// `….quarantine`. Of both a line tells. Doing all this again after a crash in the middle of it comes to the
/// same. What was read is synced before it counts: a process that was killed may have left it in memory only.
public final class WalReader {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int WINDOW_BYTES = 1 << 20;

    /// How many times over the bytes behind the end are read, at most, in search of frames; they may be made
    /// up to look like ever so many.
    private static final int SEARCH_FACTOR = 16;

    private final Vfs vfs;
    private final String name;
    private final VfsFile file;
    private final byte[] header;
    private final long size;
    private final Consumer<String> report;

    /// What `window` holds of the file: `windowBytes` bytes from `windowStart` on.
    private byte[] window;

    private long windowStart;
    private int windowBytes;

    private WalReader(Vfs vfs, String name, VfsFile file, byte[] header, Consumer<String> report)
            throws IOException {
        this.vfs = vfs;
        this.name = name;
        this.file = file;
        this.header = header;
        this.size = file.size();
        this.window = new byte[(int) Math.min(size, WINDOW_BYTES)];
        this.report = report;
    }

    /// Takes one frame.
    @FunctionalInterface
    public interface FrameVisitor {
        /// @throws FlamekeeperException `CORRUPT_DATA` if the payload makes no sense; the log then ends
        ///     before this frame, of which the visitor must keep nothing
        void frame(int type, ByteSource payload);
    }

    /// Calls `visitor` for every frame in order, and makes sure of what it was given.
    ///
    /// @param report gets a line for everything that is not as it was left
    /// @return where the last frame ends, 0 if there is none
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote it; the file
    ///     is left alone
    public static long read(
            Vfs vfs,
            String name,
            int shard,
            long generation,
            FrameVisitor visitor,
            Consumer<String> report)
            throws IOException {
        try (VfsFile file = vfs.open(name)) {
            byte[] header = WalLayout.header(shard, generation);
            return new WalReader(vfs, name, file, header, report).read(visitor);
        }
    }

    /// Calls `visitor` for every frame of a log that [#read] has been through.
    ///
    /// @param end    what that returned
    /// @param report gets a line if not everything can be read any more
    /// @return where the last frame that could be read ends: `end`, but for decay since then or a payload that
    ///     this visitor makes no sense of
    public static long readAgain(
            Vfs vfs,
            String name,
            int shard,
            long generation,
            long end,
            FrameVisitor visitor,
            Consumer<String> report)
            throws IOException {
        try (VfsFile file = vfs.open(name)) {
            byte[] header = WalLayout.header(shard, generation);
            var reader = new WalReader(vfs, name, file, header, report);
            return reader.readFrames(start(header), end, visitor).bytes;
        }
    }

    /// Copies `[from, to)` of a log to a file `….quarantine`, durably.
    public static void setAside(Vfs vfs, String name, long from, long to, Consumer<String> report)
            throws IOException {
        try (VfsFile file = vfs.open(name)) {
            new WalReader(vfs, name, file, new byte[0], report).setAside(from, to);
        }
    }

    /// A place between two frames.
    ///
    /// @param bytes    where it is in the file
    /// @param crc      what the next frame names as the frame before it
    /// @param sequence number of the next frame
    private record Position(long bytes, int crc, long sequence) {}

    private static Position start(byte[] header) {
        return new Position(WalLayout.HEADER_BYTES, WalLayout.chainStart(header), 1);
    }

    /// What is where the header should be.
    private enum Header {
        AS_WRITTEN,
        /// The file was taken for this log, and nothing written to it.
        OF_ANOTHER_LOG,
        DAMAGED
    }

    private long read(FrameVisitor visitor) throws IOException {
        Header found = readHeader();
        Position start = start(header);
        Position end = readFrames(start, size, visitor);
        boolean isEmpty = end.equals(start);
        boolean isTidy =
                end.bytes >= size
                        || isEnd(end.bytes)
                        || (isEmpty && found == Header.OF_ANOTHER_LOG);
        if (end.bytes < size) {
            lookBehind(end, isTidy);
        }
        if (!isEmpty && found != Header.AS_WRITTEN) {
            report.accept(name + ": header damaged, read all the same");
        }
        file.sync();
        return isEmpty ? 0 : end.bytes;
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
    private Position readFrames(Position start, long end, FrameVisitor visitor) throws IOException {
        Position at = start;
        while (at.bytes < end && isFrame(at.bytes)) {
            int frame = (int) (at.bytes - windowStart);
            if ((int) INT.get(window, frame + WalLayout.FRAME_CHECKED_FROM) != at.crc
                    || (long) LONG.get(window, frame + WalLayout.FRAME_SEQUENCE) != at.sequence) {
                break;
            }
            int payloadBytes = (int) INT.get(window, frame);
            int payload = frame + WalLayout.FRAME_HEADER_BYTES;
            try {
                visitor.frame(
                        window[payload - 1],
                        new ByteSource(
                                name + " at byte " + at.bytes,
                                window,
                                payload,
                                payload + payloadBytes));
            } catch (FlamekeeperException e) {
                if (e.code() != ErrorCode.CORRUPT_DATA) {
                    throw e;
                }
                report.accept(String.valueOf(e.getMessage()));
                break;
            }
            at =
                    new Position(
                            at.bytes + WalLayout.FRAME_HEADER_BYTES + payloadBytes,
                            (int) INT.get(window, frame + WalLayout.FRAME_CRC),
                            at.sequence + 1);
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

    /// Copies away what had been acknowledged and can no longer be reached, if there is such a thing.
    private void lookBehind(Position end, boolean isTidy) throws IOException {
        long lost = endOfAcknowledged(end, isTidy);
        if (lost > end.bytes) {
            setAside(end.bytes, lost);
        } else if (!isTidy) {
            report.accept(
                    "%s: ends at byte %d, frame %d; what comes there is no whole frame: an unfinished write, or decay of the last one"
                            .formatted(name, end.bytes, end.sequence));
        }
    }

    private void setAside(long from, long to) throws IOException {
        String aside = name + "." + from + ".quarantine";
        copy(from, to, aside);
        report.accept(
                "%s: damaged at byte %d; the %d bytes from there on, which had been acknowledged, are in %s"
                        .formatted(name, from, to - from, aside));
    }

    /// Where the last whole frame of this log behind `end` ends, if any of them was written after a sync of the
    /// one missing at `end`; else `end`.
    private long endOfAcknowledged(Position end, boolean isTidy) throws IOException {
        long sequenceMax = end.sequence + (size - end.bytes) / WalLayout.FRAME_HEADER_BYTES;
        long budget = SEARCH_FACTOR * (size - end.bytes);
        boolean proven = false;
        long last = end.bytes;
        long position = end.bytes;
        while (load(position, WalLayout.FRAME_HEADER_BYTES)) {
            int frame = (int) (position - windowStart);
            long sequence = (long) LONG.get(window, frame + WalLayout.FRAME_SEQUENCE);
            if (sequence <= end.sequence || sequence > sequenceMax) {
                position++;
                continue;
            }
            int payloadBytes = (int) INT.get(window, frame);
            boolean isAfterSync = window[frame + WalLayout.FRAME_AFTER_SYNC] == 1;
            budget -= Math.clamp(payloadBytes, 0, size - position);
            if (budget < 0) {
                return isTidy ? end.bytes : size;
            }
            if (isFrame(position)) {
                proven |= isAfterSync;
                position += WalLayout.FRAME_HEADER_BYTES + payloadBytes;
                last = position;
            } else {
                position++;
            }
        }
        return proven ? last : end.bytes;
    }

    private void copy(long from, long to, String target) throws IOException {
        String unfinished = target + ".tmp";
        try (VfsFile copy = vfs.create(unfinished)) {
            for (long position = from; position < to; position += WINDOW_BYTES) {
                int length = (int) Math.min(WINDOW_BYTES, to - position);
                if (!load(position, length)) {
                    throw new IOException(name + ": shorter than before");
                }
                copy.write(
                        position - from,
                        ByteBuffer.wrap(window, (int) (position - windowStart), length));
            }
            copy.sync();
        }
        vfs.rename(unfinished, target);
        vfs.syncDirectory();
    }
}
