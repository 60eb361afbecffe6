package io.flamekeeper.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
