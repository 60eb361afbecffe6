package io.flamekeeper.format.collapsed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollapsedFormatTest {
    private static final CollapsedFormat GROUPS =
            new CollapsedFormat(DecodeLimits.DEFAULTS, CollapsedFormat.Counting.COUNTED);
    private static final CollapsedFormat LINES =
            new CollapsedFormat(DecodeLimits.DEFAULTS, CollapsedFormat.Counting.ONE_A_LINE);

    @Test
    void groups_countsBehindTheLastBlank_areTheirStacks() {
        assertThat(decoded(GROUPS, "main;read file 3\r\nmain;write 2\nnocount\n\nmain;read file 4"))
                .isEqualTo(Map.of("main;read file", 7L, "main;write", 2L));
    }

    @Test
    void lines_everyLine_countsOnce() {
        assertThat(decoded(LINES, "main;a 3\nmain;b\nmain;b\n\n"))
                .isEqualTo(Map.of("main;a 3", 1L, "main;b", 2L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"main;a x", "main 1.5", "main 99999999999999999999", "main\u0000 1x"})
    void groups_countsThatAreNone_areRefusedWithTheirLine(String text) {
        assertThatThrownBy(() -> GROUPS.read(("main;ok 1\n" + text).getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE))
                .hasMessageContaining("line 2");
    }

    @Test
    void groups_bytesThatAreNoText_areRefused() {
        assertThatThrownBy(() -> GROUPS.read(new byte[] {'a', (byte) 0xff, ' ', '1'}))
                .hasMessageContaining("UTF-8");
    }

    @Test
    void groups_lineOfMoreThan64KiB_isRefused() {
        assertThatThrownBy(() -> GROUPS.read(("a".repeat(65_537) + " 1").getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    @Test
    void groups_stackTooDeep_keepsBothEndsAroundAMarker() {
        var limits = new DecodeLimits(10, 10, 5, 100);
        var format = new CollapsedFormat(limits, CollapsedFormat.Counting.COUNTED);

        assertThat(decoded(format, "a;b;c;d;e;f;g;h 1"))
                .isEqualTo(Map.of("a;b;" + DecodeLimits.CUT_MARKER + ";g;h", 1L));
    }

    @Test
    void groups_anyBytes_giveAProfileOrARefusal() {
        long seed = 7;
        var random = new SplittableRandom(seed);
        String alphabet = "ab; 12\n\r-";
        for (int round = 0; round < 5_000; round++) {
            byte[] body = new byte[random.nextInt(60)];
            for (int i = 0; i < body.length; i++) {
                body[i] =
                        random.nextInt(50) == 0
                                ? (byte) random.nextInt()
                                : (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            try {
                RawProfile profile = GROUPS.read(body).profiles().getFirst();
                assertThat(profile.sampleCount())
                        .as("seed %d, round %d", seed, round)
                        .isNotNegative();
            } catch (FlamekeeperException e) {
                assertThat(e.code())
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(ErrorCode.MALFORMED_PROFILE);
            }
        }
    }

    private static Map<String, Long> decoded(CollapsedFormat format, String text) {
        RawProfile profile = format.read(text.getBytes(UTF_8)).profiles().getFirst();
        Map<String, Long> byStack = new TreeMap<>();
        for (int sample = 0; sample < profile.sampleCount(); sample++) {
            byStack.merge(
                    path(profile, profile.stack()[sample]), profile.value()[sample], Long::sum);
        }
        return byStack;
    }

    private static String path(RawProfile profile, int leaf) {
        String path = "";
        for (int node = leaf; node != StackTable.ROOT; node = profile.stacks().parent()[node]) {
            int frame = profile.stacks().frame()[node];
            int function = profile.symbols().frames().function()[frame];
            String name =
                    profile.symbols().strings().get(profile.symbols().functions().name()[function]);
            path = path.isEmpty() ? name : name + ";" + path;
        }
        return path;
    }
}
