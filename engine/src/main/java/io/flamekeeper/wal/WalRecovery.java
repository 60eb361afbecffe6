package io.flamekeeper.wal;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.WalEnd.Header;
import io.flamekeeper.wal.WalEnd.Rest;
import io.flamekeeper.wal.WalReader.FrameVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Reads a log back after a start and leaves it so that writing can go on.
///
/// A write that was never finished is cut off. If what is missing had been durable, what is there is first copied
/// to a file `….quarantine`. Of both a line tells. Doing all this again after a crash in the middle of it comes to
/// the same. What was read is synced before it counts: a process that was killed may have left it in memory only.
public final class WalRecovery {
    private static final int COPY_BYTES = 1 << 20;

    private WalRecovery() {}

    /// Calls `visitor` for every frame in order, and opens the log for writing behind the last.
    ///
    /// @param report gets a line for everything that is not as it was left
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote it; the file
    ///     is left alone
    public static WalWriter replay(
            LogFiles files,
            String name,
            int shard,
            long generation,
            FrameVisitor visitor,
            List<String> report)
            throws IOException {
        byte[] header = WalLayout.header(shard, generation);
        VfsFile file = files.vfs().open(name);
        try {
            WalEnd end = new WalReader(name, file, header).read(visitor);
            end.refusal().ifPresent(report::add);
            switch (end.rest()) {
                case NOTHING -> {}
                case UNFINISHED ->
                        report.add(
                                "%s: cut at byte %d, frame %d; what comes there is no whole frame: an unfinished write, or decay of the last one"
                                        .formatted(name, end.bytes(), end.nextSequence()));
                case ACKNOWLEDGED -> setAside(files.vfs(), name, file, end, report);
            }
            if (!end.isEmpty() && end.header() != Header.AS_WRITTEN) {
                report.add(name + ": header damaged, restored");
                file.write(0, ByteBuffer.wrap(header));
            }
            WalWriter.Position position = end.position();
            boolean isCut =
                    position.bytes() < end.fileBytes()
                            && (end.isEmpty() || end.rest() != Rest.NOTHING);
            if (isCut) {
                file.truncate(position.bytes());
            }
            file.sync();
            long fileBytes = isCut ? position.bytes() : end.fileBytes();
            return WalWriter.resume(files, name, header, file, fileBytes, position);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /// Copies away what had been acknowledged and can no longer be reached.
    private static void setAside(
            Vfs vfs, String name, VfsFile file, WalEnd end, List<String> report)
            throws IOException {
        String aside = name + "." + end.bytes() + ".quarantine";
        String unfinished = aside + ".tmp";
        byte[] buffer = new byte[(int) Math.min(COPY_BYTES, end.lostBytes())];
        try (VfsFile copy = vfs.create(unfinished)) {
            for (long copied = 0; copied < end.lostBytes(); copied += buffer.length) {
                int length = (int) Math.min(buffer.length, end.lostBytes() - copied);
                if (file.read(end.bytes() + copied, ByteBuffer.wrap(buffer, 0, length)) < length) {
                    throw new IOException(name + ": shorter than before");
                }
                copy.write(copied, ByteBuffer.wrap(buffer, 0, length));
            }
            copy.sync();
        }
        vfs.rename(unfinished, aside);
        vfs.syncDirectory();
        report.add(
                "%s: damaged at byte %d, frame %d; the %d bytes from there on, which had been acknowledged, are in %s"
                        .formatted(name, end.bytes(), end.nextSequence(), end.lostBytes(), aside));
    }
}
