package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Writes and reads the uploads of a partition, sorted by hash; [SegmentLayout] has the form.
final class UploadTable {
    static final Comparator<UploadMark> ORDER =
            Comparator.comparingLong(UploadMark::high)
                    .thenComparingLong(UploadMark::low)
                    .thenComparingLong(UploadMark::receivedMillis);

    private UploadTable() {}

    static void write(List<UploadMark> uploads, PackedBlock.Encoder encoder, ByteSink sink) {
        List<UploadMark> sorted = uploads.stream().sorted(ORDER).toList();
        sink.putVarint(sorted.size());
        sorted.forEach(upload -> sink.putLong(upload.high()));
        sorted.forEach(upload -> sink.putLong(upload.low()));
        var received = new PackedLongs.Writer(encoder);
        sorted.forEach(upload -> received.add(upload.receivedMillis()));
        received.finish(sink);
    }

    static List<UploadMark> read(String what, ByteSource source) {
        int count = source.nextCount();
        long[] high = new long[count];
        long[] low = new long[count];
        for (int i = 0; i < count; i++) {
            high[i] = source.nextLong();
        }
        for (int i = 0; i < count; i++) {
            low[i] = source.nextLong();
        }
        PackedLongs.Reader received =
                PackedLongs.read(what, source, count).reader(new PackedBlock.Decoder());
        source.expectEnd();
        List<UploadMark> uploads = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            uploads.add(new UploadMark(high[i], low[i], received.get(i)));
        }
        return uploads;
    }
}
