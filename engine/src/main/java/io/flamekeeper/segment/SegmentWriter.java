package io.flamekeeper.segment;

import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.dictionary.DictionaryCodec;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.SegmentHeader.Compacted;
import io.flamekeeper.segment.SegmentHeader.Sealed;
import io.flamekeeper.segment.SegmentLayout.Section;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes one segment in the form [SegmentLayout] describes, partition by partition. Rows stream through; in
/// memory are, of one partition at a time, its rows' columns, packed, one accumulator for sums, and what the
/// source holds. Use once, from one thread.
public final class SegmentWriter {
    /// Smaller sections are not worth a try to compress them.
    private static final int COMPRESSED_BYTES_MIN = 64;

    private final SegmentFile file;
    private final SegmentOutput output;
    private final PackedBlock.Encoder encoder = new PackedBlock.Encoder();
    private final Map<TenantId, Integer> tenants = new LinkedHashMap<>();
    private final ByteSink entries = new ByteSink(256);
    private int partitionCount;

    /// @param file empty; stays open and unsynced
    public SegmentWriter(VfsFile file, SegmentHeader header) throws IOException {
        this.file = new SegmentFile("segment being written", file);
        this.output = new SegmentOutput(file);
        var fields = new ByteSink(32);
        fields.putLong(header.number());
        fields.putByte(header.level());
        fields.putString(header.tenant().map(TenantId::value).orElse(""));
        switch (header.origin()) {
            case Sealed(int shard, long generation) -> {
                fields.putByte(SegmentLayout.ORIGIN_SEALED);
                fields.putInt(shard);
                fields.putLong(generation);
            }
            case Compacted(List<Long> numbers) -> {
                fields.putByte(SegmentLayout.ORIGIN_COMPACTED);
                fields.putVarint(numbers.size());
                numbers.forEach(fields::putLong);
            }
        }
        var prelude = new ByteSink(SegmentLayout.PRELUDE_BYTES);
        prelude.putInt(SegmentLayout.MAGIC);
        prelude.putInt(SegmentLayout.VERSION);
        prelude.putInt(fields.size() + Integer.BYTES);
        output.putChecked(prelude);
        output.putChecked(fields);
    }

    /// Adds what one service of one tenant has; nothing if it has no rows. A tenant and service may be added
    /// once.
    ///
    /// @return rows added
    public int add(PartitionSource source, SumPlan plan) throws IOException {
        long start = output.position();
        var blocks = new RowBlocks(start);
        RowCursor rows = source.rows();
        while (rows.next()) {
            blocks.add(rows);
        }
        if (blocks.rows.rowCount() == 0) {
            return 0;
        }
        blocks.pairs.finishBlocks();
        blocks.spans.finishBlocks();
        output.flush();

        var series = new ByteSink(256);
        SeriesWriter.write(source.series(), encoder, series);
        var rowColumns = new ByteSink(256);
        blocks.rows.finish(source.series().count(), rowColumns);
        var pairIndex = new ByteSink(64);
        blocks.pairs.finish(pairIndex);
        var sums = new ByteSink(64);
        if (!plan.kinds().isEmpty()) {
            writeSums(source.stacks().count(), plan, start, series, rowColumns, pairIndex, sums);
        }
        long blocksEnd = output.position();

        int tenant = tenants.computeIfAbsent(source.tenant(), _ -> tenants.size());
        entries.putVarint(tenant);
        entries.putString(source.service());
        entries.putZigZag(blocks.firstMillis);
        entries.putZigZag(blocks.lastMillis);
        entries.putVarint(blocks.rows.rowCount());
        entries.putVarint(blocks.pairs.pairCount());
        entries.putVarint(start);
        entries.putVarint(blocksEnd - start);
        for (Section section : Section.values()) {
            putSection(
                    switch (section) {
                        case SYMBOLS -> encode(source.symbols());
                        case STACKS -> {
                            var sink = new ByteSink(1 << 12);
                            DictionaryCodec.writeNodes(source.stacks(), 0, sink);
                            yield sink;
                        }
                        case SERIES -> series;
                        case ROWS -> rowColumns;
                        case PAIRS -> pairIndex;
                        case SPANS -> {
                            var sink = new ByteSink(64);
                            if (blocks.spans.spanCount() > 0) {
                                blocks.spans.finish(sink);
                            }
                            yield sink;
                        }
                        case SUMS -> sums;
                        case TRACES -> {
                            var sink = new ByteSink(64);
                            if (!blocks.spans.traces().isEmpty()) {
                                blocks.spans.traces().finish(sink);
                            }
                            yield sink;
                        }
                        case UPLOADS -> {
                            var sink = new ByteSink(64);
                            List<UploadMark> uploads = source.uploads();
                            if (!uploads.isEmpty()) {
                                UploadTable.write(uploads, encoder, sink);
                            }
                            yield sink;
                        }
                    });
        }
        partitionCount++;
        return blocks.rows.rowCount();
    }

