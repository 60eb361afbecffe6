package io.flamekeeper.vfs;

import java.io.IOException;
import java.nio.ByteBuffer;

/// An open file. Positional, so readers and one writer may share it. No method reacts to
/// [Thread#interrupt].
public interface VfsFile extends AutoCloseable {
    /// Reads until `target` is full or the file ends; returns the number of bytes read, 0 at the end.
    int read(long position, ByteBuffer target) throws IOException;

    /// Writes all of `source`. If it fails, any part of the bytes may be in the file.
    void write(long position, ByteBuffer source) throws IOException;

    /// Makes the bytes, and the size needed to read them, survive a power cut.
    ///
    /// After a failure nothing may be assumed about any byte written since the last success; calling again
    /// does not help.
    void sync() throws IOException;

    long size() throws IOException;

    /// Cuts the file or, beyond its end, fills it with zeros.
    void truncate(long size) throws IOException;

    @Override
    void close() throws IOException;
}
