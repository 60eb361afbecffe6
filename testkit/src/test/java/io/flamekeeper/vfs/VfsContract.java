package io.flamekeeper.vfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// What every [Vfs] does. Extend it and say how to make an empty one.
abstract class VfsContract {
    abstract Vfs empty() throws IOException;

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    static String text(VfsFile file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) file.size());
        assertThat(file.read(0, all)).isEqualTo(all.capacity());
        return new String(all.array(), UTF_8);
    }

    @Test
    void create_newName_isListedEmptyAndWritable() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a.log")) {
            assertThat(vfs.list()).containsExactly("a.log");
            assertThat(file.size()).isZero();
            file.write(0, bytes("hello"));
            file.sync();
            vfs.syncDirectory();
            assertThat(text(file)).isEqualTo("hello");
        }
    }

    @Test
    void create_nameTaken_isRefused() throws IOException {
        try (Vfs vfs = empty()) {
            vfs.create("a").close();
            assertThatThrownBy(() -> vfs.create("a"))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
    }

    @Test
    void openAndDelete_noSuchName_areRefused() throws IOException {
        try (Vfs vfs = empty()) {
            assertThatThrownBy(() -> vfs.open("a")).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> vfs.delete("a")).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void write_inTheMiddle_leavesTheRest() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a")) {
            file.write(0, bytes("0123456789"));
            file.write(3, bytes("abc"));
            assertThat(text(file)).isEqualTo("012abc6789");
        }
    }

    @Test
    void read_overTheEnd_isShort() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a")) {
            file.write(0, bytes("0123456789"));
            ByteBuffer target = ByteBuffer.allocate(8);
            assertThat(file.read(6, target)).isEqualTo(4);
            assertThat(target.position()).isEqualTo(4);
            assertThat(file.read(10, target)).isZero();
            assertThat(file.read(99, target)).isZero();
        }
    }

    @Test
    void read_intoSlice_touchesNothingElse() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a")) {
            file.write(0, bytes("0123456789"));
            byte[] around = "..........".getBytes(UTF_8);
            assertThat(file.read(4, ByteBuffer.wrap(around, 2, 3))).isEqualTo(3);
            assertThat(new String(around, UTF_8)).isEqualTo("..456.....");
        }
    }

    @Test
    void truncate_shorterThenLonger_fillsWithZeros() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a")) {
            file.write(0, bytes("0123456789"));
            file.truncate(4);
            assertThat(text(file)).isEqualTo("0123");
            file.truncate(6);
            assertThat(text(file)).isEqualTo("0123\0\0");
        }
    }

    @Test
    void rename_overAnother_replacesItAndKeepsOpenFilesReadable() throws IOException {
        try (Vfs vfs = empty();
                VfsFile old = vfs.create("a");
                VfsFile fresh = vfs.create("b")) {
            old.write(0, bytes("old"));
            fresh.write(0, bytes("fresh"));
            vfs.rename("b", "a");
            assertThat(vfs.list()).containsExactly("a");
            assertThat(text(old)).isEqualTo("old");
            try (VfsFile reopened = vfs.open("a")) {
                assertThat(text(reopened)).isEqualTo("fresh");
            }
        }
    }

    @Test
    void delete_whileOpen_leavesTheOpenFileReadable() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a")) {
            file.write(0, bytes("still here"));
            vfs.delete("a");
            assertThat(vfs.list()).isEmpty();
            assertThat(text(file)).isEqualTo("still here");
        }
    }

    @Test
    void everything_whileInterrupted_goesOn() throws IOException {
        try (Vfs vfs = empty();
                VfsFile file = vfs.create("a")) {
            file.write(0, bytes("before"));
            var seen =
                    CompletableFuture.supplyAsync(
                            () -> {
                                Thread.currentThread().interrupt();
                                try {
                                    String text = text(file);
                                    file.write(0, bytes("behind"));
                                    file.sync();
                                    return text + Thread.interrupted();
                                } catch (IOException e) {
                                    return e.toString();
                                }
                            },
                            task -> Thread.ofPlatform().start(task));
            assertThat(seen.join()).isEqualTo("beforetrue");
            assertThat(text(file)).isEqualTo("behind");
        }
    }
}
