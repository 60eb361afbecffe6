package io.flamekeeper.wal;

import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Where logs get their files and where files go when their log is done with: a few are kept, as
/// `spare-<n>.log`, and written over. A spare belongs to this process; the next one deletes it unread.
///
/// Safe for use by many threads.
public final class LogFiles {
    private static final String SPARE_PREFIX = "spare-";
    private static final String SPARE_SUFFIX = ".log";

    private final Vfs vfs;
    private final int stepBytes;
    private final int sparesMax;
    private final Deque<String> spares = new ArrayDeque<>();
    private long retiredCount;

    /// @param stepBytes zeros by which a file grows when its log reaches its end
    /// @param sparesMax files kept
    public LogFiles(Vfs vfs, int stepBytes, int sparesMax) {
        this.vfs = vfs;
        this.stepBytes = stepBytes;
        this.sparesMax = sparesMax;
    }

    /// Whether a file has the name of a spare.
    public static boolean isSpare(String fileName) {
        return fileName.startsWith(SPARE_PREFIX) && fileName.endsWith(SPARE_SUFFIX);
    }

    Vfs vfs() {
        return vfs;
    }

    int stepBytes() {
        return stepBytes;
    }

    /// A file of this name with anything in it. The name is not durable yet.
    VfsFile take(String name) throws IOException {
        Optional<String> spare = takeSpare();
        if (spare.isPresent()) {
            vfs.rename(spare.get(), name);
            return vfs.open(name);
        }
        try {
            return vfs.create(name);
        } catch (FileAlreadyExistsException e) {
            // Taken before, and then not opened.
            return vfs.open(name);
        }
    }

    private synchronized Optional<String> takeSpare() {
        return Optional.ofNullable(spares.poll());
    }

    /// Takes the file of a log that nobody will read again, not even after a power cut.
    ///
    /// @return false if there is no such file
    public synchronized boolean retire(String logName) throws IOException {
        try {
            if (spares.size() >= sparesMax) {
                vfs.delete(logName);
                return true;
            }
            String spare = SPARE_PREFIX + ++retiredCount + SPARE_SUFFIX;
            vfs.rename(logName, spare);
            spares.add(spare);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// Deletes the spares, to make room.
    ///
    /// @return whether there were any
    public synchronized boolean discardSpares() throws IOException {
        boolean hadAny = !spares.isEmpty();
        for (String spare = spares.poll(); spare != null; spare = spares.poll()) {
            vfs.delete(spare);
        }
        return hadAny;
    }
}
