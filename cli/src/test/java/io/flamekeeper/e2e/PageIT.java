package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.testkit.Recording;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser, on real recordings.
class PageIT {
    private static final Path SCREENSHOTS = Path.of("target/screenshots").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void page_withRecordedProfiles_showsWhatTheServerSays() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            for (Recording.Request request : Recording.own("python-1.4.0").requests()) {
                assertThat(wire.replay(request)).isEqualTo(200);
            }
            drive(server, "explore.png", "--service", "genetic-algorithm-components");
        }
    }

    @Test
    void page_onAnEmptyServer_waitsForTheFirstProfile() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"))) {
            drive(server, "first-run.png");
        }
    }

    private static void drive(FlamekeeperProcess.Running server, String screenshot, String... options)
            throws Exception {
        Files.createDirectories(SCREENSHOTS);
        List<String> command = new ArrayList<>(List.of(
                "node",
                "e2e/explore.mjs",
                "--url",
                server.uri().toString(),
                "--screenshot",
                SCREENSHOTS.resolve(screenshot).toString()));
        command.addAll(List.of(options));
        Suite.run(FlamekeeperProcess.ROOT.resolve("ui"), command);
    }
}
