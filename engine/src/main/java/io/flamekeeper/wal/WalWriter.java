package io.flamekeeper.wal;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The end of one log, where frames are added in batches. For one thread.
///
/// ```
/// for (…) { payload = wal.beginFrame(); …; wal.endFrame(type); }
/// wal.write();
/// wal.sync();
/// ```
///
/// The file is taken by the first [#write]. It grows by steps of zeros, so that most batches change nothing
/// but bytes that are already the file's.
public final class WalWriter implements AutoCloseable {
    private static final int BATCH_BYTES_INITIAL = 1 << 12;

    /// A larger buffer is given back after the batch that needed it.
    private static final int BATCH_BYTES_KEPT = 1 << 23;

    private static final byte[] ZEROS = new byte[1 << 16];

    private final LogFiles files;
    private final String name;
    private final byte[] header;
    private @Nullable VfsFile file;
    private long fileBytes;
    private boolean directorySynced;

    private Position durable;

    /// Behind what is in the file.
    private Position written;

    /// Behind what is in the batch.
    private Position next;

    /// Whether the file may have anything behind [#written].
    private boolean untidy;

    private ByteSink batch = new ByteSink(BATCH_BYTES_INITIAL);
    private int frameStart;

    private WalWriter(LogFiles files, String name, byte[] header) {
        this.files = files;
        this.name = name;
        this.header = header;
        this.durable = new Position(0, WalLayout.chainStart(header), 1);
        this.written = durable;
        this.next = durable;
    }

    /// A place between two frames.
    ///
    /// @param bytes    where it is in the file; 0 if there is not even a header
    /// @param crc      what the next frame names as the frame before it
    /// @param sequence number of the next frame
    private record Position(long bytes, int crc, long sequence) {}

    public static WalWriter create(LogFiles files, String name, int shard, long generation) {
        return new WalWriter(files, name, WalLayout.header(shard, generation));
    }

    /// Size of what is written, in bytes; the file is longer.
    public long bytes() {
        return written.bytes;
    }

    /// Size of what waits for [#write], in bytes.
    public int batchBytes() {
        return batch.size();
    }

    /// Whether something is written and not synced.
    public boolean isUnsynced() {
        return !written.equals(durable);
    }

    /// Where the payload of the next frame goes.
    public ByteSink beginFrame() {
        if (batch.size() == 0 && written.bytes == 0) {
            batch.putBytes(header, 0, header.length);
        }
        frameStart = batch.size();
        batch.putInt(0);
        batch.putInt(0);
        batch.putInt(next.crc);
        batch.putLong(next.sequence);
        batch.putByte(next.sequence == durable.sequence ? 1 : 0);
        batch.putByte(0);
        return batch;
    }

    public void endFrame(int type) {
        int payloadBytes = batch.size() - frameStart - WalLayout.FRAME_HEADER_BYTES;
        batch.setInt(frameStart, payloadBytes);
        batch.array()[frameStart + WalLayout.FRAME_TYPE] = (byte) type;
        int crc = WalLayout.frameCrc(header, batch.array(), frameStart, payloadBytes);
        batch.setInt(frameStart + WalLayout.FRAME_CRC, crc);
        next = new Position(written.bytes + batch.size(), crc, next.sequence + 1);
    }

    /// Forgets the frame that was begun and not ended.
    public void abandonFrame() {
        batch.truncate(next.equals(written) ? 0 : frameStart);
    }

    /// Writes the batch. If it fails the batch is forgotten, the file is cut back to what was written before,
    /// and writing another batch later is worth a try.
    public void write() throws IOException {
        try {
            VfsFile open = file == null ? take() : file;
            if (untidy) {
                cut(open);
            }
            batch.putBytes(ZEROS, 0, WalLayout.END_BYTES);
            untidy = true;
            open.write(written.bytes, batch.toByteBuffer());
            fill(open, written.bytes + batch.size());
            untidy = false;
            written = next;
            empty();
        } catch (IOException e) {
            next = written;
            empty();
            cutBack(e);
            throw e;
        }
    }

    private VfsFile take() throws IOException {
        VfsFile taken = files.take(name);
        file = taken;
        // If the size stays unknown, the file is cut before it is used.
        untidy = true;
        fileBytes = taken.size();
        untidy = false;
        return taken;
    }

    private void empty() {
        batch.truncate(0);
        if (batch.array().length > BATCH_BYTES_KEPT) {
            batch = new ByteSink(BATCH_BYTES_INITIAL);
        }
    }

    /// Writes zeros from `end` on up to the next whole step, unless the file is that long already.
    private void fill(VfsFile open, long end) throws IOException {
        if (end <= fileBytes) {
            return;
        }
        long fullBytes = Math.ceilDiv(end, files.stepBytes()) * files.stepBytes();
        for (long position = end; position < fullBytes; position += ZEROS.length) {
            int length = (int) Math.min(ZEROS.length, fullBytes - position);
            open.write(position, ByteBuffer.wrap(ZEROS, 0, length));
        }
        fileBytes = fullBytes;
    }

    private void cutBack(IOException cause) {
        if (untidy && file != null) {
            try {
                cut(file);
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    private void cut(VfsFile open) throws IOException {
        open.truncate(written.bytes);
        fileBytes = written.bytes;
        untidy = false;
    }

    /// Makes what is written durable. If it fails, nothing may be written or synced any more.
    public void sync() throws IOException {
        if (file == null) {
            throw new IllegalStateException("sync before write");
        }
        file.sync();
        if (!directorySynced) {
            files.vfs().syncDirectory();
            directorySynced = true;
        }
        durable = written;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
