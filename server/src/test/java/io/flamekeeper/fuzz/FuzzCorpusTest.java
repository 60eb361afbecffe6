package io.flamekeeper.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every input that was ever interesting is taken or refused, by every target: it is nobody's but the parser's to
/// know which of them it was meant for.
class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz");
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// @param of a target, `""` = all
    private static List<Path> corpus(String of) throws IOException {
        try (Stream<Path> files = Files.walk(CORPUS.resolve(of))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void corpus_isTakenOrRefusedInTime(FuzzTarget target) throws IOException {
        assertThat(CORPUS.resolve(target.label())).isNotEmptyDirectory();
        for (Path file : corpus("")) {
            byte[] data = Files.readAllBytes(file);
            Assertions.assertTimeout(LIMIT, () -> target.accept(data), file.toString());
        }
    }

    /// Its own inputs, cut short and with bytes changed.
    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void corpus_damaged_isTakenOrRefused(FuzzTarget target) throws IOException {
        long seed = 20_261_126;
        var random = new SplittableRandom(seed);
        for (Path file : corpus(target.label())) {
            byte[] good = Files.readAllBytes(file);
            for (int round = 0; round < 300; round++) {
                byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
                for (int flip = random.nextInt(4); flip > 0 && bad.length > 0; flip--) {
                    bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
                }
                int number = round;
                Assertions.assertDoesNotThrow(
                        () -> target.accept(bad),
                        () -> "seed %d, %s, round %d".formatted(seed, file, number));
            }
        }
    }
}
