package io.flamekeeper.store;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// A file of zeros, `reserve`, that is given up when the disk is full, so that what makes room in the end can
/// go on: sealing, compaction, deletion. They write through [#folder], which does that unasked.
///
/// Appends get nothing of it. Once a log found no room, [#checkRoom] refuses them until there is enough to
/// make the reserve again, and lets them go on then.
///
/// Safe for use by many threads.
final class Reserve {
    static final String NAME = "reserve";
    private static final byte[] ZEROS = new byte[1 << 20];
    private static final long RETRY_MILLIS = 1_000;

    private final Vfs vfs;
    private final LogFiles logFiles;
    private final InstantSource clock;
    private final long bytes;
    private final long marginBytes;

    /// Whether a log found no room and none has come back.
    private volatile boolean isFull;

    /// Whether the file should be there and is not.
    private volatile boolean isMissing;

    /// Whether this disk had room for it at any time.
    private boolean wasMade;

    /// When it was tried last to make it; 0 = never.
    private long triedMillis;

    /// @param bytes       size of the reserve, 0 = none
    /// @param marginBytes what must be free beside it before appends go on
    Reserve(Vfs vfs, LogFiles logFiles, InstantSource clock, long bytes, long marginBytes) {
        this.vfs = vfs;
        this.logFiles = logFiles;
        this.clock = clock;
        this.bytes = bytes;
        this.marginBytes = marginBytes;
    }

    /// Makes the file if it is not there and there is room. That there is none is no reason not to start.
    synchronized void open() throws IOException {
        if (bytes == 0) {
            Files.deleteIfExists(vfs, NAME);
            return;
        }
        isMissing = true;
        if (size() == bytes) {
            isMissing = false;
            wasMade = true;
        } else if (vfs.usableBytes() >= bytes + marginBytes) {
            make();
        }
    }

    private long size() throws IOException {
        try (VfsFile file = vfs.open(NAME)) {
            return file.size();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /// Whether appends are refused because the disk is full.
    boolean isFull() {
        return isFull;
    }

    /// Refuses to go on while the disk is full.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE`
    void checkRoom() {
        if (isFull || isMissing) {
            restore();
        }
    }

    private synchronized void restore() {
        try {
            long usable = vfs.usableBytes();
            if (isMissing && usable >= bytes + marginBytes && isTimeToTry()) {
                make();
            }
            if (usable >= marginBytes && (!isMissing || !wasMade)) {
                isFull = false;
            }
            if (isFull) {
                throw new FlamekeeperException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "disk full: %d bytes free (expected: at least %d before profiles are taken again)",
                        usable,
                        marginBytes + (wasMade ? bytes : 0));
            }
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.STORE_UNAVAILABLE, "disk: free space unknown: %s", e);
        }
    }

    /// Where a quota is reached there seems to be room, so trying costs something and is not for every append.
    private boolean isTimeToTry() {
        long now = clock.millis();
        boolean isTime = now < triedMillis || now - triedMillis >= RETRY_MILLIS;
        triedMillis = isTime ? now : triedMillis;
        return isTime;
    }

    private void make() throws IOException {
        Files.deleteIfExists(vfs, NAME);
        try (VfsFile file = vfs.create(NAME)) {
            for (long position = 0; position < bytes; position += ZEROS.length) {
                int length = (int) Math.min(ZEROS.length, bytes - position);
                file.write(position, ByteBuffer.wrap(ZEROS, 0, length));
            }
            isMissing = false;
            wasMade = true;
        } catch (IOException e) {
            Files.deleteIfExists(vfs, NAME);
            if (!isNoRoom(e)) {
                throw e;
            }
        }
    }

    /// A log could not be written. If that is for want of room, nothing is appended until there is some.
    void logFailed(IOException cause) {
        try {
            if (isNoRoom(cause)) {
                isFull = true;
                release();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /// Makes room.
    ///
    /// @return whether there was anything to give up
    private synchronized boolean release() throws IOException {
        boolean hadSpares = logFiles.discardSpares();
        if (bytes == 0 || isMissing) {
            return hadSpares;
        }
        isMissing = true;
        Files.deleteIfExists(vfs, NAME);
        return true;
    }

    private boolean isNoRoom(IOException e) throws IOException {
        String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return Stream.of("no space left", "quota exceeded").anyMatch(why::contains)
                || vfs.usableBytes() < marginBytes;
    }

    /// The folder for everybody but the logs: a write that finds no room is tried again with the reserve given up.
    Vfs folder() {
        return new Folder();
    }

    /// Something that needs room.
    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException;
    }

    private <T> T withReserve(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (IOException e) {
            if (!madeRoomAfter(e)) {
                throw e;
            }
            return step.run();
        }
    }

    private boolean madeRoomAfter(IOException failure) {
        try {
            return isNoRoom(failure) && release();
        } catch (IOException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    private final class Folder implements Vfs {
        @Override
        public List<String> list() throws IOException {
            return vfs.list();
        }

        @Override
        public VfsFile create(String name) throws IOException {
            return new File(withReserve(() -> vfs.create(name)));
        }

        @Override
        public VfsFile open(String name) throws IOException {
            return new File(vfs.open(name));
        }

        @Override
        public void rename(String from, String to) throws IOException {
            vfs.rename(from, to);
        }

        @Override
        public void delete(String name) throws IOException {
            vfs.delete(name);
        }

        @Override
        public void syncDirectory() throws IOException {
            vfs.syncDirectory();
        }

        @Override
        public long usableBytes() throws IOException {
            return vfs.usableBytes();
        }

        @Override
        public void close() throws IOException {
            vfs.close();
        }
    }

    private final class File implements VfsFile {
        private final VfsFile file;

        File(VfsFile file) {
            this.file = file;
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return file.read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            int start = source.position();
            withReserve(() -> {
                file.write(position, source.position(start));
                return file;
            });
        }

        @Override
        public void sync() throws IOException {
            file.sync();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
