package io.flamekeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.cli.Golden.Run;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
    @TempDir Path temporary;
    private Path folder = Path.of("");

    @BeforeEach
    void write() throws IOException {
        folder = temporary.resolve("data");
        DataFolder.write(folder);
    }

    private void flip(String file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(file));
        bytes[(int) at] ^= 1;
        Files.write(folder.resolve(file), bytes);
    }

    private Run verify(String... options) {
        Run run =
                Run.of(
                        Stream.concat(Stream.of("verify", folder.toString()), Stream.of(options))
                                .toArray(String[]::new));
        return new Run(
                run.code(),
                run.out().replace(folder.toString(), "DIR"),
                run.err().replace(folder.toString(), "DIR"));
    }

    @Test
    void verify_folderAsTheStoreLeftIt_saysWhatItIs() throws IOException {
        Run run = verify();
        Golden.expect("verify-well.txt", run.out());
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
    }

    @Test
    void verify_damagedFolder_saysWhereAndWhatIsLost() throws IOException {
        damage();
        Run run = verify();
        Golden.expect("verify-damaged.txt", run.out());
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void verify_json_saysTheSame() throws IOException {
        damage();
        Run run = verify("--json");
        Golden.expect("verify-damaged.json", run.out());
        assertThat(run.code()).isEqualTo(1);
    }

    private void damage() throws IOException {
        flip("segment-2.seg", 100);
        flip("segment-2.seg", 990);
        flip("wal-0-3.log", 100);
        flip("catalog-3", 20);
        Files.writeString(folder.resolve("segment-9.seg.tmp"), "never finished");
        Files.writeString(folder.resolve("notes.txt"), "not ours");
    }

    @Test
    void verify_whileAServerHasTheFolder_isRefused() throws IOException {
        try (Vfs held = DiskVfs.open(folder)) {
            assertThat(held.list()).isNotEmpty();
            Run run = verify();
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .isEqualToIgnoringNewLines(
                            "flamekeeper: folder: DIR is in use (expected: no process that writes)");
        }
    }

    @Test
    void verify_whatIsNoDataFolder_isRefused() throws IOException {
        folder = temporary.resolve("none");
        assertThat(verify().err())
                .isEqualToIgnoringNewLines(
                        "flamekeeper: folder: DIR cannot be read, NoSuchFileException (expected: a data folder)");
        assertThat(verify().code()).isEqualTo(2);
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("notes.txt"), "not ours");
        assertThat(verify().err())
                .isEqualToIgnoringNewLines(
                        "flamekeeper: folder: DIR has no file of a store (expected: a data folder)");
        assertThat(verify().code()).isEqualTo(2);
    }
}
