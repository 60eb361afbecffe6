package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flamekeeper.api.google.v1.Label;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.google.v1.Sample;
import io.flamekeeper.api.google.v1.ValueType;
import io.flamekeeper.testkit.GroundTruth;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified SDKs of Node.js and Go, from their registries, send to the server process. A proxy remembers what they
/// send; that is what the server must answer, to the nanosecond. Skipped where a language or its registry is missing.
class OtherSdksIT {
    private static final Path CLIENTS = FlamekeeperProcess.ROOT.resolve("clients");
    private static final String SECONDS = "7";

    @TempDir Path folder;

    @Test
    @Timeout(240)
    void node_wallAndHeap_isWhatItSent() throws Exception {
        Path program = copy("node-tests");
        install(
                program,
                List.of("npm", "install", "--no-audit", "--no-fund", "--no-package-lock"),
                "@pyroscope/nodejs");
        Map<String, Long> sums = profile(program, List.of("node", "main.js", SECONDS));
        assertThat(sums)
                .containsKeys("wall:nanoseconds", "cpu:nanoseconds", "inuse_space:bytes")
                .containsKey("wall:nanoseconds{component=fitness_evaluation}");
    }

    @Test
    @Timeout(240)
    void go_everyProfile_isWhatItSent() throws Exception {
        Path program = copy("go-tests");
        install(
                program,
                List.of("go", "build", "-o", "main", "."),
                "github.com/grafana/pyroscope-go");
        Map<String, Long> sums = profile(program, List.of("./main", SECONDS));
        assertThat(sums)
                .containsKeys(
                        "cpu:nanoseconds",
                        "alloc_space:bytes",
                        "inuse_space:bytes",
                        "goroutine:count",
                        "delay:nanoseconds")
                .containsKey("cpu:nanoseconds{component=fitness_evaluation}");
    }

    private static Path copy(String program) throws IOException {
        Path to = Files.createDirectories(Caches.folder().resolve(program));
        try (Stream<Path> files = Files.list(CLIENTS.resolve(program))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        file,
                        to.resolve(file.getFileName().toString()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
    }

    private void install(Path program, List<String> command, String what) throws Exception {
        Path log = folder.resolve("install.log");
        int exit;
        try {
            exit =
                    new ProcessBuilder(command)
                            .directory(program.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start()
                            .waitFor();
        } catch (IOException missing) {
            exit = -1;
        }
        assumeTrue(
                exit == 0,
                what
                        + " is not installed here: "
                        + (Files.exists(log) ? Files.readString(log) : command.getFirst()));
    }

    /// Runs the program and compares; returns what was sent, by type and unit, and by these and the labels.
    private Map<String, Long> profile(Path program, List<String> command) throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var proxy = UploadProxy.to(server.uri());
                var wire = new Wire(server.uri())) {
            assertThat(run(program, command, proxy.uri())).as("exit code").isZero();
            assertThat(proxy.uploads())
                    .hasSizeGreaterThan(3)
                    .allSatisfy(
                            upload -> assertThat(upload.status()).as(upload.path()).isEqualTo(200));
            SortedMap<GroundTruth.Key, Long> sent = sums(proxy.uploads());
            ReplayIT.assertEqual(wire, GroundTruth.of(sent));
            Map<String, Long> byType = new TreeMap<>();
            sent.forEach((key, sum) -> {
                byType.merge(key.sampleType(), sum, Long::sum);
                if (!key.sampleLabels().isEmpty()) {
                    byType.merge(key.sampleType() + key.sampleLabels(), sum, Long::sum);
                }
            });
            System.out.println("  equal in every protocol: " + byType);
            return byType;
        }
    }

    private int run(Path program, List<String> command, URI server) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(program.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("program.log").toFile());
        builder.environment().put("SERVER", server.toString());
        return builder.start().waitFor();
    }

    private static SortedMap<GroundTruth.Key, Long> sums(List<UploadProxy.Upload> uploads)
            throws IOException {
        SortedMap<GroundTruth.Key, Long> sums = new TreeMap<>();
        for (UploadProxy.Upload upload : uploads) {
            String service = upload.parameter("name").replaceAll("\\{.*", "");
            Profile profile = profile(upload);
            for (Sample sample : profile.getSampleList()) {
                SortedMap<String, String> labels = labels(profile, sample);
                for (int type = 0; type < sample.getValueCount(); type++) {
                    ValueType of = profile.getSampleType(type);
                    long value = sample.getValue(type);
                    if (value > 0) {
                        sums.merge(
                                new GroundTruth.Key(
                                        service,
                                        labels,
                                        text(profile, of.getType())
                                                + ":"
                                                + text(profile, of.getUnit())),
                                value,
                                Long::sum);
                    }
                }
            }
        }
        return sums;
    }

    private static Profile profile(UploadProxy.Upload upload) throws IOException {
        byte[] gzip =
                upload.contentType().startsWith("multipart/")
                        ? upload.part("profile")
                        : upload.body();
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return Profile.parseFrom(in);
        }
    }

    /// Texts alone: numbers are dropped.
    private static SortedMap<String, String> labels(Profile profile, Sample sample) {
        SortedMap<String, String> labels = new TreeMap<>();
        for (Label label : sample.getLabelList()) {
            if (label.getStr() != 0) {
                labels.merge(
                        text(profile, label.getKey()),
                        text(profile, label.getStr()),
                        (a, b) -> new TreeSet<>(List.of(a, b)).first());
            }
        }
        return labels;
    }

    private static String text(Profile profile, long index) {
        return profile.getStringTable((int) index);
    }
}
