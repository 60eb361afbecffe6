package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.jfr.JfrLoss;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.GroupText;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.SnapshotBytes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JfrIntakeTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
    private static final Intake INTAKE = new Intake(IntakeLimits.DEFAULTS, CLOCK);
    private static final long FROM = 1_772_366_390;
    private static final byte[] NO_LABELS = new byte[0];

    private static final byte[] RECORDING =
            new JfrBytes()
                    .setting("event", "itimer")
                    .event(
                            "jdk.ExecutionSample",
                            "Main.main:3;Main.work:7",
                            "state",
                            "STATE_DEFAULT",
                            "contextId",
                            1L)
                    .event(
                            "jdk.ExecutionSample",
                            "Main.main:3;Main.work:7",
                            "state",
                            "STATE_DEFAULT",
                            "contextId",
                            2L)
                    .event(
                            "jdk.ExecutionSample",
                            "Main.main:3;Main.work:7",
                            "state",
                            "STATE_DEFAULT")
                    .event("jdk.JavaMonitorEnter", "Main.main:3;Main.wait:9", "duration", 5L)
                    .bytes();
    private static final byte[] LABELS =
            new SnapshotBytes()
                    .context(1, "component", "evolution")
                    .context(2, "component", "fitness")
                    .bytes();

    private static ProfileGroup ingest(Map<String, String> query, byte[] labels) {
        return INTAKE.ingestJfr(parameters(query), RECORDING, labels).group();
    }

    private static IngestParameters parameters(Map<String, String> query) {
        Map<String, String> all = new HashMap<>();
        all.put("name", "ga.burn{region=eu}");
        all.put("from", Long.toString(FROM));
        all.put("until", Long.toString(FROM + 10));
        all.put("spyName", "javaspy");
        all.putAll(query);
        return IngestParameters.parse(all, CLOCK);
    }

    @Test
    void ingestJfr_oneRecording_isOneGroupOfAllItsFamilies() {
        ProfileGroup group = ingest(Map.of(), LABELS);

        assertThat(group.service()).isEqualTo("ga.burn");
        assertThat(group.profiles())
                .extracting(one ->
                        one.type()
                                + " "
                                + one.labels().value("component")
                                + " "
                                + GroupText.selfByStack(group, one))
                .containsExactlyInAnyOrder(
                        "process_cpu:cpu:nanoseconds:cpu:nanoseconds evolution {Main.main;Main.work=10000000}",
                        "process_cpu:cpu:nanoseconds:cpu:nanoseconds fitness {Main.main;Main.work=10000000}",
                        "process_cpu:cpu:nanoseconds:cpu:nanoseconds  {Main.main;Main.work=10000000}",
                        "mutex:contentions:count:mutex:count  {Main.main;Main.wait=1}",
                        "mutex:delay:nanoseconds:mutex:count  {Main.main;Main.wait=5}");
        assertThat(group.profiles())
                .allSatisfy(one -> {
                    assertThat(one.timeNanos()).isEqualTo(FROM * 1_000_000_000);
                    assertThat(one.durationNanos()).isEqualTo(10_000_000_000L);
                });
        assertThat(group.stacks().count()).as("empty stack, main, work, wait").isEqualTo(4);
    }

    @Test
    void ingestJfr_labelsOfTheSeries_areThoseOfTheUploadAndTheEvent() {
        Profile mutex =
                ingest(Map.of(), NO_LABELS).profiles().stream()
                        .filter(one -> one.type().name().equals("mutex"))
                        .findFirst()
                        .orElseThrow();
        assertThat(
                        mutex.labels()
                                .only(
                                        List.of(
                                                "__name__",
                                                "jfr_event",
                                                "pyroscope_spy",
                                                "region",
                                                "service_name",
                                                "app_name"))
                                .toMap())
                .isEqualTo(
                        Map.of(
                                "__name__", "mutex",
                                "jfr_event", "itimer",
                                "pyroscope_spy", "javaspy",
                                "region", "eu",
                                "service_name", "ga.burn"));
    }

    @Test
    void ingestJfr_spanAndTrace_areOfTheSampleAndNoLabels() {
        byte[] recording =
                new JfrBytes()
                        .event(
                                "jdk.ExecutionSample",
                                "Main.main:3",
                                "state",
                                "STATE_DEFAULT",
                                "spanId",
                                0xabcL,
                                "traceIdHi",
                                1L,
                                "traceIdLo",
                                -1L)
                        .bytes();
        Profile cpu =
                INTAKE.ingestJfr(parameters(Map.of()), recording, NO_LABELS)
                        .group()
                        .profiles()
                        .getFirst();
        assertThat(cpu.spanId()).as("as its digits lie").containsExactly(Long.reverseBytes(0xabcL));
        assertThat(cpu.traceId()).containsExactly(1L, -1L);
        assertThat(cpu.labels().value("profile_id")).isEmpty();
        assertThat(cpu.labels().value("trace_id")).isEmpty();
    }

    @Test
    void ingestJfr_serviceNameAsTag_keepsTheApplication() {
        assertThat(
                        ingest(Map.of("name", "app{service_name=shop}"), NO_LABELS)
                                .profiles()
                                .getFirst()
                                .labels()
                                .only(List.of("service_name", "app_name"))
                                .toMap())
                .isEqualTo(Map.of("service_name", "shop", "app_name", "app"));
    }

    @Test
    void ingestJfr_sampleRate_saysWhatASampleStandsFor() {
        assertThat(cpuSum(ingest(Map.of("sampleRate", "50"), NO_LABELS))).isEqualTo(60_000_000);
        assertThat(cpuSum(ingest(Map.of("sampleRate", "0"), NO_LABELS))).isZero();
    }

    private static long cpuSum(ProfileGroup group) {
        return group.profiles().stream()
                .filter(one -> one.type().name().equals("process_cpu"))
                .flatMap(one -> GroupText.selfByStack(group, one).values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void ingestJfr_partsInGzip_areTheSame() {
        ProfileGroup zipped =
                INTAKE.ingestJfr(
                                parameters(Map.of()),
                                PprofBytes.gzip(RECORDING),
                                PprofBytes.gzip(LABELS))
                        .group();
        assertThat(zipped.profiles())
                .extracting(Profile::labels)
                .isEqualTo(
                        ingest(Map.of(), LABELS).profiles().stream().map(Profile::labels).toList());
    }

    @Test
    void ingestJfr_partThatInflatesTooFar_namesTheLimit() {
        byte[] bomb = PprofBytes.gzip(new byte[5 << 20]);
        for (List<byte[]> parts : List.of(List.of(bomb, LABELS), List.of(RECORDING, bomb))) {
            assertThatThrownBy(() ->
                            INTAKE.ingestJfr(
                                    parameters(Map.of()), parts.getFirst(), parts.getLast()))
                    .hasMessageContaining("exceeds limit of 4194304 bytes")
                    .isInstanceOfSatisfying(
                            FlamekeeperException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
        }
    }

    @Test
    void ingestJfr_sentAgain_isKnownByItsPartsAndTimes() {
        var first = ingest(Map.of(), LABELS).upload();
        assertThat(first.isNone()).isFalse();
        assertThat(ingest(Map.of(), LABELS).upload()).isEqualTo(first);
        assertThat(ingest(Map.of(), NO_LABELS).upload()).isNotEqualTo(first);
        assertThat(ingest(Map.of("from", Long.toString(FROM - 1)), LABELS).upload())
                .isNotEqualTo(first);
        assertThat(ingest(Map.of("until", Long.toString(FROM + 9)), LABELS).upload())
                .isNotEqualTo(first);
        assertThat(ingest(Map.of("sampleRate", "99"), LABELS).upload()).isNotEqualTo(first);
        assertThat(ingest(Map.of("name", "other"), LABELS).upload()).isNotEqualTo(first);
        assertThat(ingest(Map.of("from", ""), LABELS).upload().isNone()).isTrue();
    }

    @Test
    void ingestJfr_recordingWithoutSamples_isNothingToStore() {
        ProfileGroup group =
                INTAKE.ingestJfr(
                                parameters(Map.of()),
                                new JfrBytes().setting("event", "cpu").bytes(),
                                NO_LABELS)
                        .group();
        assertThat(group.profiles()).isEmpty();
        assertThat(group.service()).isEqualTo("ga.burn");
    }

    @Test
    void ingestJfr_whatCannotBeRead_isCountedBesideWhatCan() {
        JfrUpload upload =
                INTAKE.ingestJfr(
                        parameters(Map.of()),
                        new JfrBytes()
                                .event("jdk.ThreadPark", null, "duration", 1L)
                                .event("jdk.ThreadPark", "A.b:1", "duration", 1L)
                                .bytes(),
                        NO_LABELS);
        assertThat(upload.losses()).isEqualTo(Map.of(JfrLoss.NO_STACK, 1L));
        assertThat(upload.group().profiles()).hasSize(2);
    }
}
