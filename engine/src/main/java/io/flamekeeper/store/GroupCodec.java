package io.flamekeeper.store;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.DictionaryCodec;
import io.flamekeeper.dictionary.PairCodec;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.UploadMark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// One group as the payload of a log frame. *u* is a varint, *z* a zig-zag varint.
///
///     number of the partition in this head u; if it is a new one, the next number,
///         tenant and service, each its byte count u and its bytes
///     1 if the group is of an upload that may be sent again, else 0, u; if 1,
///         hash of the upload, upper half (8), lower half (8), when it came in milliseconds since the Unix epoch z
///     what the group added to the partition's dictionary, as `DictionaryCodec` writes it
///     row count u, then for each row
///         series u; start of sampling in nanoseconds z; duration in nanoseconds z; period z
///         pair count u and flags: in a frame of type 1, count · 2, plus 1 if the pairs have spans;
///             of type 2, count · 4, plus 1 if they have spans, plus 2 if they have traces
///         pairs, as `PairCodec` writes them
final class GroupCodec {
    /// The type of a frame whose rows have no traces; also how many flags a pair count has.
    private static final int PLAIN = 1;

    /// The type of a frame whose rows may have traces; likewise.
    private static final int WITH_TRACES = 2;

    private GroupCodec() {}

    /// The type of a frame that holds the rows.
    static int frameType(List<ProfileRow> rows) {
        return rows.stream().anyMatch(ProfileRow::hasTraces) ? WITH_TRACES : PLAIN;
    }

    /// @param isNew  whether this is the partition's first frame
    /// @param from   the dictionary before the group
    /// @param upload empty if it cannot be known again
    static void write(
            int number,
            HeadPartition partition,
            boolean isNew,
            Dictionary.Mark from,
            Optional<UploadMark> upload,
            List<ProfileRow> rows,
            ByteSink sink) {
        sink.putVarint(number);
        if (isNew) {
            sink.putString(partition.key().tenant().value());
            sink.putString(partition.key().service());
        }
        sink.putVarint(upload.isPresent() ? 1 : 0);
        upload.ifPresent(mark -> {
            sink.putLong(mark.high());
            sink.putLong(mark.low());
            sink.putZigZag(mark.receivedMillis());
        });
        DictionaryCodec.write(partition.dictionary().view(), from, sink);
        int flagBits = frameType(rows);
        sink.putVarint(rows.size());
        for (ProfileRow row : rows) {
            sink.putVarint(row.series());
            sink.putZigZag(row.timeNanos());
            sink.putZigZag(row.durationNanos());
            sink.putZigZag(row.period());
            sink.putVarint((long) row.pairCount() << flagBits | LoggedRow.flags(row));
            PairCodec.write(row, sink);
        }
    }

    /// What one frame holds beside the names it added to the dictionary of its partition.
    record Group(HeadPartition partition, Optional<UploadMark> upload, List<LoggedRow> rows) {}

    /// Reads what [#write] wrote. Adds the partition and the names to the head, not the rows.
    ///
    /// @param type of the frame
    /// @throws FlamekeeperException `CORRUPT_DATA`; the head is then as it was
    static Group read(int type, ByteSource source, Head head) {
        expect(type, source);
        int number = source.nextInt(head.partitionCount());
        boolean isNew = number == head.partitionCount();
        HeadPartition partition = isNew ? head.add(readKey(source)) : head.partition(number);
        Dictionary.Mark before = partition.dictionary().mark();
        try {
            Optional<UploadMark> upload = readUpload(source);
            DictionaryCodec.read(source, partition.dictionary());
            List<LoggedRow> rows = readRows(type, source, partition.dictionary().mark().series());
            source.expectEnd();
            return new Group(partition, upload, rows);
        } catch (FlamekeeperException e) {
            partition.dictionary().rollbackTo(before);
            if (isNew) {
                head.removeLast();
            }
            throw e;
        }
    }

    /// Reads of what [#write] wrote only which upload it came with.
    ///
    /// @param type    of the frame
    /// @param takers  of the log's partitions so far, to which that of a new one is added
    /// @param uploads makes a partition's taker of uploads
    /// @throws FlamekeeperException `CORRUPT_DATA`; `takers` are then as they were
    static void readUpload(
            int type,
            ByteSource source,
            List<Consumer<UploadMark>> takers,
            Function<PartitionKey, Consumer<UploadMark>> uploads) {
        expect(type, source);
        int number = source.nextInt(takers.size());
        boolean isNew = number == takers.size();
        Consumer<UploadMark> taker = isNew ? uploads.apply(readKey(source)) : takers.get(number);
        readUpload(source).ifPresent(taker);
        if (isNew) {
            takers.add(taker);
        }
    }

    private static void expect(int type, ByteSource source) {
        if (type != PLAIN && type != WITH_TRACES) {
            throw source.corrupt("frame of unknown type " + type);
        }
    }

    private static PartitionKey readKey(ByteSource source) {
        return new PartitionKey(new TenantId(source.nextString()), source.nextString());
    }

    private static Optional<UploadMark> readUpload(ByteSource source) {
        return source.nextInt(1) == 0
                ? Optional.empty()
                : Optional.of(
                        new UploadMark(source.nextLong(), source.nextLong(), source.nextZigZag()));
    }

    /// The pairs stay as they are: a head keeps them in the same form.
    private static List<LoggedRow> readRows(int flagBits, ByteSource source, int seriesCount) {
        int count = source.nextCount();
        List<LoggedRow> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int series = source.nextInt(seriesCount - 1);
            long timeNanos = source.nextZigZag();
            long durationNanos = source.nextZigZag();
            long period = source.nextZigZag();
            int pairCountAndFlags = source.nextInt(Integer.MAX_VALUE);
            int pairCount = pairCountAndFlags >>> flagBits;
            int flags = pairCountAndFlags & (1 << flagBits) - 1;
            if (pairCount > source.remaining()) {
                throw source.corrupt(pairCount + " pairs in " + source.remaining() + " bytes");
            }
            int start = source.position();
            long total = PairCodec.skip(source, pairCount);
            if ((flags & LoggedRow.SPANS) != 0) {
                PairCodec.skipSpans(source, pairCount);
            }
            if ((flags & LoggedRow.TRACES) != 0) {
                PairCodec.skipTraces(source, pairCount);
            }
            rows.add(
                    new LoggedRow(
                            series,
                            timeNanos,
                            durationNanos,
                            period,
                            total,
                            LoggedRow.pairCountAndFlags(pairCount, flags),
                            source.array(),
                            start,
                            source.position() - start));
        }
        return rows;
    }
}
