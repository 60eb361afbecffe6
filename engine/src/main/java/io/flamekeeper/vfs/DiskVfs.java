package io.flamekeeper.vfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A folder of a real disk.
///
/// One process at a time: the file `lock`, which [#list] does not show, is locked while this is open.
///
/// A [FileChannel] closes itself when a thread is interrupted inside it, and thereby fails everybody else
/// who reads the file. Files opened here open their channel again, by name, and go on; the interrupted
/// thread stays marked as interrupted. A sync during which an interrupt arrives fails: the kernel reports a
/// lost write only once, so a second try could not tell.
public final class DiskVfs implements Vfs {
    private static final String LOCK = "lock";
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);
    private static final Set<OpenOption> READ_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<OpenOption> CREATE_NEW =
            Set.of(
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE_NEW);

    private final Path folder;
    private final Closeable lock;

    /// How existing files are opened.
    private final Set<OpenOption> existing;

    private DiskVfs(Path folder, Closeable lock, Set<OpenOption> existing) {
        this.folder = folder;
        this.lock = lock;
        this.existing = existing;
    }

    /// Takes the folder for this process, making it if there is none.
    ///
    /// @throws IOException if another process, or another part of this one, holds it
    public static DiskVfs open(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel lock =
                FileChannel.open(
                        folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        take(folder, lock, false);
        return new DiskVfs(folder, lock, READ_WRITE);
    }

    /// Opens an existing folder to look at it. Nothing is made in it and nothing changes. Any number of processes
    /// may look at once; one that wants to write is refused until all are done, if the folder was ever written to.
    ///
    /// @throws IOException if another process, or another part of this one, writes to it
    public static Vfs openToRead(Path folder) throws IOException {
        Path file = folder.resolve(LOCK);
        if (Files.notExists(file)) {
            return peek(folder);
        }
        FileChannel lock = FileChannel.open(file, READ);
        take(folder, lock, true);
        return new ReadOnlyVfs(new DiskVfs(folder, lock, READ));
    }

    /// Opens an existing folder to look at it, whoever writes to it meanwhile.
    public static Vfs peek(Path folder) {
        return new ReadOnlyVfs(new DiskVfs(folder, () -> {}, READ));
    }

    /// @param shared whether others may have it, too, likewise
    private static void take(Path folder, FileChannel lock, boolean shared) throws IOException {
        try {
            if (lock.tryLock(0, Long.MAX_VALUE, shared) == null) {
                throw new IOException(held(folder, shared));
            }
        } catch (OverlappingFileLockException e) {
            lock.close();
            throw new IOException(held(folder, shared), e);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    private static String held(Path folder, boolean shared) {
        return "folder: %s is in use (expected: %s)"
                .formatted(folder, shared ? "no process that writes" : "one process per folder");
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(LOCK))
                    .toList();
        }
    }

    @Override
    public VfsFile create(String name) throws IOException {
        return new DiskFile(folder.resolve(name), CREATE_NEW, READ_WRITE);
    }

    @Override
    public VfsFile open(String name) throws IOException {
        return new DiskFile(folder.resolve(name), existing, existing);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                folder.resolve(from),
                folder.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(folder.resolve(name));
    }

    @Override
    public void syncDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static final class DiskFile implements VfsFile {
        private final Path file;
        private final Set<OpenOption> again;
        private volatile FileChannel channel;
        private boolean closed;

        /// @param again how to open it the next time
        DiskFile(Path file, Set<OpenOption> options, Set<OpenOption> again) throws IOException {
            this.file = file;
            this.again = again;
            this.channel = FileChannel.open(file, options);
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            int start = target.position();
            while (target.hasRemaining()) {
                int at = target.position();
                long from = position + at - start;
                int count = withChannel(open -> open.read(target, from));
                if (count < 0) {
                    break;
                }
            }
            return target.position() - start;
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            int start = source.position();
            while (source.hasRemaining()) {
                int at = source.position();
                withChannel(open -> open.write(source.position(at), position + at - start));
            }
        }

        @Override
        public void sync() throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                FileChannel open = channel;
                if (!open.isOpen()) {
                    reopen(open, new ClosedChannelException());
                }
                channel.force(false);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public long size() throws IOException {
            return withChannel(FileChannel::size);
        }

        @Override
        public void truncate(long size) throws IOException {
            long now = size();
            if (size < now) {
                withChannel(open -> open.truncate(size));
            } else if (size > now) {
                write(size - 1, ByteBuffer.wrap(new byte[1]));
            }
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            channel.close();
        }

        /// Runs the operation, which can be run again, until no interrupt of whatever thread has cut it off.
        private <T> T withChannel(Operation<T> operation) throws IOException {
            boolean interrupted = false;
            try {
                while (true) {
                    FileChannel open = channel;
                    try {
                        return operation.on(open);
                    } catch (ClosedByInterruptException e) {
                        interrupted |= Thread.interrupted();
                        reopen(open, e);
                    } catch (ClosedChannelException e) {
                        reopen(open, e);
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private synchronized void reopen(FileChannel broken, ClosedChannelException cause)
                throws IOException {
            if (closed) {
                throw cause;
            }
            if (channel.equals(broken)) {
                channel = FileChannel.open(file, again);
            }
        }
    }

    @FunctionalInterface
    private interface Operation<T> {
        T on(FileChannel channel) throws IOException;
    }
}
