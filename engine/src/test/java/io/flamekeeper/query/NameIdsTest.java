package io.flamekeeper.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.Utf8Order;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NameIdsTest {
    @Test
    void sorted_namesWithLongCommonPrefixes_areInOrderOfTheirBytes() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        List<String> pieces =
                List.of(
                        "a",
                        "b",
                        "\0",
                        "org.example.",
                        "com.example.service.",
                        "ü",
                        "\uffee",
                        "\ud834\udd1e");
        for (int round = 0; round < 500; round++) {
            var names = new NameIds(random.nextLong());
            var expected = new TreeMap<String, Integer>(Utf8Order.COMPARATOR);
            int count = random.nextInt(200);
            for (int i = 0; i < count; i++) {
                var text = new StringBuilder();
                int length = random.nextInt(8);
                for (int piece = 0; piece < length; piece++) {
                    text.append(pieces.get(random.nextInt(pieces.size())));
                }
                byte[] bytes = text.toString().getBytes(UTF_8);
                int id = names.intern(bytes, 0, bytes.length);
                Integer before = expected.put(text.toString(), id);
                assertThat(before == null || before == id).as("seed %d", seed).isTrue();
            }

            assertThat(names.sorted())
                    .as("seed %d, round %d", seed, round)
                    .containsExactly(
                            expected.values().stream().mapToInt(Integer::intValue).toArray());
            expected.forEach((text, id) -> assertThat(names.text(id)).isEqualTo(text));
        }
    }
}
