package io.flamekeeper.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Utf8Test {
    /// Lead bytes of every kind, the edges of the second byte, and plain letters.
    private static final int[] EDGES = {
        0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
        0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff
    };

    @Test
    void isValid_edgesOfTheTable_isWhatTheJdkSays() {
        byte[] bytes = new byte[4];
        for (int code = 0;
                code < EDGES.length * EDGES.length * EDGES.length * EDGES.length;
                code++) {
            int rest = code;
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) EDGES[rest % EDGES.length];
                rest /= EDGES.length;
            }
            if (Utf8.isValid(bytes, 0, bytes.length) != jdkDecodes(bytes)) {
                assertThat(Utf8.isValid(bytes, 0, bytes.length))
                        .as("%s", Arrays.toString(bytes))
                        .isEqualTo(jdkDecodes(bytes));
            }
        }
    }

    @Test
    void isValid_longerTexts_isWhatTheJdkSays() {
        long seed = 20260303;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = ("flamekeeper ".repeat(3) + "größe 😀").getBytes(UTF_8);
            int from = random.nextInt(20);
            int to = from + random.nextInt(bytes.length - from);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            assertThat(Utf8.isValid(bytes, from, to - from))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(jdkDecodes(Arrays.copyOfRange(bytes, from, to)));
        }
    }

    private static boolean jdkDecodes(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)) != null;
        } catch (CharacterCodingException invalid) {
            return false;
        }
    }
}
