package io.flamekeeper.dictionary;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.model.SaturatedMath;

/// The pairs of one row as bytes, in a log frame and in a block of a segment.
///
/// First the unit, a varint: the greatest common divisor of the values, which is the sampling period in
/// most profiles of time. Then for each pair: node, a zig-zag varint of the difference to the pair before;
/// value in units, a varint. Then, if the row has spans, the span of each pair in 8 bytes: span ids are random
/// and do not compress. Then, if it has traces, how many different ones, a varint; each in 16 bytes, upper half
/// first; for each pair the place of its trace among these, a varint, from 1; 0 = none.
public final class PairCodec {
    private PairCodec() {}

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    public static void write(ProfileRow row, ByteSink sink) {
        long unit = unit(row.value());
        sink.putVarint(unit);
        int before = 0;
        for (int pair = 0; pair < row.pairCount(); pair++) {
            sink.putZigZag(row.node()[pair] - before);
            before = row.node()[pair];
            sink.putVarint(unit == 1 ? row.value()[pair] : row.value()[pair] / unit);
        }
        for (long spanId : row.spanId()) {
            sink.putLong(spanId);
        }
        if (row.hasTraces()) {
            writeTraces(row, sink);
        }
    }

    private static void writeTraces(ProfileRow row, ByteSink sink) {
        var traces = new TracePlaces();
        int[] place = new int[row.pairCount()];
        for (int pair = 0; pair < place.length; pair++) {
            place[pair] = traces.of(row.traceId()[2 * pair], row.traceId()[2 * pair + 1]);
        }
        traces.write(sink);
        for (int one : place) {
            sink.putVarint(one);
        }
    }

    /// The greatest common divisor, 1 if there are no values.
    private static long unit(long[] values) {
        long unit = 0;
        for (long value : values) {
            long larger = value;
            while (unit != 0) {
                long rest = larger % unit;
                larger = unit;
                unit = rest;
            }
            unit = larger;
            if (unit == 1) {
                break;
            }
        }
        return Math.max(unit, 1);
    }

    /// Reads into the first elements of the arrays.
    ///
    /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
    public static void read(ByteSource source, int pairCount, int[] node, long[] value) {
        long unit = source.nextVarint();
        int before = 0;
        for (int pair = 0; pair < pairCount; pair++) {
            before += (int) source.nextZigZag();
            node[pair] = before;
            value[pair] = unit * source.nextVarint();
        }
    }

    /// Passes over the pairs.
    ///
    /// **Hot path.** Benchmark: `AppendBenchmark`.
    ///
    /// @return sum of their values, saturated
    public static long skip(ByteSource source, int pairCount) {
        long unit = source.nextVarint();
        long sum = 0;
        for (int pair = 0; pair < pairCount; pair++) {
            source.nextVarint();
            sum = SaturatedMath.add(sum, unit * source.nextVarint());
        }
        return sum;
    }

    /// Passes over the spans that follow the pairs.
    public static void skipSpans(ByteSource source, int pairCount) {
        source.skip((int) Math.min((long) Long.BYTES * pairCount, Integer.MAX_VALUE));
    }

    /// Passes over the traces that follow the spans.
    public static void skipTraces(ByteSource source, int pairCount) {
        int traces = TracePlaces.skip(source);
        for (int pair = 0; pair < pairCount; pair++) {
            source.nextInt(traces);
        }
    }

    /// Reads the spans that follow the pairs into the first elements of the array.
    public static void readSpans(ByteSource source, int pairCount, long[] spanId) {
        for (int pair = 0; pair < pairCount; pair++) {
            spanId[pair] = source.nextLong();
        }
    }

    /// Reads the traces that follow the spans into the first elements of the array, two for each pair.
    public static void readTraces(ByteSource source, int pairCount, long[] traceId) {
        long[] traces = TracePlaces.read(source);
        for (int pair = 0; pair < pairCount; pair++) {
            int place = source.nextInt(traces.length / 2 - 1);
            traceId[2 * pair] = traces[2 * place];
            traceId[2 * pair + 1] = traces[2 * place + 1];
        }
    }
}
