package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.airlift.compress.v3.deflate.DeflateNativeDecompressor;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GzipTest {
    private static final int LIMIT = 4 << 20;

    @Test
    void inflateFast_oneMember_isTaken() throws IOException {
        Assumptions.assumeTrue(DeflateNativeDecompressor.isEnabled(), "no libdeflate here");
        byte[] text = "flame".repeat(1_000).getBytes(UTF_8);
        assertThat(Gzip.inflateFast(gzip(text), LIMIT, _ -> {})).isEqualTo(text);
    }

    @Test
    void inflate_drawnInputs_isTheSameBothWays() throws IOException {
        long seed = 20260301;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            byte[] data = data(random, random.nextInt(20_000));
            byte[] one = gzip(data);
            byte[] body =
                    random.nextInt(4) == 0
                            ? concat(one, gzip(data(random, random.nextInt(500))))
                            : one;
            assertThat(outcome(() -> Gzip.inflate(body, LIMIT, "test")))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(outcome(() -> Gzip.inflateSlow(body, LIMIT, "test", _ -> {})));
        }
    }

    @Test
    void inflate_brokenInputs_isTheSameBothWays() throws IOException {
        long seed = 20260302;
        var random = new SplittableRandom(seed);
        byte[] whole = gzip(data(random, 3_000));
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            byte[] cut = Arrays.copyOf(whole, at);
            for (byte[] broken : new byte[][] {flipped, cut}) {
                assertThat(outcome(() -> Gzip.inflate(broken, LIMIT, "test")))
                        .as("seed %d, byte %d", seed, at)
                        .isEqualTo(outcome(() -> Gzip.inflateSlow(broken, LIMIT, "test", _ -> {})));
            }
        }
    }

    @Test
    void inflate_sameMemberTwice_isBoth() throws IOException {
        byte[] member = gzip("twice".getBytes(UTF_8));
        assertThat(Gzip.inflate(concat(member, member), LIMIT, "test"))
                .isEqualTo("twicetwice".getBytes(UTF_8));
    }

    @Test
    void inflate_emptyMember_isEmpty() throws IOException {
        assertThat(Gzip.inflate(gzip(new byte[0]), LIMIT, "test")).isEmpty();
    }

    @Test
    void inflate_garbageBehindTheMember_isRefusedWithItsOffset() throws IOException {
        byte[] member = gzip("data".getBytes(UTF_8));
        assertThatThrownBy(() ->
                        Gzip.inflate(
                                concat(member, "garbage bytes".getBytes(UTF_8)), LIMIT, "test"))
                .isInstanceOf(FlamekeeperException.class)
                .hasMessageContaining("at byte " + member.length);
    }

    @Test
    void inflate_everyHeaderField_isSkipped() throws IOException {
        byte[] plain = gzip("fields".getBytes(UTF_8));
        var body = new ByteArrayOutputStream();
        body.write(plain, 0, 3);
        body.write(0x02 | 0x04 | 0x08 | 0x10);
        body.write(plain, 4, 6);
        body.writeBytes(new byte[] {3, 0, 1, 2, 3});
        body.writeBytes("name\0comment\0".getBytes(UTF_8));
        CRC32 crc = new CRC32();
        crc.update(body.toByteArray());
        body.write((int) crc.getValue());
        body.write((int) crc.getValue() >>> 8);
        body.write(plain, 10, plain.length - 10);

        assertThat(Gzip.inflate(body.toByteArray(), LIMIT, "test"))
                .isEqualTo("fields".getBytes(UTF_8));
        byte[] wrongCrc = body.toByteArray();
        wrongCrc[9] ^= 1;
        assertThat(outcome(() -> Gzip.inflate(wrongCrc, LIMIT, "test")))
                .contains("gzip header checksum");
    }

    @Test
    void inflate_longHeaderField_namesTheLimit() throws IOException {
        byte[] plain = gzip("x".getBytes(UTF_8));
        plain[3] = 0x08;
        byte[] name = new byte[5_000];
        Arrays.fill(name, (byte) 'n');
        byte[] body =
                concat(
                        concat(Arrays.copyOf(plain, 10), name),
                        Arrays.copyOfRange(plain, 10, plain.length));
        assertThat(outcome(() -> Gzip.inflate(body, LIMIT, "test")))
                .contains("LIMIT_EXCEEDED")
                .contains("4096");
    }

    @Test
    void inflate_atTheLimit_isTakenAndOneMoreIsNot() throws IOException {
        byte[] body = gzip(new byte[LIMIT]);
        assertThat(Gzip.inflate(body, LIMIT, "test")).hasSize(LIMIT);
        assertThat(Gzip.inflateSlow(body, LIMIT, "test", _ -> {})).hasSize(LIMIT);
        assertThat(outcome(() -> Gzip.inflate(body, LIMIT - 1, "profile")))
                .startsWith("LIMIT_EXCEEDED")
                .contains("uncompressed profile payload size exceeds limit of " + (LIMIT - 1));
    }

    @Test
    void inflate_bomb_stopsAtTheLimitInTimeAndMemory() throws IOException {
        byte[] zeros = gzip(new byte[64 << 20]);
        byte[] members = zeros;
        for (int i = 0; i < 3; i++) {
            members = concat(members, zeros);
        }
        byte[] lying = zeros.clone();
        lying[lying.length - 1] = 0;
        lying[lying.length - 2] = 0x3f;
        for (byte[] bomb : new byte[][] {zeros, members, lying}) {
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            long startNanos = System.nanoTime();
            assertThat(outcome(() -> Gzip.inflate(bomb, LIMIT, "test")))
                    .startsWith("LIMIT_EXCEEDED");
            assertThat(System.nanoTime() - startNanos).isLessThan(5_000_000_000L);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4L * LIMIT);
        }
    }

    @Test
    void inflate_manyEmptyMembers_namesTheLimit() throws IOException {
        byte[] empty = gzip(new byte[0]);
        byte[] body = new byte[8_000 * empty.length];
        for (int i = 0; i < 8_000; i++) {
            System.arraycopy(empty, 0, body, i * empty.length, empty.length);
        }
        assertThat(outcome(() -> Gzip.inflate(body, LIMIT, "test")))
                .startsWith("LIMIT_EXCEEDED")
                .contains("16 gzip members");
    }

    private interface Inflating {
        byte[] inflate();
    }

    private static String outcome(Inflating inflating) {
        try {
            return Arrays.toString(inflating.inflate());
        } catch (FlamekeeperException refused) {
            assertThat(refused.code()).isIn(ErrorCode.MALFORMED_PROFILE, ErrorCode.LIMIT_EXCEEDED);
            return refused.code() + " " + refused.getMessage();
        }
    }

    private static byte[] data(SplittableRandom random, int length) {
        byte[] data = new byte[length];
        int letters = 1 + random.nextInt(255);
        for (int i = 0; i < length; i++) {
            data[i] = (byte) random.nextInt(letters);
        }
        return data;
    }

    private static byte[] gzip(byte[] data) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(data);
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
