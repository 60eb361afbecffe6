package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.dictionary.TracePlaces;
import io.flamekeeper.model.TraceId;
import java.util.Arrays;
import java.util.Set;

/// The traces of one span block as bytes. A span nearly always is of one trace, so each different span of the
/// block, 0 among them, has the trace of its first pair, and pairs of another trace are listed.
/// [SegmentLayout] has the form.
final class TraceBlock {
    private TraceBlock() {}

    /// The different ones, ascending.
    private static long[] distinct(long[] spanId, int count) {
        long[] sorted = Arrays.copyOf(spanId, count);
        Arrays.sort(sorted);
        int distinct = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[distinct++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, distinct);
    }

    /// Not for use by several threads.
    static final class Encoder {
        private final PackedBlock.Encoder encoder;
        private TracePlaces places = new TracePlaces();

        Encoder(PackedBlock.Encoder encoder) {
            this.encoder = encoder;
        }

        /// @param traceId two for each span
        void write(long[] spanId, long[] traceId, int count, ByteSink sink) {
            places = new TracePlaces();
            long[] spans = distinct(spanId, count);
            int[] ofSpan = new int[spans.length];
            int[] rank = new int[count];
            for (int i = count - 1; i >= 0; i--) {
                rank[i] = Arrays.binarySearch(spans, spanId[i]);
                ofSpan[rank[i]] = i;
            }
            long[] place = new long[spans.length];
            for (int span = 0; span < spans.length; span++) {
                place[span] = places.of(traceId[2 * ofSpan[span]], traceId[2 * ofSpan[span] + 1]);
            }
            long[] other = new long[count];
            long[] otherPlace = new long[count];
            int others = 0;
            for (int i = 0; i < count; i++) {
                long own = places.of(traceId[2 * i], traceId[2 * i + 1]);
                if (own != place[rank[i]]) {
                    other[others] = i;
                    otherPlace[others++] = own;
                }
            }
            places.write(sink);
            encoder.put(place, spans.length, sink);
            sink.putVarint(others);
            if (others > 0) {
                encoder.put(other, others, sink);
                encoder.put(otherPlace, others, sink);
            }
        }

        /// The different traces of the block written last.
        Set<TraceId> traces() {
            return places.traces();
        }
    }

    /// @param traceId set, two for each span; `long[2 · count]` or longer
    static void read(
            ByteSource source,
            PackedBlock.Decoder decoder,
            long[] spanId,
            int count,
            long[] traceId) {
        long[] traces = TracePlaces.read(source);
        long[] spans = distinct(spanId, count);
        long[] place = new long[BitPacking.BLOCK];
        decoder.read(source, spans.length, place);
        for (int i = 0; i < count; i++) {
            put(source, traces, place[Arrays.binarySearch(spans, spanId[i])], traceId, i);
        }
        int others = source.nextInt(count);
        if (others > 0) {
            long[] other = new long[others];
            decoder.read(source, others, other);
            decoder.read(source, others, place);
            for (int i = 0; i < others; i++) {
                if (other[i] < 0 || other[i] >= count) {
                    throw source.corrupt("names span " + other[i] + " of " + count);
                }
                put(source, traces, place[i], traceId, (int) other[i]);
            }
        }
    }

    private static void put(
            ByteSource source, long[] traces, long place, long[] traceId, int span) {
        if (place < 0 || place >= traces.length / 2) {
            throw source.corrupt("names trace " + place + " of " + (traces.length / 2 - 1));
        }
        traceId[2 * span] = traces[2 * (int) place];
        traceId[2 * span + 1] = traces[2 * (int) place + 1];
    }
}
