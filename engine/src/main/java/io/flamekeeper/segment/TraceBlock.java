package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.dictionary.TracePlaces;

/// The traces of one span block as bytes. A span nearly always is of one trace, so each different span of the
/// block has the trace of its first pair, and pairs of another trace are listed. [SegmentLayout] has the form.
final class TraceBlock {
    private TraceBlock() {}

    /// @param traceId two for each pair
    /// @return the traces there are
    static TracePlaces write(
            SpanBlock spans, long[] traceId, PackedBlock.Encoder encoder, ByteSink sink) {
        int[] firstPair = new int[spans.differentCount()];
        for (int pair = spans.count() - 1; pair >= 0; pair--) {
            firstPair[spans.placeOf(pair)] = pair;
        }
        var traces = new TracePlaces();
        long[] place = new long[firstPair.length];
        for (int span = 0; span < place.length; span++) {
            place[span] = placeOf(traces, traceId, firstPair[span]);
        }
        long[] other = new long[spans.count()];
        long[] otherPlace = new long[spans.count()];
        int others = 0;
        for (int pair = 0; pair < spans.count(); pair++) {
            int first = firstPair[spans.placeOf(pair)];
            if (traceId[2 * pair] != traceId[2 * first]
                    || traceId[2 * pair + 1] != traceId[2 * first + 1]) {
                other[others] = pair;
                otherPlace[others++] = placeOf(traces, traceId, pair);
            }
        }
        traces.write(sink);
        encoder.put(place, place.length, sink);
        sink.putVarint(others);
        if (others > 0) {
            encoder.put(other, others, sink);
            encoder.put(otherPlace, others, sink);
        }
        return traces;
    }

    private static int placeOf(TracePlaces traces, long[] traceId, int pair) {
        return traces.of(traceId[2 * pair], traceId[2 * pair + 1]);
    }

    /// @param traceId set, two for each pair
    static void read(
            ByteSource source, PackedBlock.Decoder decoder, SpanBlock spans, long[] traceId) {
        long[] traces = TracePlaces.read(source);
        long[] place = new long[spans.count()];
        decoder.read(source, spans.differentCount(), place);
        for (int pair = 0; pair < spans.count(); pair++) {
            put(source, traces, place[spans.placeOf(pair)], traceId, pair);
        }
        int others = source.nextInt(spans.count());
        if (others > 0) {
            long[] other = new long[others];
            decoder.read(source, others, other);
            decoder.read(source, others, place);
            for (int i = 0; i < others; i++) {
                if (other[i] < 0 || other[i] >= spans.count()) {
                    throw source.corrupt("names pair " + other[i] + " of " + spans.count());
                }
                put(source, traces, place[i], traceId, (int) other[i]);
            }
        }
    }

    private static void put(
            ByteSource source, long[] traces, long place, long[] traceId, int pair) {
        if (place < 0 || place >= traces.length / 2) {
            throw source.corrupt("names trace " + place + " of " + (traces.length / 2 - 1));
        }
        traceId[2 * pair] = traces[2 * (int) place];
        traceId[2 * pair + 1] = traces[2 * (int) place + 1];
    }
}
