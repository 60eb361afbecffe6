package io.flamekeeper.dictionary;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;

/// The pairs of one row as bytes, in a log frame and in a block of a segment.
///
/// For each pair: node, a zig-zag varint of the difference to the pair before; value, a varint. Then, if the
/// row has spans, the span of each pair in 8 bytes: span ids are random and do not compress.
public final class PairCodec {
    private PairCodec() {}

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    public static void write(ProfileRow row, ByteSink sink) {
        int before = 0;
        for (int pair = 0; pair < row.pairCount(); pair++) {
            sink.putZigZag(row.node()[pair] - before);
            before = row.node()[pair];
            sink.putVarint(row.value()[pair]);
        }
        for (long spanId : row.spanId()) {
            sink.putLong(spanId);
        }
    }

    /// Reads into the first elements of the arrays.
    ///
    /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
    public static void read(ByteSource source, int pairCount, int[] node, long[] value) {
        int before = 0;
        for (int pair = 0; pair < pairCount; pair++) {
            before += (int) source.nextZigZag();
            node[pair] = before;
            value[pair] = source.nextVarint();
        }
    }

    /// Reads the spans that follow the pairs into the first elements of the array.
    public static void readSpans(ByteSource source, int pairCount, long[] spanId) {
        for (int pair = 0; pair < pairCount; pair++) {
            spanId[pair] = source.nextLong();
        }
    }
}
