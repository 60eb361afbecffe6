package io.flamekeeper.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskVfsTest extends VfsContract {
    @TempDir Path folder;

    @Override
    Vfs empty() throws IOException {
        return DiskVfs.open(folder.resolve("data"));
    }

    @Test
    void open_whileHeld_isRefusedUntilClosed() throws IOException {
        try (Vfs held = empty()) {
            assertThat(held.list()).isEmpty();
            assertThatThrownBy(this::empty).hasMessageContaining("is in use");
        }
        empty().close();
    }

    @Test
    void close_thenOpen_findsTheFiles() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a")) {
            file.write(0, bytes("kept"));
        }
        try (Vfs vfs = empty();
                VfsFile file = vfs.open("a")) {
            assertThat(text(file)).isEqualTo("kept");
        }
        assertThat(folder.resolve("data/a"))
                .satisfies(path -> assertThat(Files.size(path)).isEqualTo(4));
    }

    @Test
    void openToRead_whileHeld_isRefused() throws IOException {
        try (Vfs held = empty()) {
            assertThat(held.list()).isEmpty();
            assertThatThrownBy(() -> DiskVfs.openToRead(folder.resolve("data")))
                    .hasMessageContaining("is in use");
        }
    }

    @Test
    void open_whileLookedAt_isRefusedUntilClosed() throws IOException {
        empty().close();
        try (Vfs looking = DiskVfs.openToRead(folder.resolve("data"))) {
            assertThat(looking.list()).isEmpty();
            assertThatThrownBy(this::empty).hasMessageContaining("is in use");
        }
        empty().close();
    }

    @Test
    void openToRead_folderThatNobodyEverHeld_makesNothingInIt() throws IOException {
        Files.writeString(folder.resolve("a"), "kept");
        try (Vfs vfs = DiskVfs.openToRead(folder);
                VfsFile file = vfs.open("a")) {
            assertThat(vfs.list()).containsExactly("a");
            assertThat(text(file)).isEqualTo("kept");
            assertThatThrownBy(() -> file.write(0, bytes("new"))).isInstanceOf(IOException.class);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("a"));
        }
        assertThat(folder.resolve("a")).hasContent("kept");
    }

    @Test
    void openToRead_noSuchFolder_isNotMade() throws IOException {
        try (Vfs vfs = DiskVfs.openToRead(folder.resolve("none"))) {
            assertThatThrownBy(vfs::list).isInstanceOf(NoSuchFileException.class);
        }
        assertThat(folder.resolve("none")).doesNotExist();
    }
}
