package io.flamekeeper.wal;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.WalEnd.Header;
import io.flamekeeper.wal.WalReader.FrameVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Reads back the log of an earlier process after a start. Nothing is written to it: its process is gone, and the
/// next one has a log of its own.
///
/// A write that was never finished does not count. If what is missing had been durable, what is there is first copied
/// to a file `….quarantine`. Of both a line tells. Doing all this again after a crash in the middle of it comes to
/// the same. What was read is synced before it counts: a process that was killed may have left it in memory only.
public final class WalRecovery {
    private static final int COPY_BYTES = 1 << 20;

    private WalRecovery() {}

    /// Calls `visitor` for every frame in order, and makes sure of what it was given.
    ///
    /// @param report gets a line for everything that is not as it was left
    /// @return where the last frame ends, 0 if there is none
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote it
    public static long read(
            Vfs vfs,
            String name,
            int shard,
            long generation,
            FrameVisitor visitor,
            Consumer<String> report)
            throws IOException {
        try (VfsFile file = vfs.open(name)) {
            WalEnd end =
                    new WalReader(name, file, WalLayout.header(shard, generation)).read(visitor);
            end.refusal().ifPresent(report);
            switch (end.rest()) {
                case NOTHING -> {}
                case UNFINISHED ->
                        report.accept(
                                "%s: ends at byte %d, frame %d; what comes there is no whole frame: an unfinished write, or decay of the last one"
                                        .formatted(name, end.bytes(), end.nextSequence()));
                case ACKNOWLEDGED ->
                        setAside(
                                vfs,
                                name,
                                file,
                                end.bytes(),
                                end.bytes() + end.lostBytes(),
                                report);
            }
            if (!end.isEmpty() && end.header() != Header.AS_WRITTEN) {
                report.accept(name + ": header damaged, read all the same");
            }
            file.sync();
            return end.isEmpty() ? 0 : end.bytes();
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
            var reader = new WalReader(name, file, WalLayout.header(shard, generation));
            long reached = reader.readFrames(end, visitor).bytes();
            reader.refusal().ifPresent(report);
            return reached;
        }
    }

    /// Copies `[from, to)` of a log to a file `….quarantine`, durably.
    public static void setAside(Vfs vfs, String name, long from, long to, Consumer<String> report)
            throws IOException {
        try (VfsFile file = vfs.open(name)) {
            setAside(vfs, name, file, from, to, report);
        }
    }

    private static void setAside(
            Vfs vfs, String name, VfsFile file, long from, long to, Consumer<String> report)
            throws IOException {
        String aside = name + "." + from + ".quarantine";
        String unfinished = aside + ".tmp";
        byte[] buffer = new byte[(int) Math.min(COPY_BYTES, to - from)];
        try (VfsFile copy = vfs.create(unfinished)) {
            for (long at = from; at < to; at += buffer.length) {
                int length = (int) Math.min(buffer.length, to - at);
                if (file.read(at, ByteBuffer.wrap(buffer, 0, length)) < length) {
                    throw new IOException(name + ": shorter than before");
                }
                copy.write(at - from, ByteBuffer.wrap(buffer, 0, length));
            }
            copy.sync();
        }
        vfs.rename(unfinished, aside);
        vfs.syncDirectory();
        report.accept(
                "%s: damaged at byte %d; the %d bytes from there on, which had been acknowledged, are in %s"
                        .formatted(name, from, to - from, aside));
    }
}
