package io.flamekeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.cli.Golden.Run;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    /// Frozen when the format was.
    private static final Path FIXTURE =
            Path.of("../testkit/src/test/resources/segment/version-1.seg");

    @TempDir Path temporary;

    private static void expect(String golden, String... args) throws IOException {
        Run run = Run.of(args);
        Golden.expect(golden, run.out());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
    }

    @Test
    void inspect_segment_printsWhatIsInIt() throws IOException {
        expect("inspect-segment.txt", "inspect", FIXTURE.toString());
        expect("inspect-segment.json", "inspect", "--json", FIXTURE.toString());
    }

    @Test
    void inspect_logAndCatalogAndDay_whileAServerHasTheFolder_printWhatIsInThem()
            throws IOException {
        Path folder = temporary.resolve("data");
        DataFolder.write(folder);
        try (Vfs held = DiskVfs.open(folder)) {
            assertThat(held.list()).isNotEmpty();
            expect("inspect-day.txt", "inspect", folder.resolve("segment-2.seg").toString());
            expect("inspect-log.txt", "inspect", folder.resolve("wal-0-3.log").toString());
            expect(
                    "inspect-log.json",
                    "inspect",
                    "--json",
                    folder.resolve("wal-0-3.log").toString());
            expect("inspect-catalog.txt", "inspect", folder.resolve("catalog-4").toString());
            expect(
                    "inspect-catalog.json",
                    "inspect",
                    "--json",
                    folder.resolve("catalog-4").toString());
        }
    }

    @Test
    void inspect_logWithATornTail_saysSo() throws IOException {
        Path folder = temporary.resolve("data");
        DataFolder.write(folder);
        Path log = folder.resolve("wal-0-3.log");
        byte[] bytes = Files.readAllBytes(log);
        bytes[600] ^= 1;
        Files.write(log, bytes);
        Run run = Run.of("inspect", log.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("frames    1 to 2, up to byte 5")
                .contains("behind    no whole frame: an unfinished write, one under way, or decay");
    }

    @Test
    void inspect_whatIsNoneOfThese_isRefused() throws IOException {
        Path file = Files.writeString(temporary.resolve("notes.txt"), "x".repeat(100));
        Run run = Run.of("inspect", file.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("notes.txt: not a segment (expected: one begins with FKSG)");
    }
}
