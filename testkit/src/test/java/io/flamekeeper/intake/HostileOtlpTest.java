package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.intake.Intake.OtlpEncoding;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.testkit.OtlpMessage;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.profiles.v1development.KeyValueAndUnit;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Messages that say as much as they can in few bytes: each is taken or refused in time.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileOtlpTest {
    private static final Intake INTAKE = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());
    private static final long NANOS_MAX = 5_000_000_000L;
    private static final int PROFILES_MAX = 1 << 14;

    @Test
    void export_manyProfilesOfManyStacks_isInTime() {
        OtlpMessage message = new OtlpMessage().resource(Map.of());
        String caller = "main";
        for (int profile = 0; profile < PROFILES_MAX; profile++) {
            message.cpu(1);
            var _ = message.sample(List.of(caller, "f" + profile), Map.of()).addValues(1);
        }
        for (int stack = 1; stack < PROFILES_MAX; stack++) {
            var row = message.dictionary().getStackTableBuilder(stack);
            for (int level = 0; level < 100; level++) {
                row.addLocationIndices(1 + (stack * 31 + level * 7) % PROFILES_MAX);
            }
        }
        OtlpUpload upload = inTime(message.bytes());
        assertThat(upload.refused()).isEmpty();
        assertThat(upload.profiles()).isEqualTo(PROFILES_MAX);
    }

    @Test
    void export_manySamplesOfManyAttributes_isInTime() {
        OtlpMessage message = new OtlpMessage().resource(Map.of());
        var random = new SplittableRandom(20261202);
        int[] attributes = new int[100];
        for (int i = 0; i < attributes.length; i++) {
            attributes[i] = message.attribute("name" + i, "x".repeat(2_000) + i);
        }
        for (int sample = 0; sample < 64_000; sample++) {
            if (sample % 4_000 == 0) {
                message.cpu(1);
            }
            var drawn = message.sample(List.of("main"), Map.of()).addValues(1);
            for (int i = 0; i < 14; i++) {
                drawn.addAttributeIndices(attributes[random.nextInt(attributes.length)]);
            }
        }
        OtlpUpload upload = inTime(message.bytes());
        assertThat(upload.refused()).isEmpty();
        assertThat(upload.parts().getFirst().group().profiles()).hasSizeGreaterThan(60_000);
    }

    @Test
    void export_longTextsReferredToOften_isInTime() {
        OtlpMessage message = new OtlpMessage();
        int text = message.string("y".repeat(60_000));
        for (int row = 0; row < 300_000; row++) {
            message.attribute(
                    KeyValueAndUnit.newBuilder()
                            .setKeyStrindex(text)
                            .setValue(AnyValue.newBuilder().setStringValueStrindex(text))
                            .build());
        }
        for (int profile = 0; profile < 10_000; profile++) {
            if (profile % 100 == 0) {
                message.resource(Map.of("service.name", "s" + profile));
            }
            int attribute = 1 + profile;
            message.cpu(1).change(one -> one.addAttributeIndices(attribute));
            var _ =
                    message.sample(List.of("main"), Map.of())
                            .addValues(1)
                            .addAttributeIndices(attribute);
        }
        OtlpUpload upload = inTime(message.bytes());
        assertThat(upload.refused()).isEmpty();
        assertThat(upload.parts()).hasSize(100);
    }

    @Test
    void export_manyAttributesOfAResourceOfManyProfiles_isInTime() {
        OtlpMessage message = new OtlpMessage().resource(Map.of());
        for (int profile = 0; profile < PROFILES_MAX; profile++) {
            message.cpu(1);
            var _ = message.sample(List.of("main"), Map.of()).addValues(1);
        }
        var request = message.request().toBuilder();
        var resource = request.getResourceProfilesBuilder(0).getResourceBuilder();
        for (int i = 0; i < 500_000; i++) {
            resource.addAttributes(
                    KeyValue.newBuilder()
                            .setKey("k" + i)
                            .setValue(AnyValue.newBuilder().setBoolValue(true)));
        }
        OtlpUpload upload = inTime(request.build().toByteArray());
        assertThat(upload.refused()).isEmpty();
    }

    @Test
    void export_oneProfileOfManyServices_isInTime() {
        OtlpMessage message = new OtlpMessage().resource(Map.of()).cpu(1);
        for (int sample = 0; sample < 16_000; sample++) {
            var _ =
                    message.sample(List.of("main"), Map.of("service.name", "s" + sample))
                            .addValues(1);
        }
        OtlpUpload upload = inTime(message.bytes());
        assertThat(upload.refused())
                .singleElement()
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    @Test
    void export_moreLabelSetsThanAProfileMayHave_refusesItAlone() {
        OtlpMessage message = new OtlpMessage().resource(Map.of("service.name", "many")).cpu(1);
        for (int sample = 0; sample <= IntakeLimits.DEFAULTS.labelSetsMax(); sample++) {
            message.sample(List.of("main"), Map.of("n", "x" + sample)).addValues(1);
        }
        message.resource(Map.of("service.name", "few")).cpu(1);
        message.sample(List.of("main"), Map.of("n", "x")).addValues(1);
        OtlpUpload upload = inTime(message.bytes());
        assertThat(upload.refused()).singleElement().asString().contains("profile-label-sets-max");
        assertThat(upload.parts())
                .singleElement()
                .extracting(one -> one.group().service())
                .isEqualTo("few");
    }

    @Test
    void export_oneProfileTooMany_isRefused() {
        OtlpMessage message = new OtlpMessage().resource(Map.of());
        for (int profile = 0; profile <= PROFILES_MAX; profile++) {
            message.cpu(1);
        }
        assertThatThrownBy(() -> inTime(message.bytes()))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    private static OtlpUpload inTime(byte[] message) {
        assertThat(message.length).isLessThan(16 << 20);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        try {
            return INTAKE.exportOtlp(message, OtlpEncoding.PROTO);
        } finally {
            long nanos = threads.getCurrentThreadCpuTime() - start;
            System.out.printf("  %,d bytes in %,d ms%n", message.length, nanos / 1_000_000);
            assertThat(nanos).isLessThan(NANOS_MAX);
        }
    }
}
