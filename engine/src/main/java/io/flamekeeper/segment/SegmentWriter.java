package io.flamekeeper.segment;

import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.dictionary.DictionaryCodec;
import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.dictionary.PairCodec;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.SegmentLayout.Section;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Writes one segment in the form [SegmentLayout] describes, partition by partition; holds the columns of one
/// partition in memory at a time. Use once.
public final class SegmentWriter {
    private static final Comparator<ProfileRow> ROW_ORDER =
            Comparator.comparingInt(ProfileRow::series).thenComparingLong(ProfileRow::timeNanos);

    private final VfsFile file;
    private final SegmentHeader segmentHeader;
    private long position;
    private final Map<TenantId, Integer> tenants = new LinkedHashMap<>();
    private final List<PartitionEntry> partitions = new ArrayList<>();

    private record PartitionEntry(
            int tenant,
            String service,
            long firstMillis,
            long lastMillis,
            int rowCount,
            long offset,
            long blockBytes,
            Map<Section, SectionEntry> sections,
            List<UploadMark> uploads) {}

    private record SectionEntry(int storedBytes, int decodedBytes, int crc) {}

    /// @param file empty; stays open and unsynced
    public SegmentWriter(VfsFile file, SegmentHeader segmentHeader) throws IOException {
        this.file = file;
        this.segmentHeader = segmentHeader;
        int shard = 0;
        long generation = segmentHeader.number();
        var header = new ByteSink(SegmentLayout.HEADER_BYTES);
        header.putInt(SegmentLayout.MAGIC);
        header.putInt(SegmentLayout.VERSION);
        header.putInt(shard);
        header.putLong(generation);
        header.putInt(Checksum.of(header.array(), 0, SegmentLayout.HEADER_CRC));
        put(header.array(), header.size());
    }

    /// Adds what one service has. A tenant and service may be added once.
    public void add(PartitionSource source, SumPlan plan) throws IOException {
        List<ProfileRow> rows = new ArrayList<>();
        RowCursor cursor = source.rows();
        while (cursor.next()) {
            int n = cursor.pairCount();
            rows.add(
                    new ProfileRow(
                            cursor.series(),
                            cursor.timeNanos(),
                            cursor.durationNanos(),
                            cursor.period(),
                            cursor.total(),
                            Arrays.copyOf(cursor.node(), n),
                            Arrays.copyOf(cursor.value(), n),
                            cursor.hasSpans() ? Arrays.copyOf(cursor.spanId(), n) : new long[0]));
        }
        if (rows.isEmpty()) {
            return;
        }
        add(
                source.tenant(),
                source.service(),
                new DictionaryView(source.symbols(), source.stacks(), source.series()),
                rows,
                source.uploads());
    }

    private void add(
            TenantId tenant,
            String service,
            DictionaryView dictionary,
            List<ProfileRow> rows,
            List<UploadMark> uploads)
            throws IOException {
        long offset = position;
        List<ProfileRow> sorted =
                rows.stream().sorted(ROW_ORDER).map(SegmentWriter::sorted).toList();
        ByteSink rowColumns = putBlocks(sorted, dictionary.series().count());
        long blockBytes = position - offset;
        var sections = new EnumMap<Section, SectionEntry>(Section.class);
        for (Section section : Section.values()) {
            sections.put(section, putSection(encode(section, dictionary, rowColumns)));
        }
        int tenantIndex = tenants.computeIfAbsent(tenant, _ -> tenants.size());
        partitions.add(
                new PartitionEntry(
                        tenantIndex,
                        service,
                        rows.stream().mapToLong(ProfileRow::timeMillis).min().orElseThrow(),
                        rows.stream().mapToLong(ProfileRow::timeMillis).max().orElseThrow(),
                        rows.size(),
                        offset,
                        blockBytes,
                        sections,
                        uploads));
    }

    /// The same row with its pairs in order of nodes, which makes the differences small.
    private static ProfileRow sorted(ProfileRow row) {
        long[] nodeAndPair = new long[row.pairCount()];
        for (int pair = 0; pair < nodeAndPair.length; pair++) {
            nodeAndPair[pair] = (long) row.node()[pair] << Integer.SIZE | pair;
        }
        Arrays.sort(nodeAndPair);
        int[] node = new int[row.pairCount()];
        long[] value = new long[row.pairCount()];
        long[] spanId = new long[row.spanId().length];
        for (int pair = 0; pair < nodeAndPair.length; pair++) {
            int from = (int) nodeAndPair[pair];
            node[pair] = row.node()[from];
            value[pair] = row.value()[from];
            if (row.hasSpans()) {
                spanId[pair] = row.spanId()[from];
            }
        }
        return new ProfileRow(
                row.series(),
                row.timeNanos(),
                row.durationNanos(),
                row.period(),
                row.total(),
                node,
                value,
                spanId);
    }

