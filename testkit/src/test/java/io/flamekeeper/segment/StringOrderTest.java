package io.flamekeeper.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.Utf8Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StringOrderTest {
    @Test
    void strings_ofAnyKind_areInOrderOfTheirBytes() {
        long seed = 31;
        var random = new SplittableRandom(seed);
        List<String> parts = List.of("", "a", "b", "individual-", "é", "𝄞", "\uFFFD", "zz");
        for (int round = 0; round < 50; round++) {
            List<String> texts = new ArrayList<>(List.of(""));
            for (int i = 0; i < random.nextInt(400); i++) {
                var text = new StringBuilder();
                for (int part = 0; part < random.nextInt(5); part++) {
                    text.append(parts.get(random.nextInt(parts.size())));
                }
                texts.add(text.toString());
            }
            StringTable table = StringTable.of(texts);
            int[] ids = IntStream.range(0, table.count()).toArray();
            StringOrder.sort(ids, table);
            assertThat(Arrays.stream(ids).distinct().count()).isEqualTo(ids.length);
            assertThat(Arrays.stream(ids).mapToObj(table::get))
                    .as("seed %d, round %d", seed, round)
                    .isSortedAccordingTo(Utf8Order.COMPARATOR);
        }
    }

    @Test
    void strings_withALongBeginningInCommon_needNoDeepStack() {
        String common = "x".repeat(100_000);
        List<String> texts = new ArrayList<>(List.of(""));
        for (int i = 0; i < 40; i++) {
            texts.add(common + (char) ('a' + i * 7 % 23));
        }
        StringTable table = StringTable.of(texts);
        int[] ids = IntStream.range(0, table.count()).toArray();
        StringOrder.sort(ids, table);
        assertThat(Arrays.stream(ids).mapToObj(table::get))
                .isSortedAccordingTo(Utf8Order.COMPARATOR);
    }
}
