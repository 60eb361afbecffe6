package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.format.otlp.OtlpLoss;
import io.flamekeeper.intake.Intake.OtlpEncoding;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.testkit.GroupText;
import io.flamekeeper.testkit.OtlpMessage;
import io.flamekeeper.testkit.RandomOtlp;
import io.flamekeeper.testkit.ReferenceOtlp;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpIntakeTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final long NOW_NANOS = NOW.getEpochSecond() * 1_000_000_000;
    private static final Intake INTAKE =
            new Intake(IntakeLimits.DEFAULTS, InstantSource.fixed(NOW));
    private static final String STACK =
            """
            3     1
            main  main
            work  idle
            """;

    @Test
    void export_samplesEverySoManyNanoseconds_areProcessorTime() {
        ProfileGroup group = onlyGroup(of("checkout").cpu(50_000_000).draw(STACK));
        assertThat(group.service()).isEqualTo("checkout");
        assertThat(group.profiles())
                .singleElement()
                .satisfies(profile -> {
                    assertThat(profile.type().id())
                            .isEqualTo("process_cpu:cpu:nanoseconds:cpu:nanoseconds");
                    assertThat(profile.period()).isEqualTo(50_000_000);
                    assertThat(profile.timeNanos()).isEqualTo(NOW_NANOS);
                    assertThat(GroupText.selfByStack(group, profile))
                            .isEqualTo(Map.of("main;work", 150_000_000L, "main;idle", 50_000_000L));
                    assertThat(profile.labels().value("service.name")).isEqualTo("checkout");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, nanoseconds, '', '', 0, process_cpu:cpu:nanoseconds::",
        "itimer, ns, itimer, ns, 10000000, process_cpu:cpu:nanoseconds:cpu:nanoseconds",
        "off_cpu, nanoseconds, '', '', 0, off_cpu:off_cpu:nanoseconds::",
        "off_cpu, nanoseconds, cpu, nanoseconds, 0, off_cpu:off_cpu:nanoseconds::",
        "wall, ns, wall, ns, 5, wall:wall:nanoseconds:wall:nanoseconds",
        "alloc_space, By, space, bytes, 512, memory:alloc_space:bytes:space:bytes",
        "samples, ms, '', '', 0, process_cpu:samples:ms::",
        "events, count, '', '', 0, events:events:count::"
    })
    void export_anyType_hasTheNameThatOthersGiveIt(
            String type,
            String unit,
            String periodType,
            String periodUnit,
            long period,
            String id) {
        OtlpMessage message = of("checkout").profile(type, unit);
        message.change(profile ->
                        profile.setPeriodType(message.type(periodType, periodUnit))
                                .setPeriod(period))
                .draw(STACK);
        ProfileGroup group = onlyGroup(message);
        assertThat(group.profiles())
                .singleElement()
                .satisfies(profile -> {
                    assertThat(profile.type().id()).isEqualTo(id);
                    assertThat(Arrays.stream(profile.value()).sum()).isEqualTo(4);
                });
    }

    @Test
    void export_severalServices_areOneGroupEachWithWhatIsTheirs() {
        OtlpMessage message =
                of("a").cpu(1)
                        .draw(
                                """
                                1     2{service.name=b}  4{service.name=a}
                                main  main               main
                                x     y                  z
                                """)
                        .resource(Map.of("process.executable.name", "java"))
                        .cpu(1)
                        .draw("8\nmain")
                        .resource(Map.of("service_name", "literal"))
                        .cpu(1)
                        .draw("16\nmain");
        OtlpUpload upload = take(message);
        assertThat(upload.refused()).isEmpty();
        assertThat(
                        upload.parts().stream()
                                .collect(
                                        Collectors.toMap(
                                                part -> part.group().service(),
                                                part -> self(part.group()))))
                .isEqualTo(
                        Map.of(
                                "a", Map.of("main;x", 1L, "main;z", 4L),
                                "b", Map.of("main;y", 2L),
                                "unknown_service:java", Map.of("main", 8L),
                                "unknown_service", Map.of("main", 16L)));
        assertThat(upload.profiles()).isEqualTo(3);
        upload.parts()
                .forEach(part -> {
                    var used = new TreeSet<Integer>();
                    for (Profile profile : part.group().profiles()) {
                        for (int node : profile.stack()) {
                            for (int at = node; at != StackTable.ROOT; ) {
                                used.add(at);
                                at = part.group().stacks().parent()[at];
                            }
                        }
                    }
                    assertThat(part.group().stacks().count()).isEqualTo(used.size() + 1);
                });
    }

    @Test
    void export_attributes_areLabelsAsManyAsThereMayBe() {
        OtlpMessage message = of("checkout").cpu(1).draw(STACK);
        var request = message.request().toBuilder();
        var resource = request.getResourceProfilesBuilder(0).getResourceBuilder();
        for (int i = 0; i < 40; i++) {
            resource.addAttributes(text("attribute." + i, "v"));
        }
        resource.addAttributes(text("service.version", "7"))
                .addAttributes(text("__name__", "forged"))
                .addAttributes(text("long", "x".repeat(3_000)))
                .addAttributes(text("None", "None"));
        OtlpUpload upload = INTAKE.exportOtlp(request.build().toByteArray(), OtlpEncoding.PROTO);
        Labels labels = upload.parts().getFirst().group().profiles().getFirst().labels();
        assertThat(labels.value("service.version")).isEqualTo("7");
        assertThat(labels.value("attribute.0")).isEqualTo("v");
        assertThat(labels.value(LabelNames.NAME)).isEqualTo("process_cpu");
        assertThat(labels.value("long")).isEmpty();
        // Of 40, 25 beside the service's two; and the long one, and the last.
        assertThat(upload.losses()).isEqualTo(Map.of(OtlpLoss.LABEL_LIMIT, 17L));
    }

    @Test
    void export_oneProfileOfTheFuture_isRefusedAlone() {
        OtlpMessage message =
                of("a").cpu(1)
                        .draw(STACK)
                        .cpu(1)
                        .time(NOW_NANOS + 3_600_000_000_000L)
                        .draw(STACK)
                        .profile("", "count")
                        .draw(STACK)
                        .cpu(1)
                        .draw("0\nmain");
        message.sample(List.of("main"), Map.of()).addValues(-1);
        OtlpUpload upload = take(message);
        assertThat(upload.refused())
                .extracting(e -> e.code())
                .containsExactlyInAnyOrder(
                        ErrorCode.MALFORMED_PROFILE,
                        ErrorCode.CLOCK_SKEW,
                        ErrorCode.MALFORMED_PROFILE);
        assertThat(upload.parts())
                .singleElement()
                .satisfies(part -> assertThat(part.profiles()).isEqualTo(1));
        assertThat(upload.profiles()).isEqualTo(4);
    }

    @Test
    void export_profileOfNothing_isEmpty() {
        OtlpMessage message = of("a").cpu(1);
        message.sample(List.of("main"), Map.of()).addValues(0);
        message.sample(List.of("main"), Map.of()).addValues(-5);
        message.cpu(1);
        OtlpUpload upload = take(message);
        assertThat(upload.empty()).isEqualTo(2);
        assertThat(upload.parts()).isEmpty();
        assertThat(upload.profiles()).isEqualTo(2);
    }

    @Test
    void export_sentAgain_hasTheSameHashesAndOfNoTimeNone() {
        OtlpMessage dated =
                of("a").cpu(1)
                        .time(NOW_NANOS)
                        .draw(STACK)
                        .resource(Map.of())
                        .cpu(1)
                        .time(NOW_NANOS)
                        .draw(STACK);
        List<?> first = take(dated).parts().stream().map(part -> part.group().upload()).toList();
        List<?> again = take(dated).parts().stream().map(part -> part.group().upload()).toList();
        assertThat(first).hasSize(2).doesNotHaveDuplicates().isEqualTo(again);
        assertThat(onlyGroup(of("a").cpu(1).draw(STACK)).upload().isNone()).isTrue();
        assertThat(onlyGroup(of("a").cpu(1).time(239).draw(STACK)).upload().isNone()).isTrue();
    }

    @Test
    void export_moreServicesThanRowsAllow_refusesTheRest() {
        OtlpMessage message = new OtlpMessage();
        for (int i = 0; i < 1_500; i++) {
            message.resource(Map.of("service.name", "s" + i)).cpu(1).draw("1\nmain");
        }
        for (int i = 0; i < 200_000; i++) {
            message.dictionary().addStackTableBuilder();
        }
        OtlpUpload upload = take(message);
        assertThat(upload.parts().size()).isBetween(1_000, 1_499);
        assertThat(upload.parts().size() + upload.refused().size()).isEqualTo(1_500);
        assertThat(upload.refused())
                .allSatisfy(e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    /// Whatever is drawn: each profile is stored, empty or refused, and what is stored is all that is above 0.
    @Test
    void export_anyMessage_keepsItsAmounts() {
        long seed = 20261201;
        var random = new SplittableRandom(seed);
        int compared = 0;
        for (int round = 0; round < 600; round++) {
            var drawn = RandomOtlp.next(random).toBuilder();
            drawn.getResourceProfilesBuilderList()
                    .forEach(resource ->
                            resource.getScopeProfilesBuilderList()
                                    .forEach(scope ->
                                            scope.getProfilesBuilderList()
                                                    .forEach(profile ->
                                                            profile.setTimeUnixNano(NOW_NANOS))));
            var request = drawn.build();
            OtlpUpload upload =
                    INTAKE.exportOtlp(RandomOtlp.written(request, random), OtlpEncoding.PROTO);
            List<ReferenceOtlp> sent = ReferenceOtlp.decode(request);
            assertThat(upload.profiles())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(sent.size());
            // Sums of what is near the greatest number saturate; that has tests of its own.
            if (sent.stream().flatMap(OtlpIntakeTest::values).allMatch(value -> value < 1L << 40)) {
                assertThat(sums(upload)).as("seed %d, round %d", seed, round).isEqualTo(sums(sent));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(50);
    }

    private static Stream<Long> values(ReferenceOtlp profile) {
        return profile.samples().stream().map(sample -> sample.values().getFirst());
    }

    private static Map<String, Long> sums(List<ReferenceOtlp> sent) {
        Map<String, Long> sums = new TreeMap<>();
        for (ReferenceOtlp profile : sent) {
            String common =
                    profile.attributes().getFirst().getOrDefault("service.name", "unknown_service");
            boolean isNamed = !profile.types().getFirst().startsWith(" ");
            for (int sample = 0; isNamed && sample < profile.samples().size(); sample++) {
                String own = profile.services().get(sample);
                long value = profile.samples().get(sample).values().getFirst();
                if (value > 0) {
                    sums.merge(own.isEmpty() ? common : own, value, Long::sum);
                }
            }
        }
        return sums;
    }

    private static Map<String, Long> sums(OtlpUpload upload) {
        Map<String, Long> sums = new TreeMap<>();
        for (OtlpUpload.Part part : upload.parts()) {
            for (Profile profile : part.group().profiles()) {
                sums.merge(part.group().service(), Arrays.stream(profile.value()).sum(), Long::sum);
            }
        }
        return sums;
    }

    private static Map<String, Long> self(ProfileGroup group) {
        Map<String, Long> self = new TreeMap<>();
        group.profiles()
                .forEach(profile ->
                        GroupText.selfByStack(group, profile)
                                .forEach((stack, value) -> self.merge(stack, value, Long::sum)));
        return self;
    }

    private static OtlpMessage of(String service) {
        return new OtlpMessage().resource(Map.of("service.name", service));
    }

    private static OtlpUpload take(OtlpMessage message) {
        return INTAKE.exportOtlp(message.bytes(), OtlpEncoding.PROTO);
    }

    private static ProfileGroup onlyGroup(OtlpMessage message) {
        OtlpUpload upload = take(message);
        assertThat(upload.refused()).isEmpty();
        assertThat(upload.parts()).hasSize(1);
        return upload.parts().getFirst().group();
    }

    private static KeyValue text(String name, String text) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(text))
                .build();
    }
}
