package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Appends to a segment file through a buffer. For one thread.
final class SegmentOutput {
    private final VfsFile file;
    private final byte[] buffer = new byte[1 << 16];
    private int used;
    private long written;

    SegmentOutput(VfsFile file) {
        this.file = file;
    }

    /// Where the next byte goes.
    long position() {
        return written + used;
    }

    void put(byte[] bytes, int start, int length) throws IOException {
        if (length > buffer.length - used) {
            flush();
        }
        if (length > buffer.length) {
            file.write(written, ByteBuffer.wrap(bytes, start, length));
            written += length;
        } else {
            System.arraycopy(bytes, start, buffer, used, length);
            used += length;
        }
    }

    /// Writes the bytes, then their checksum.
    void putChecked(ByteSink bytes) throws IOException {
        bytes.putInt(Checksum.of(bytes.array(), 0, bytes.size()));
        put(bytes.array(), 0, bytes.size());
    }

    /// Makes everything readable in the file.
    void flush() throws IOException {
        if (used > 0) {
            file.write(written, ByteBuffer.wrap(buffer, 0, used));
            written += used;
            used = 0;
        }
    }
}
