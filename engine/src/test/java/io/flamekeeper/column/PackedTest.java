package io.flamekeeper.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackedTest {
    private static final long SEED = 41;

    private final SplittableRandom random = new SplittableRandom(SEED);

    /// Number i as the layout says, bit by bit.
    private static int slow(byte[] bytes, int start, int count, int width, int i) {
        int value = 0;
        for (int bit = 0; bit < width; bit++) {
            long place = (long) i * width + bit;
            if (count == BitPacking.BLOCK) {
                int ofLane = i / 32 * width + bit;
                place = (ofLane / 32 * 32 + i % 32) * 32L + ofLane % 32;
            }
            int one = bytes[start + (int) (place / 8)] >> (int) (place % 8) & 1;
            value |= one << bit;
        }
        return value;
    }

    @Test
    void bits_ofEveryWidthAndCount_areWhereTheLayoutSays() {
        for (int width = 0; width <= 32; width++) {
            for (int count : new int[] {0, 1, 2, 3, 7, 31, 32, 33, 500, 1023, 1024}) {
                int[] values = random.ints(count).toArray();
                var sink = new ByteSink(8);
                sink.putBytes(new byte[] {1, 2, 3}, 0, 3);
                BitPacking.pack(values, count, width, sink);
                assertThat(sink.size()).isEqualTo(3 + BitPacking.byteCount(count, width));
                int[] found = new int[count];
                byte[] bytes = sink.toByteArray();
                BitPacking.unpack(bytes, 3, count, width, new int[1024], found);
                int mask = width == 32 ? -1 : (1 << width) - 1;
                for (int i = 0; i < count; i++) {
                    assertThat(found[i])
                            .as("seed %d, width %d, count %d", SEED, width, count)
                            .isEqualTo(values[i] & mask)
                            .isEqualTo(slow(bytes, 3, count, width, i));
                }
            }
        }
    }

    /// Columns of every kind that there is a trick for, and of none.
    private long[] drawn(int count) {
        long unit = random.nextBoolean() ? 1 : random.nextLong(1, 1L << random.nextInt(1, 40));
        long base = random.nextLong() >> random.nextInt(64);
        int bits = random.nextInt(1, 65);
        int kind = random.nextInt(5);
        long[] values = new long[count];
        long value = base;
        for (int i = 0; i < count; i++) {
            values[i] =
                    switch (kind) {
                        case 0 -> base;
                        case 1 -> base + unit * (random.nextLong() >>> (64 - bits));
                        case 2 -> value += unit * random.nextLong(1, 1000);
                        case 3 ->
                                random.nextInt(50) == 0 ? random.nextLong() : random.nextLong(100);
                        default -> random.nextLong();
                    };
            if (kind == 2 && random.nextInt(40) == 0) {
                value = base;
            }
        }
        return values;
    }

    @Test
    void block_ofAnyNumbers_isReadBack() {
        var encoder = new PackedBlock.Encoder();
        var decoder = new PackedBlock.Decoder();
        for (int round = 0; round < 2_000; round++) {
            int count = random.nextInt(4) == 0 ? 1024 : random.nextInt(1, 1025);
            long[] values = drawn(count);
            var sink = new ByteSink(8);
            encoder.put(values, count, sink);
            encoder.putFrame(values, count, sink);
            for (int i = 0; i < 2; i++) {
                encoder.put(values, count, sink);
            }
            encoder.putIntDifferences(values, count, sink);
            var source = new ByteSource("test", sink.array(), 0, sink.size());
            for (int i = 0; i < 2; i++) {
                long[] found = new long[count];
                decoder.read(source, count, found);
                assertThat(found).as("seed %d, round %d", SEED, round).isEqualTo(values);
            }
            for (int i = 0; i < 3; i++) {
                int[] found = new int[count];
                decoder.read(source, count, found);
                assertThat(found)
                        .as("seed %d, round %d", SEED, round)
                        .isEqualTo(Arrays.stream(values).mapToInt(value -> (int) value).toArray());
            }
            source.expectEnd();
        }
    }

    @Test
    void block_ofFewNumbers_takesFewBytes() {
        var encoder = new PackedBlock.Encoder();
        var one = new ByteSink(8);
        encoder.put(new long[] {5}, 1, one);
        assertThat(one.size()).isLessThanOrEqualTo(4);
        var same = new ByteSink(8);
        long[] values = new long[1024];
        Arrays.fill(values, 10_000_000);
        encoder.put(values, 1024, same);
        assertThat(same.size()).isLessThanOrEqualTo(7);
        for (int i = 0; i < 1024; i++) {
            values[i] = 1_700_000_000_000_000_000L + i * 15_000_000_000L;
        }
        var steady = new ByteSink(8);
        encoder.put(values, 1024, steady);
        assertThat(steady.size()).isLessThanOrEqualTo(20);
    }

    @Test
    void column_ofAnyLength_isReadBackAnywhere() {
        var encoder = new PackedBlock.Encoder();
        var decoder = new PackedBlock.Decoder();
        for (int count : new int[] {0, 1, 1000, 1023, 1024, 1025, 5000}) {
            long[] values = drawn(count);
            var writer = new PackedLongs.Writer(encoder);
            for (long value : values) {
                writer.add(value);
            }
            var sink = new ByteSink(8);
            writer.finish(sink);
            var source = new ByteSource("test", sink.array(), 0, sink.size());
            PackedLongs column = PackedLongs.read("test", source, count);
            source.expectEnd();
            PackedLongs.Reader reader = column.reader(decoder);
            for (int i = 0; i < 300 && count > 0; i++) {
                int at = random.nextInt(count);
                assertThat(reader.get(at))
                        .as("seed %d, count %d", SEED, count)
                        .isEqualTo(values[at]);
            }
        }
    }

    @Test
    void counts_ofOwners_tellWhereEachBegins() {
        var writer = new PackedLongs.Writer(new PackedBlock.Encoder());
        long[] start = new long[3001];
        for (int owner = 0; owner < 3000; owner++) {
            int count = random.nextInt(3);
            writer.add(count);
            start[owner + 1] = start[owner] + count;
        }
        var sink = new ByteSink(8);
        writer.finish(sink);
        var decoder = new PackedBlock.Decoder();
        PackedCounts counts =
                PackedCounts.read(
                        "test",
                        new ByteSource("test", sink.array(), 0, sink.size()),
                        3000,
                        decoder);
        PackedCounts.Reader reader = counts.reader(decoder);
        assertThat(counts.total()).isEqualTo(start[3000]);
        for (int i = 0; i < 3000; i++) {
            int owner = random.nextInt(3000);
            assertThat(reader.start(owner)).isEqualTo(start[owner]);
            assertThat(reader.end(owner)).isEqualTo(start[owner + 1]);
            if (start[owner] < start[owner + 1]) {
                assertThat(counts.ownerOf(start[owner], reader)).isEqualTo(owner);
                assertThat(counts.ownerOf(start[owner + 1] - 1, reader)).isEqualTo(owner);
            }
        }
    }

    @Test
    void ints_ofAnyWidth_areReadOneByOneAndFound() {
        for (int max : new int[] {0, 1, 2, 1000, Integer.MAX_VALUE}) {
            int[] values = random.ints(1500, 0, max == 0 ? 1 : max).distinct().sorted().toArray();
            var writer = new PackedLongs.Writer(new PackedBlock.Encoder());
            for (int value : values) {
                writer.add(value);
            }
            var sink = new ByteSink(8);
            writer.finish(sink);
            var source = new ByteSource("test", sink.array(), 0, sink.size());
            PackedInts ints =
                    PackedInts.of(
                            PackedLongs.read("test", source, values.length),
                            max,
                            new PackedBlock.Decoder(),
                            source);
            for (int i = 0; i < values.length; i++) {
                assertThat(ints.get(i)).as("seed %d, max %d", SEED, max).isEqualTo(values[i]);
                assertThat(ints.search(values[i])).isEqualTo(i);
            }
            assertThat(ints.search(-1)).isEqualTo(-1);
        }
    }
}
