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

    /// Makes a file with this name and content, durably, in place of what had the name before. After an
    /// [IOException] the name means what it meant.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException `STORE_UNAVAILABLE` after a failed sync
    static void replace(Vfs vfs, StoreFault fault, String name, Content content)
            throws IOException {
        String unfinished = name + UNFINISHED;
        deleteIfExists(vfs, unfinished);
        try (VfsFile file = vfs.create(unfinished)) {
            content.write(file);
            fault.sync(unfinished, file::sync);
        }
        vfs.rename(unfinished, name);
        fault.sync("the folder", vfs::syncDirectory);
    }

    static void deleteIfExists(Vfs vfs, String name) throws IOException {
        try {
            vfs.delete(name);
        } catch (NoSuchFileException e) {
            // There is nothing to delete, which is what was wanted.
        }
    }
}
