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
import java.util.List;

/// Reads a log back after a start and leaves it so that writing can go on.
///
/// The log ends at the first frame that is damaged or does not continue the chain. What lies behind is a
/// write that was never finished, and is cut off; or, if a frame there proves that the damaged one had been
/// acknowledged, it is decay, and is first copied to a file `….quarantine`. Either way a line says so.
/// Doing all this again after a crash in the middle of it comes to the same. What was read is synced before
/// it counts: a process that was killed may have left it in memory only.
public final class WalReader {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int WINDOW_BYTES = 1 << 20;

    private final Vfs vfs;
    private final String name;
    private final VfsFile file;
    private final long size;
    private final List<String> report;

    /// What `window` holds of the file: `windowBytes` bytes from `windowStart` on.
    private byte[] window;

    private long windowStart;
    private int windowBytes;

    private WalReader(Vfs vfs, String name, VfsFile file, List<String> report) throws IOException {
        this.vfs = vfs;
        this.name = name;
        this.file = file;
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

    /// Calls `visitor` for every frame in order, and opens the log for writing behind the last.
    ///
    /// @param report gets a line for everything that is not as it was left
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote it; the file
    ///     is left alone
    public static WalWriter replay(
            Vfs vfs,
            String name,
            int shard,
            long generation,
            FrameVisitor visitor,
            List<String> report)
            throws IOException {
        VfsFile file = vfs.open(name);
        try {
            return new WalReader(vfs, name, file, report).replay(shard, generation, visitor);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private WalWriter replay(int shard, long generation, FrameVisitor visitor) throws IOException {
        byte[] header = WalLayout.header(shard, generation);
        boolean headerIntact = isIntact(header);
        var start =
                new WalWriter.Position(
                        WalLayout.HEADER_BYTES, WalLayout.chainStart(shard, generation), 1);
        WalWriter.Position end = readFrames(start, visitor);
        if (end.bytes() < size) {
            setAsideIfDecayed(end);
        }
        if (end.equals(start)) {
            end = new WalWriter.Position(0, start.crc(), start.sequence());
        } else if (!headerIntact) {
            report.add(name + ": header damaged, restored");
            file.write(0, ByteBuffer.wrap(header));
        }
        if (end.bytes() < size) {
            file.truncate(end.bytes());
        }
        file.sync();
        return WalWriter.resume(vfs, name, header, file, end);
    }

    private boolean isIntact(byte[] header) throws IOException {
        if (!load(0, WalLayout.HEADER_BYTES)) {
            return false;
        }
        byte[] found = Arrays.copyOf(window, WalLayout.HEADER_BYTES);
        int version = (int) INT.get(found, Integer.BYTES);
        if ((int) INT.get(found, 0) == WalLayout.MAGIC
                && version > WalLayout.VERSION
                && (int) INT.get(found, WalLayout.HEADER_CRC)
                        == Checksum.of(found, 0, WalLayout.HEADER_CRC)) {
            throw new FlamekeeperException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "%s: version %d (expected: at most %d, the newest this software knows)",
                    name,
                    version,
                    WalLayout.VERSION);
        }
        return Arrays.equals(found, header);
    }

    private WalWriter.Position readFrames(WalWriter.Position start, FrameVisitor visitor)
            throws IOException {
        WalWriter.Position at = start;
        while (isFrame(at.bytes())) {
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
                report.add(e.getMessage());
                break;
            }
            at =
                    new WalWriter.Position(
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
                == WalLayout.frameCrc(window, frame, payloadBytes);
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

    private void setAsideIfDecayed(WalWriter.Position end) throws IOException {
        if (isFollowedByBatch(end)) {
            String aside = name + "." + end.bytes() + ".quarantine";
            copyTail(end.bytes(), aside);
            report.add(
                    "%s: damaged at byte %d, frame %d; the %d bytes from there on, which had been acknowledged, are in %s"
                            .formatted(
                                    name, end.bytes(), end.sequence(), size - end.bytes(), aside));
        } else {
            report.add(
                    "%s: cut at byte %d, frame %d; the %d bytes from there on are no whole frame: an unfinished write, or decay of the last one"
                            .formatted(name, end.bytes(), end.sequence(), size - end.bytes()));
        }
    }

    /// Whether any whole frame behind `end` starts a batch later than the frame missing there.
    private boolean isFollowedByBatch(WalWriter.Position end) throws IOException {
        long sequenceMax = end.sequence() + (size - end.bytes()) / WalLayout.FRAME_HEADER_BYTES;
        for (long position = end.bytes();
                load(position, WalLayout.FRAME_HEADER_BYTES);
                position++) {
            int frame = (int) (position - windowStart);
            long sequence = (long) LONG.get(window, frame + WalLayout.FRAME_SEQUENCE);
            boolean startsBatch = window[frame + WalLayout.FRAME_SEQUENCE + Long.BYTES] == 1;
            if (startsBatch
                    && sequence > end.sequence()
                    && sequence <= sequenceMax
                    && isFrame(position)) {
                return true;
            }
        }
        return false;
    }

    private void copyTail(long from, String target) throws IOException {
        String unfinished = target + ".tmp";
        try (VfsFile copy = vfs.create(unfinished)) {
            for (long position = from; position < size; position += WINDOW_BYTES) {
                int length = (int) Math.min(WINDOW_BYTES, size - position);
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