    /// Writes the pairs; returns the section that says where they are.
    private ByteSink putBlocks(List<ProfileRow> rows, int seriesCount) throws IOException {
        int[] rowBytes = new int[rows.size()];
        var blocks = new ByteSink(256);
        int blockCount = 0;
        var block = new ByteSink(1 << 12);
        int blockRows = 0;
        for (int row = 0; row < rows.size(); row++) {
            int start = block.size();
            PairCodec.write(rows.get(row), block);
            rowBytes[row] = block.size() - start;
            blockRows++;
            if (block.size() >= SegmentLayout.BLOCK_BYTES || row == rows.size() - 1) {
                blocks.putVarint(blockRows);
                blocks.putInt(Checksum.of(block.array(), 0, block.size()));
                blockCount++;
                put(block.array(), block.size());
                block.truncate(0);
                blockRows = 0;
            }
        }

        var sink = new ByteSink(16 * rows.size());
        sink.putVarint(rows.size());
        sink.putVarint(seriesCount);
        int[] rowsOfSeries = new int[seriesCount];
        rows.forEach(row -> rowsOfSeries[row.series()]++);
        IntStream.of(rowsOfSeries).forEach(sink::putVarint);
        putDifferences(sink, rows.stream().mapToLong(ProfileRow::timeNanos).toArray());
        putDifferences(sink, rows.stream().mapToLong(ProfileRow::durationNanos).toArray());
        putDifferences(sink, rows.stream().mapToLong(ProfileRow::period).toArray());
        rows.forEach(row -> sink.putVarint(row.total()));
        rows.forEach(row -> sink.putVarint(row.pairCount()));
        IntStream.of(rowBytes).forEach(sink::putVarint);
        boolean[] hasSpans = new boolean[rows.size()];
        for (int row = 0; row < hasSpans.length; row++) {
            hasSpans[row] = rows.get(row).hasSpans();
        }
        sink.putBits(hasSpans, 0, hasSpans.length);
        sink.putVarint(blockCount);
        sink.putBytes(blocks.array(), 0, blocks.size());
        return sink;
    }

    private static void putDifferences(ByteSink sink, long[] column) {
        long before = 0;
        for (long value : column) {
            sink.putZigZag(value - before);
            before = value;
        }
    }

    private static ByteSink encode(Section section, DictionaryView dictionary, ByteSink rows) {
        if (section == Section.ROWS) {
            return rows;
        }
        var sink = new ByteSink(1 << 12);
        switch (section) {
            case STRINGS -> DictionaryCodec.writeStrings(dictionary.symbols().strings(), 0, sink);
            case FUNCTIONS ->
                    DictionaryCodec.writeFunctions(dictionary.symbols().functions(), 0, sink);
            case MAPPINGS ->
                    DictionaryCodec.writeMappings(dictionary.symbols().mappings(), 0, sink);
            case FRAMES -> DictionaryCodec.writeFrames(dictionary.symbols().frames(), 0, sink);
            case NODES -> DictionaryCodec.writeNodes(dictionary.stacks(), 0, sink);
            case SERIES -> {
                DictionaryCodec.writeStrings(dictionary.series().strings(), 0, sink);
                DictionaryCodec.writeSeries(dictionary.series(), 0, sink);
            }
            case ROWS -> throw new IllegalStateException("rows are encoded with their blocks");
        }
        return sink;
    }

    private SectionEntry putSection(ByteSink decoded) throws IOException {
        var compressor = new ZstdJavaCompressor();
        byte[] compressed = new byte[compressor.maxCompressedLength(decoded.size())];
        int storedBytes =
                compressor.compress(
                        decoded.array(), 0, decoded.size(), compressed, 0, compressed.length);
        byte[] stored = compressed;
        if (storedBytes >= decoded.size()) {
            stored = decoded.array();
            storedBytes = decoded.size();
        }
        put(stored, storedBytes);
        return new SectionEntry(storedBytes, decoded.size(), Checksum.of(stored, 0, storedBytes));
    }

    /// Writes the table of contents; returns the size of the file.
    public long finish() throws IOException {
        var sink = new ByteSink(1 << 12);
        sink.putVarint(segmentHeader.number());
        sink.putVarint(segmentHeader.level());
        sink.putString(segmentHeader.tenant().map(TenantId::value).orElse(""));
        switch (segmentHeader.origin()) {
            case SegmentHeader.Sealed(int shard, long generation) -> {
                sink.putVarint(0);
                sink.putVarint(shard);
                sink.putVarint(generation);
            }
            case SegmentHeader.Compacted(List<Long> numbers) -> {
                sink.putVarint(1);
                sink.putVarint(numbers.size());
                numbers.forEach(sink::putVarint);
            }
        }
        sink.putVarint(tenants.size());
        tenants.keySet().forEach(tenant -> sink.putString(tenant.value()));
        sink.putVarint(partitions.size());
        for (PartitionEntry partition : partitions) {
            sink.putVarint(partition.tenant);
            sink.putString(partition.service);
            sink.putZigZag(partition.firstMillis);
            sink.putZigZag(partition.lastMillis);
            sink.putVarint(partition.rowCount);
            sink.putVarint(partition.offset);
            sink.putVarint(partition.blockBytes);
            for (SectionEntry section : partition.sections.values()) {
                sink.putVarint(section.storedBytes);
                sink.putVarint(section.decodedBytes);
                sink.putInt(section.crc);
            }
            sink.putVarint(partition.uploads.size());
            for (UploadMark mark : partition.uploads) {
                sink.putLong(mark.high());
                sink.putLong(mark.low());
                sink.putLong(mark.receivedMillis());
            }
        }
        int tableBytes = sink.size();
        sink.putLong(position);
        sink.putInt(tableBytes);
        sink.putInt(Checksum.of(sink.array(), 0, sink.size()));
        sink.putInt(SegmentLayout.TAIL_MAGIC);
        put(sink.array(), sink.size());
        return position;
    }

    private void put(byte[] bytes, int length) throws IOException {
        file.write(position, ByteBuffer.wrap(bytes, 0, length));
        position += length;
    }
}
