package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import java.util.Arrays;

/// The spans of one block: which different ones there are, 0 among them, and which each pair is of. A span has many
/// pairs, and its id does not compress. To be filled again and again; not for use by several threads.
final class SpanBlock {
    /// Ascending; the first [#differentCount] count.
    private final long[] different;

    private int differentCount;

    /// Of each pair, its place in [#different].
    private final long[] place;

    private int count;

    /// @param countMax spans in the largest block there will be
    SpanBlock(int countMax) {
        different = new long[countMax];
        place = new long[countMax];
    }

    int count() {
        return count;
    }

    int differentCount() {
        return differentCount;
    }

    /// @param place below [#differentCount]
    long different(int place) {
        return different[place];
    }

    int placeOf(int pair) {
        return (int) place[pair];
    }

    long spanOf(int pair) {
        return different[(int) place[pair]];
    }

    /// Takes the first elements of the array.
    void set(long[] spanId, int newCount) {
        count = newCount;
        System.arraycopy(spanId, 0, different, 0, count);
        Arrays.sort(different, 0, count);
        differentCount = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || different[i] != different[i - 1]) {
                different[differentCount++] = different[i];
            }
        }
        for (int pair = 0; pair < count; pair++) {
            place[pair] = Arrays.binarySearch(different, 0, differentCount, spanId[pair]);
        }
    }

    void write(PackedBlock.Encoder encoder, ByteSink sink) {
        sink.putVarint(differentCount);
        encoder.put(different, differentCount, sink);
        encoder.put(place, count, sink);
    }

    void read(ByteSource source, PackedBlock.Decoder decoder, int newCount) {
        count = newCount;
        differentCount = source.nextInt(count);
        decoder.read(source, differentCount, different);
        decoder.read(source, count, place);
        for (int pair = 0; pair < count; pair++) {
            if (place[pair] < 0 || place[pair] >= differentCount) {
                throw source.corrupt("names span " + place[pair] + " of " + differentCount);
            }
        }
    }

    /// Reads the form of version 1.
    void readPlain(ByteSource source, PackedBlock.Decoder decoder, int newCount) {
        long[] spanId = new long[newCount];
        decoder.read(source, newCount, spanId);
        set(spanId, newCount);
    }
}
