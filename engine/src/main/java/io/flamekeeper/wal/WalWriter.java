package io.flamekeeper.wal;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.vfs.Vfs;
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
/// The file is made by the first [#write].
public final class WalWriter implements AutoCloseable {
    private static final int BATCH_BYTES_INITIAL = 1 << 12;

    /// A larger buffer is given back after the batch that needed it.
    private static final int BATCH_BYTES_KEPT = 1 << 23;

    private final Vfs vfs;
    private final String name;
    private final byte[] header;
    private @Nullable VfsFile file;
    private boolean directorySynced;

    private Position durable;
    private Position written;
    private boolean untidy;

    private ByteSink batch = new ByteSink(BATCH_BYTES_INITIAL);
    private int frameStart;

    private WalWriter(Vfs vfs, String name, byte[] header, Position durable) {
        this.vfs = vfs;
        this.name = name;
        this.header = header;
        this.durable = durable;
        this.written = durable;
    }

    /// A place between two frames.
    ///
    /// @param bytes    where it is in the file; 0 if there is not even a header
    /// @param crc      what the next frame names as the frame before it
    /// @param sequence number of the next frame
    record Position(long bytes, int crc, long sequence) {}

    public static WalWriter create(Vfs vfs, String name, int shard, long generation) {
        var start = new Position(0, WalLayout.chainStart(shard, generation), 1);
        return new WalWriter(vfs, name, WalLayout.header(shard, generation), start);
    }

    /// Goes on where a log that was read back ends. Takes over `file`; its name in the folder is durable.
    static WalWriter resume(Vfs vfs, String name, byte[] header, VfsFile file, Position end) {
        var writer = new WalWriter(vfs, name, header, end);
        writer.file = file;
        writer.directorySynced = true;
        return writer;
    }

    /// Size of what is durable, in bytes.
    public long bytes() {
        return durable.bytes;
    }

    /// Size of what waits for [#write], in bytes.
    public int batchBytes() {
        return batch.size();
    }

    /// Where the payload of the next frame goes.
    public ByteSink beginFrame() {
        if (batch.size() == 0 && durable.bytes == 0) {
            batch.putBytes(header, 0, header.length);
        }
        frameStart = batch.size();
        batch.putInt(0);
        batch.putInt(0);
        batch.putInt(written.crc);
        batch.putLong(written.sequence);
        batch.putByte(written.sequence == durable.sequence ? 1 : 0);
        batch.putByte(0);
        return batch;
    }

    public void endFrame(int type) {
        int payloadBytes = batch.size() - frameStart - WalLayout.FRAME_HEADER_BYTES;
        batch.setInt(frameStart, payloadBytes);
        batch.array()[frameStart + WalLayout.FRAME_HEADER_BYTES - 1] = (byte) type;
        int crc = WalLayout.frameCrc(batch.array(), frameStart, payloadBytes);
        batch.setInt(frameStart + WalLayout.FRAME_CRC, crc);
        written = new Position(durable.bytes + batch.size(), crc, written.sequence + 1);
    }

    /// Forgets the frame that was begun and not ended.
    public void abandonFrame() {
        batch.truncate(written.equals(durable) ? 0 : frameStart);
    }

    /// Forgets all frames since the last [#sync].
    public void abandonBatch() {
        written = durable;
        batch.truncate(0);
    }

    /// Writes the batch. If it fails the batch is forgotten, the file is cut back to what is durable, and
    /// writing another batch later is worth a try.
    public void write() throws IOException {
        try {
            VfsFile open = file;
            if (open == null) {
                open = vfs.create(name);
                file = open;
            }
            if (untidy) {
                open.truncate(durable.bytes);
                untidy = false;
            }
            ByteBuffer bytes = ByteBuffer.wrap(batch.array(), 0, batch.size());
            untidy = true;
            open.write(durable.bytes, bytes);
            untidy = false;
        } catch (IOException e) {
            abandonBatch();
            cutBack(e);
            throw e;
        }
    }

    private void cutBack(IOException cause) {
        if (untidy && file != null) {
            try {
                file.truncate(durable.bytes);
                untidy = false;
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    /// Makes the batch durable. If it fails, nothing may be written or synced any more.
    public void sync() throws IOException {
        if (file == null) {
            throw new IllegalStateException("sync before write");
        }
        file.sync();
        if (!directorySynced) {
            vfs.syncDirectory();
            directorySynced = true;
        }
        durable = written;
        batch.truncate(0);
        if (batch.array().length > BATCH_BYTES_KEPT) {
            batch = new ByteSink(BATCH_BYTES_INITIAL);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
