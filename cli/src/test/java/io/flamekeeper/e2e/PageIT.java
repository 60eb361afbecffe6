package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.intake.Gzip;
import io.flamekeeper.testkit.Recording;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser, on real recordings.
class PageIT {
    private static final Path SCREENSHOTS = Path.of("target/screenshots").toAbsolutePath();
    private static final int BODY_BYTES_MAX = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void page_withRecordedProfiles_showsWhatTheServerSays() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            List<PushRequest> recorded = pushes(Recording.own("python-1.4.0"));
            long newest = recorded.stream()
                    .flatMap(push -> profiles(push).stream())
                    .mapToLong(Profile::getTimeNanos)
                    .max()
                    .orElseThrow();
            long agoNanos = TimeUnit.MILLISECONDS.toNanos(Instant.now().toEpochMilli()) - newest;
            for (PushRequest push : recorded) {
                var answer = wire.post(
                        "/push.v1.PusherService/Push", "application/proto", later(push, agoNanos).toByteArray());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
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

    private static List<PushRequest> pushes(Recording recording) throws Exception {
        List<PushRequest> pushes = new ArrayList<>();
        for (Recording.Request request : recording.requests()) {
            pushes.add(PushRequest.parseFrom(Gzip.inflate(request.body(), BODY_BYTES_MAX, "recording")));
        }
        return pushes;
    }

    private static List<Profile> profiles(PushRequest push) {
        return push.getSeriesList().stream()
                .flatMap(series -> series.getSamplesList().stream())
                .map(PageIT::profile)
                .toList();
    }

    private static Profile profile(RawSample sample) {
        try {
            return Profile.parseFrom(sample.getRawProfile());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// The same profiles at another time, so that they lie in the last hour, which the page shows first.
    private static PushRequest later(PushRequest push, long nanos) {
        PushRequest.Builder later = PushRequest.newBuilder();
        for (RawProfileSeries series : push.getSeriesList()) {
            RawProfileSeries.Builder shifted = series.toBuilder().clearSamples();
            for (RawSample sample : series.getSamplesList()) {
                Profile profile = profile(sample);
                ByteString moved =
                        profile.toBuilder().setTimeNanos(profile.getTimeNanos() + nanos).build().toByteString();
                shifted.addSamples(sample.toBuilder().setRawProfile(moved));
            }
            later.addSeries(shifted);
        }
        return later.build();
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