    /// Takes rows: pairs and spans go to the file, everything else into columns.
    private final class RowBlocks {
        final PairBlocks.Writer pairs;
        final SpanBlocks.Writer spans;
        final RowTable.Writer rows;
        long firstMillis = Long.MAX_VALUE;
        long lastMillis = Long.MIN_VALUE;

        RowBlocks(long start) {
            pairs = new PairBlocks.Writer(output, start, encoder);
            spans = new SpanBlocks.Writer(output, start, encoder);
            rows = new RowTable.Writer(encoder);
        }

        void add(RowCursor row) throws IOException {
            rows.add(row);
            int[] node = row.node();
            long[] value = row.value();
            for (int pair = 0; pair < row.pairCount(); pair++) {
                assert pair == 0 || node[pair - 1] <= node[pair] : "nodes do not ascend";
                pairs.add(node[pair], value[pair]);
            }
            if (row.hasSpans()) {
                addSpans(row);
            }
            long millis = RowTable.millis(row.timeNanos());
            firstMillis = Math.min(firstMillis, millis);
            lastMillis = Math.max(lastMillis, millis);
        }

        private void addSpans(RowCursor row) throws IOException {
            long[] spanId = row.spanId();
            long[] traceId = row.traceId();
            for (int pair = 0; pair < row.pairCount(); pair++) {
                if (row.hasTraces()) {
                    spans.add(spanId[pair], traceId[2 * pair], traceId[2 * pair + 1]);
                } else {
                    spans.add(spanId[pair]);
                }
            }
        }
    }

    /// Reads back what was just written, as a reader would, and adds it up.
    private void writeSums(
            int nodeCount,
            SumPlan plan,
            long start,
            ByteSink series,
            ByteSink rowColumns,
            ByteSink pairIndex,
            ByteSink sums)
            throws IOException {
        var decoder = new PackedBlock.Decoder();
        RowTable rows = RowTable.read("rows", source("rows", rowColumns));
        PairBlocks blocks = PairBlocks.read("pairs", source("pairs", pairIndex));
        var sumPairs = new PairBlocks.Writer(output, start, encoder);
        new SumWriter(
                        rows.reader(decoder),
                        new PairReader(file, start, blocks, decoder),
                        nodeCount,
                        encoder,
                        sumPairs)
                .write(plan, StoredSeries.read(source("series", series)), sums);
        sumPairs.finishBlocks();
        sumPairs.finish(sums);
    }

    private static ByteSource source(String what, ByteSink sink) {
        return new ByteSource(what, sink.array(), 0, sink.size());
    }

    private static ByteSink encode(SymbolTable all) {
        SymbolTable symbols = UsedStrings.of(all);
        var sink = new ByteSink(1 << 12);
        DictionaryCodec.writeStrings(symbols.strings(), 0, sink);
        DictionaryCodec.writeFunctions(symbols.functions(), 0, sink);
        DictionaryCodec.writeMappings(symbols.mappings(), 0, sink);
        DictionaryCodec.writeFrames(symbols.frames(), 0, sink);
        return sink;
    }

    private void putSection(ByteSink decoded) throws IOException {
        byte[] stored = decoded.array();
        int storedBytes = decoded.size();
        if (decoded.size() >= COMPRESSED_BYTES_MIN) {
            var compressor = new ZstdJavaCompressor();
            byte[] compressed = new byte[compressor.maxCompressedLength(decoded.size())];
            int compressedBytes =
                    compressor.compress(
                            decoded.array(), 0, decoded.size(), compressed, 0, compressed.length);
            if (compressedBytes < decoded.size()) {
                stored = compressed;
                storedBytes = compressedBytes;
            }
        }
        output.put(stored, 0, storedBytes);
        entries.putVarint(storedBytes);
        if (storedBytes > 0) {
            entries.putVarint(decoded.size());
            entries.putInt(Checksum.of(stored, 0, storedBytes));
        }
    }

    /// Writes the table of contents; returns the size of the file.
    public long finish() throws IOException {
        var sink = new ByteSink(entries.size() + 256);
        sink.putVarint(tenants.size());
        tenants.keySet().forEach(tenant -> sink.putString(tenant.value()));
        sink.putVarint(partitionCount);
        sink.putBytes(entries.array(), 0, entries.size());
        int tableBytes = sink.size();
        sink.putLong(output.position());
        sink.putInt(tableBytes);
        sink.putInt(Checksum.of(sink.array(), 0, sink.size()));
        sink.putInt(SegmentLayout.TAIL_MAGIC);
        output.put(sink.array(), 0, sink.size());
        output.flush();
        return output.position();
    }
}
