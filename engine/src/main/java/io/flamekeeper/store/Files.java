package io.flamekeeper.store;

import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/// Making whole files durable.
final class Files {
    /// Ends the name of a file that is not finished; the next start removes it.
    static final String UNFINISHED = ".tmp";

    private Files() {}

    /// Writes the content of a new file.
    @FunctionalInterface
    interface Content {
        void write(VfsFile file) throws IOException;
    }

    /// Writes the content of a new file that may turn out not to be needed.
    @FunctionalInterface
    interface ContentIfAny {
        /// @return whether the file is needed
        boolean write(VfsFile file) throws IOException;
    }

    /// Makes a file with this name and content, durably, in place of what had the name before. After an
    /// [IOException] the name means what it meant.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException `STORE_UNAVAILABLE` after a failed sync
    static void replace(Vfs vfs, StoreFault fault, String name, Content content)
            throws IOException {
        replaceIfAny(
                vfs,
                fault,
                name,
                file -> {
                    content.write(file);
                    return true;
                });
    }

    /// The same, or nothing at all.
    ///
    /// @return whether there is such a file now
    static boolean replaceIfAny(Vfs vfs, StoreFault fault, String name, ContentIfAny content)
            throws IOException {
        String unfinished = name + UNFINISHED;
        deleteIfExists(vfs, unfinished);
        boolean isNeeded;
        try (VfsFile file = vfs.create(unfinished)) {
            isNeeded = content.write(file);
            if (isNeeded) {
                fault.sync(unfinished, file::sync);
            }
        } catch (IOException | RuntimeException e) {
            abandon(vfs, unfinished, e);
            throw e;
        }
        if (!isNeeded) {
            vfs.delete(unfinished);
            return false;
        }
        vfs.rename(unfinished, name);
        fault.sync("the folder", vfs::syncDirectory);
        return true;
    }

    private static void abandon(Vfs vfs, String unfinished, Exception cause) {
        try {
            deleteIfExists(vfs, unfinished);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    static void deleteIfExists(Vfs vfs, String name) throws IOException {
        try {
            vfs.delete(name);
        } catch (NoSuchFileException e) {
            // There is nothing to delete, which is what was wanted.
        }
    }
}
