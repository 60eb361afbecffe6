package io.flamekeeper.vfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A folder that is only looked at: every change is refused before it reaches the folder behind.
public final class ReadOnlyVfs implements Vfs {
    private final Vfs vfs;

    /// @param vfs taken over
    public ReadOnlyVfs(Vfs vfs) {
        this.vfs = vfs;
    }

    private static IOException refused(String name) {
        return new IOException(name + ": would change (expected: only to be read)");
    }

    @Override
    public List<String> list() throws IOException {
        return vfs.list();
    }

    @Override
    public VfsFile create(String name) throws IOException {
        throw refused(name);
    }

    @Override
    public VfsFile open(String name) throws IOException {
        return new ReadOnlyFile(name, vfs.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        throw refused(from);
    }

    @Override
    public void delete(String name) throws IOException {
        throw refused(name);
    }

    @Override
    public void syncDirectory() throws IOException {
        throw refused("the folder");
    }

    @Override
    public long usableBytes() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        vfs.close();
    }

    private record ReadOnlyFile(String name, VfsFile file) implements VfsFile {
        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return file.read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            throw refused(name);
        }

        @Override
        public void sync() throws IOException {
            throw refused(name);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            throw refused(name);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
