package io.flamekeeper.testkit;

import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Another folder, in which logs can be opened once and whoever opens one again waits for [#release]. A start looks
/// through every log, and then reads it back: so this holds the reading back.
public final class HeldVfs implements Vfs {
    private final Vfs folder;
    private final Set<String> opened = new HashSet<>();
    private final CompletableFuture<@Nullable Void> arrived = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> released = new CompletableFuture<>();

    /// @param folder closed with this one
    public HeldVfs(Vfs folder) {
        this.folder = folder;
    }

    /// Waits until somebody waits.
    public void awaitArrival() {
        arrived.copy().orTimeout(30, TimeUnit.SECONDS).join();
    }

    public void release() {
        released.complete(null);
    }

    @Override
    public VfsFile open(String name) throws IOException {
        if (name.startsWith("wal-") && !isFirst(name)) {
            arrived.complete(null);
            released.join();
        }
        return folder.open(name);
    }

    private synchronized boolean isFirst(String name) {
        return opened.add(name);
    }

    @Override
    public List<String> list() throws IOException {
        return folder.list();
    }

    @Override
    public VfsFile create(String name) throws IOException {
        return folder.create(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        folder.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        folder.delete(name);
    }

    @Override
    public void syncDirectory() throws IOException {
        folder.syncDirectory();
    }

    @Override
    public long usableBytes() throws IOException {
        return folder.usableBytes();
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
