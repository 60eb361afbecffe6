package io.flamekeeper.vfs;

import java.io.IOException;
import java.util.List;

/// A flat folder of files, as little of a file system as a storage engine needs.
///
/// What survives a power cut: the bytes of a file up to its last [VfsFile#sync], and the names in the
/// folder as of the last [#syncDirectory]. Everything newer may be there in whole, in part or not at all.
///
/// Names are `[a-z0-9.-]+`. Safe for use by many threads. No method reacts to [Thread#interrupt].
public interface Vfs extends AutoCloseable {
    /// Names of all files, in no order.
    List<String> list() throws IOException;

    /// Makes a new, empty file and opens it for reading and writing.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException if the name is taken
    VfsFile create(String name) throws IOException;

    /// Opens an existing file for reading and writing.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is none
    VfsFile open(String name) throws IOException;

    /// Replaces `to`, if it exists, atomically.
    void rename(String from, String to) throws IOException;

    /// Removes the name; open files of that name stay readable.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is none
    void delete(String name) throws IOException;

    /// Makes every [#create], [#rename] and [#delete] so far survive a power cut.
    void syncDirectory() throws IOException;

    /// Bytes that may still be written before the disk is full.
    long usableBytes() throws IOException;

    /// Gives up the folder; another process may then open it.
    @Override
    void close() throws IOException;
}
