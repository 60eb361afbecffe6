package io.flamekeeper.format.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.SnapshotBytes;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever the bytes are, decoding ends soon, with profiles or with a refusal that names a reason, and takes
/// memory in proportion to the bytes.
@Timeout(300)
class HostileJfrTest {
    private static final JfrFormat FORMAT = new JfrFormat(DecodeLimits.DEFAULTS);
    private static final Set<ErrorCode> REFUSALS =
            Set.of(ErrorCode.MALFORMED_PROFILE, ErrorCode.LIMIT_EXCEEDED);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long ALLOCATED_BASE = 1 << 20;
    private static final long ALLOCATED_PER_BYTE = 100;

    /// What is loaded and linked by the first decoding and the first refusal is not theirs.
    @BeforeAll
    static void warmUp() {
        for (byte[] body : List.of(new byte[70], new JfrBytes().setting("a", "b").bytes())) {
            try {
                FORMAT.decode(body, new byte[0], 1);
            } catch (FlamekeeperException refused) {
                assertThat(refused).hasMessageContaining("jfr");
            }
        }
    }

    /// Decodes, and checks everything that must hold for any bytes.
    ///
    /// @return whether anything was refused or lost
    private static boolean isFaulty(byte[] body, byte[] labels) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            JfrRecording recording = FORMAT.decode(body, labels, 10_000_000);
            recording.profileByFamily().values().forEach(HostileJfrTest::checkConsistent);
            return !recording.losses().isEmpty();
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isIn(REFUSALS);
            assertThat(e).hasMessageContaining(" (expected: ");
            return true;
        } finally {
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated for %d", body.length)
                    .isLessThan(ALLOCATED_BASE + ALLOCATED_PER_BYTE * body.length);
        }
    }

    private static void checkConsistent(RawProfile raw) {
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            assertThat(raw.stack()[sample]).isBetween(0, raw.stacks().count() - 1);
        }
        for (int node = 1; node < raw.stacks().count(); node++) {
            assertThat(raw.stacks().parent()[node]).isBetween(0, node - 1);
            assertThat(raw.stacks().frame()[node]).isBetween(0, raw.symbols().frames().count() - 1);
        }
        for (int frame = 0; frame < raw.symbols().frames().count(); frame++) {
            assertThat(raw.symbols().frames().function()[frame])
                    .isBetween(0, raw.symbols().functions().count() - 1);
        }
        for (int label = 0; label < raw.labelStart()[raw.sampleCount()]; label++) {
            assertThat(raw.labelName()[label]).isBetween(0, raw.symbols().strings().count() - 1);
            assertThat(raw.labelValue()[label]).isBetween(0, raw.symbols().strings().count() - 1);
        }
    }

    private static byte[] drawn(SplittableRandom random) {
        var recording = random.nextBoolean() ? new JfrBytes() : new JfrBytes(random.nextLong());
        for (int chunk = 1 + random.nextInt(2); chunk > 0; chunk--) {
            recording.setting("event", "wall");
            for (int event = 1 + random.nextInt(10); event > 0; event--) {
                String stack = "Main.main:1;Main.f" + random.nextInt(5) + ":" + random.nextInt(300);
                recording.event(
                        List.of(
                                        "jdk.ExecutionSample",
                                        "profiler.WallClockSample",
                                        "jdk.ThreadPark",
                                        "profiler.Malloc",
                                        "jdk.CPUTimeSample")
                                .get(random.nextInt(5)),
                        stack,
                        "state",
                        "STATE_RUNNABLE",
                        "contextId",
                        (long) random.nextInt(3),
                        "duration",
                        (long) random.nextInt(1_000));
            }
            recording.chunk();
        }
        return recording.bytes();
    }

    @Test
    void decode_cutAtEveryByte_isRefusedOrSaysWhatIsLost() {
        var random = seeded();
        for (int round = 0; round < 4; round++) {
            byte[] whole = drawn(random);
            assertThat(isFaulty(whole, new byte[0])).isFalse();
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                // A cut between two chunks leaves a whole recording.
                boolean isWhole = length > 0 && endsWithChunk(cut);
                assertThat(isFaulty(cut, new byte[0])).as("%d bytes", length).isNotEqualTo(isWhole);
            }
        }
    }

    private static boolean endsWithChunk(byte[] body) {
        int at = 0;
        while (at < body.length && ChunkHeader.isAt(body, at)) {
            at += (int) ChunkHeader.size(body, at);
        }
        return at == body.length;
    }

    @Test
    void decode_flippedBytes_areSurvived() {
        var random = seeded();
        int faulty = 0;
        for (int round = 0; round < 30; round++) {
            byte[] whole = drawn(random);
            for (int flip = 0; flip < 1_000; flip++) {
                byte[] changed = whole.clone();
                for (int bytes = 1 + random.nextInt(3); bytes > 0; bytes--) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                }
                faulty += isFaulty(changed, new byte[0]) ? 1 : 0;
            }
        }
        System.out.println(faulty + " of 30000 changed recordings were refused or lost something");
        assertThat(faulty).isGreaterThan(1_000);
    }

    @Test
    void decode_flippedBytesOfLabels_areSurvived() {
        var random = seeded();
        byte[] recording =
                new JfrBytes()
                        .event(
                                "jdk.ExecutionSample",
                                "A.b:1",
                                "state",
                                "STATE_RUNNABLE",
                                "contextId",
                                7L,
                                "spanName",
                                1L)
                        .bytes();
        byte[] labels = new SnapshotBytes().context(7, "k", "v").bytes();
        for (int flip = 0; flip < 20_000; flip++) {
            byte[] changed = labels.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            changed = Arrays.copyOf(changed, 1 + random.nextInt(changed.length));
            isFaulty(recording, changed);
        }
    }

    @Test
    void decode_noise_isSurvived() {
        var random = seeded();
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            if (noise.length > 70) {
                byte[] header = new JfrBytes().setting("a", "b").bytes();
                System.arraycopy(header, 0, noise, 0, 68);
                ByteBuffer.wrap(noise)
                        .putLong(8, noise.length)
                        .putLong(16, 68 + random.nextInt(noise.length - 68))
                        .putLong(24, 68 + random.nextInt(noise.length - 68));
            }
            isFaulty(noise, new byte[0]);
        }
    }

    /// Ten thousand chunks of which none can be read.
    @Test
    void decode_manyBrokenChunks_areCountedInTheTimeOfOneUpload() {
        byte[] header = Arrays.copyOf(new JfrBytes().setting("a", "b").bytes(), 70);
        ByteBuffer.wrap(header).putLong(8, 70);
        var body = new ByteArrayOutputStream();
        for (int chunk = 0; chunk < 50_000; chunk++) {
            body.writeBytes(header);
        }
        long start = System.nanoTime();
        assertThat(isFaulty(body.toByteArray(), new byte[0])).isTrue();
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }

    @Test
    void decode_classesThatDoubleAtEachLevel_areRefused() {
        var recording = new JfrBytes();
        for (int level = 0; level < 60; level++) {
            recording.define("test.L" + level, "test.L" + (level + 1), "test.L" + (level + 1));
        }
        recording.define("test.L60", "int", "int");
        assertRefused(recording, "fields inside of fields");
    }

    @Test
    void decode_classesThatDoubleToNothing_areRead() {
        var recording = new JfrBytes().event("jdk.ThreadPark", "A.b:1", "duration", 1L);
        for (int level = 0; level < 60; level++) {
            recording.define("test.L" + level, "test.L" + (level + 1), "test.L" + (level + 1));
        }
        recording.define("test.L60");
        assertThat(isFaulty(recording.bytes(), new byte[0])).isFalse();
    }

    @Test
    void decode_classInsideOfItself_isRefused() {
        assertRefused(
                new JfrBytes().define("test.A", "test.B", "test.B").define("test.B", "test.A[]"),
                "has classes inside of classes, 64 deep");
    }

    private static void assertRefused(JfrBytes recording, String why) {
        byte[] bytes = recording.bytes();
        assertThat(isFaulty(bytes, new byte[0])).isTrue();
        assertThatThrownBy(() -> FORMAT.decode(bytes, new byte[0], 1)).hasMessageContaining(why);
    }

    @Test
    void decode_checkpointThatPointsToItself_isRefused() {
        byte[] whole = new JfrBytes().event("jdk.ThreadPark", "A.b:1", "duration", 1L).bytes();
        int at = (int) ByteBuffer.wrap(whole).getLong(16);
        for (int i = at; i < at + 30; i++) {
            for (int value = 0; value < 256; value++) {
                byte[] changed = whole.clone();
                changed[i] = (byte) value;
                isFaulty(changed, new byte[0]);
            }
        }
    }

    private static SplittableRandom seeded() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        return new SplittableRandom(seed);
    }
}
