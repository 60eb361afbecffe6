package io.flamekeeper.format.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.RawSample;
import io.flamekeeper.testkit.SnapshotBytes;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class JfrLabelsTest {
    private static final JfrFormat FORMAT = new JfrFormat(DecodeLimits.DEFAULTS);

    private static byte[] snapshot(long context, String... namesAndValues) {
        return new SnapshotBytes().context(context, namesAndValues).bytes();
    }

    private static JfrBytes sample(Object... fields) {
        return new JfrBytes().event("jdk.JavaMonitorEnter", "A.b:1", fields);
    }

    private static List<RawSample> decode(JfrBytes recording, byte[] labels) {
        RawProfile profile =
                FORMAT.decode(recording.bytes(), labels, 1)
                        .profileByFamily()
                        .get(JfrFamily.MONITOR_ENTER);
        return RawSample.of(Objects.requireNonNull(profile));
    }

    private static List<String> labels(JfrBytes recording, byte[] labels) {
        return decode(recording, labels).getFirst().labels();
    }

    @Test
    void decode_context_isItsLabels() {
        assertThat(labels(sample("contextId", 7L), snapshot(7, "user", "ü", "path", "/a")))
                .containsExactly("user=ü", "path=/a");
        assertThat(labels(sample("contextId", -7L), snapshot(-7, "user", "x")))
                .containsExactly("user=x");
    }

    @Test
    void decode_contextThatNobodyKnows_isNoLabel() {
        assertThat(labels(sample("contextId", 8L), snapshot(7, "user", "x"))).isEmpty();
        assertThat(labels(sample("contextId", 7L), new byte[0])).isEmpty();
        assertThat(labels(sample(), snapshot(0, "user", "x"))).isEmpty();
    }

    @Test
    void decode_stringThatIsMissing_leavesItsLabelOut() {
        byte[] labels = new SnapshotBytes().context(7, SnapshotBytes.label(1, 99)).bytes();
        assertThat(labels(sample("contextId", 7L), labels)).isEmpty();
    }

    @Test
    void decode_spanAndTrace_areHexDigits() {
        assertThat(
                        labels(
                                sample(
                                        "spanId",
                                        0xabcL,
                                        "spanName",
                                        2L,
                                        "traceIdHi",
                                        1L,
                                        "traceIdLo",
                                        -1L),
                                snapshot(7, "user", "GET /")))
                .containsExactly(
                        "profile_id=0000000000000abc",
                        "span_name=GET /",
                        "trace_id=0000000000000001ffffffffffffffff");
    }

    @Test
    void decode_contextsOfEqualLabels_areOne() {
        var recording = new JfrBytes();
        var snapshot = new SnapshotBytes();
        for (long context = 1; context <= 300; context++) {
            recording.event(
                    "jdk.JavaMonitorEnter", "A.b:1", "contextId", context, "duration", context);
            snapshot.context(context, "user", "u" + context % 2);
        }
        assertThat(decode(recording, snapshot.bytes()))
                .extracting(sample -> sample.labels() + " " + sample.values())
                .containsExactlyInAnyOrder("[user=u0] [150, 22650]", "[user=u1] [150, 22500]");
    }

    @Test
    void decode_equalStacksOfDifferentSpans_stayDifferent() {
        var recording = new JfrBytes();
        for (long i = 0; i < 200; i++) {
            recording.event("jdk.JavaMonitorEnter", "A.b:1", "spanId", i % 100, "duration", 1L);
        }
        assertThat(decode(recording, new byte[0]))
                .hasSize(100)
                .allSatisfy(sample -> assertThat(sample.values()).containsExactly(2L, 2L));
    }

    @Test
    void decode_keyTwice_meansTheLast() {
        byte[] labels = new SnapshotBytes().context(7, "user", "x").string(2, "y").bytes();
        assertThat(labels(sample("contextId", 7L), labels)).containsExactly("user=y");
    }

    @Test
    void decode_moreLabelsThanAllowed_namesTheLimit() {
        String[] pairs = new String[202];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = "n" + i;
        }
        assertRefused(
                snapshot(7, pairs),
                "context 7: more than 100 labels (expected: at most 100; setting sample-labels-max)",
                ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void decode_labelsThatAreNoSnapshot_areMalformed() {
        assertRefused(
                new byte[] {10, 100},
                "labels: field of 100 bytes at byte 1 is truncated (expected: at most the 0 bytes left)",
                ErrorCode.MALFORMED_PROFILE);
    }

    private static void assertRefused(byte[] labels, String message, ErrorCode code) {
        JfrBytes recording = sample("contextId", 7L);
        assertThatThrownBy(() -> FORMAT.decode(recording.bytes(), labels, 1))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        FlamekeeperException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
