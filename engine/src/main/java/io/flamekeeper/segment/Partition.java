package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.dictionary.DictionaryCodec;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.SegmentLayout.Section;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/// What one tenant's one service has in a segment. Sections are read, checked and decoded on first use, and
/// kept while memory is not scarce. Safe for use by many threads; what it makes is for one thread each.
///
/// Every method can throw `CORRUPT_DATA`, naming file and section.
public final class Partition implements PartitionSource {
    private final Object key = new Object();
    private final Segment segment;
    private final int version;
    private final TenantId tenant;
    private final String service;
    private final long firstMillis;
    private final long lastMillis;
    private final int rowCount;
    private final long pairCount;
    private final long start;
    private final Map<Section, Extent> extents = new EnumMap<>(Section.class);

    private final Kept<StoredSeries> series = new Kept<>(this::readSeries);
    private final Kept<RowTable> rows = new Kept<>(this::readRows);
    private final Kept<SymbolTable> symbols = new Kept<>(this::readSymbols);
    private final Kept<StackTable> stacks = new Kept<>(this::readStacks);
    private final Kept<PairBlocks> pairs = new Kept<>(this::readPairs);
    private final Kept<SpanBlocks> spans = new Kept<>(this::readSpans);
    private final Kept<Optional<TraceBlocks>> traces = new Kept<>(this::readTraces);
    private final Kept<StoredSums> sums = new Kept<>(this::readSums);

    /// Where a section lies. One of no bytes is not there.
    private record Extent(long start, int storedBytes, int decodedBytes, int crc) {}

    /// The sums and where their pairs are.
    private record StoredSums(SumTable table, PairBlocks pairs) {}

    /// Reads one entry of the table of contents.
    ///
    /// @param version of the segment
    Partition(Segment segment, int version, List<TenantId> tenants, ByteSource source) {
        this.segment = segment;
        this.version = version;
        this.tenant = tenants.get(source.nextInt(tenants.size() - 1));
        this.service = source.nextString();
        this.firstMillis = source.nextZigZag();
        this.lastMillis = source.nextZigZag();
        this.rowCount = source.nextInt(Integer.MAX_VALUE);
        this.pairCount = source.nextVarint();
        this.start = source.nextVarint();
        long end = start + source.nextVarint();
        for (Section section : Section.values()) {
            int storedBytes =
                    version < section.since() ? 0 : source.nextInt(Integer.MAX_VALUE - 16);
            extents.put(
                    section,
                    storedBytes == 0
                            ? new Extent(end, 0, 0, 0)
                            : new Extent(
                                    end,
                                    storedBytes,
                                    source.nextInt(Integer.MAX_VALUE - 16),
                                    source.nextInt()));
            end += storedBytes;
        }
    }

    /// Equal to no other partition's, and small.
    public Object key() {
        return key;
    }

    @Override
    public TenantId tenant() {
        return tenant;
    }

    @Override
    public String service() {
        return service;
    }

    /// Time of the earliest row, milliseconds since the Unix epoch.
    public long firstMillis() {
        return firstMillis;
    }

    /// Time of the latest row, milliseconds since the Unix epoch.
    public long lastMillis() {
        return lastMillis;
    }

    public int rowCount() {
        return rowCount;
    }

    /// Pairs of all rows.
    public long pairCount() {
        return pairCount;
    }

    /// Bytes in the file, as far as they are this partition's alone.
    public long bytes() {
        return end() - start;
    }

    /// First byte in the file.
    public long start() {
        return start;
    }

    /// First byte behind it in the file.
    public long end() {
        Extent last = extent(Section.TRACES);
        return last.start + last.storedBytes;
    }

    /// The sections that are there, in file order. The blocks lie before the first.
    public List<StoredSection> sections() {
        return Arrays.stream(Section.values())
                .filter(section -> !isMissing(section))
                .map(section -> {
                    Extent extent = extent(section);
                    return new StoredSection(
                            section.name(), extent.start, extent.storedBytes, extent.decodedBytes);
                })
                .toList();
    }

    /// Bytes of all blocks.
    public long blockBytes() {
        return extent(Section.SYMBOLS).start - start;
    }

    /// Bytes of its stacks, decoded.
    public int stacksBytes() {
        return extent(Section.STACKS).decodedBytes;
    }

    /// Bytes of its symbols, decoded.
    public int symbolsBytes() {
        return extent(Section.SYMBOLS).decodedBytes;
    }

    /// In canonical order; all series of a type are neighbours.
    @Override
    public SeriesTable series() {
        return series.value();
    }

    /// First series of the type; those of the next type begin where they end.
    public int typeStart(int type) {
        return series.value().typeStart(type);
    }

    /// First series behind those of the type.
    public int typeEnd(int type) {
        return series.value().typeEnd(type);
    }

    @Override
    public SymbolTable symbols() {
        return symbols.value();
    }

    @Override
    public StackTable stacks() {
        return stacks.value();
    }

    /// Sorted by hash. Read from disk on every call.
    @Override
    public List<UploadMark> uploads() {
        if (isMissing(Section.UPLOADS)) {
            return List.of();
        }
        return UploadTable.read(what(Section.UPLOADS), open(Section.UPLOADS));
    }

    @Override
    public RowCursor rows() {
        return new StoredRows(rows.value(), rows.value().reader(), pairs(), spans());
    }

    public RowTable rowTable() {
        return rows.value();
    }

    /// The pairs of all rows, in order of the rows.
    public PairReader pairs() {
        return new PairReader(segment.file(), start, pairs.value(), new PackedBlock.Decoder());
    }

    StoredSeries storedSeries() {
        return series.value();
    }

    PairBlocks pairBlocks() {
        return pairs.value();
    }

    SpanBlocks spanBlocks() {
        return spans.value();
    }

    Optional<TraceBlocks> traceBlocks() {
        return traces.value();
    }

    PairBlocks sumBlocks() {
        return sums.value().pairs;
    }

    /// Spans of all rows that have any.
    public long spanCount() {
        return rows.value().spanCount();
    }

    /// The spans and traces of the pairs of all rows that have any, in order of the rows.
    public SpanReader spans() {
        return new SpanReader(
                segment.file(), start, spans.value(), traces.value(), new PackedBlock.Decoder());
    }

    public SumTable sums() {
        return sums.value().table;
    }

    /// The pairs of all sums.
    public PairReader sumPairs() {
        return new PairReader(segment.file(), start, sums.value().pairs, new PackedBlock.Decoder());
    }

    private Extent extent(Section section) {
        return Objects.requireNonNull(extents.get(section));
    }

    boolean isMissing(Section section) {
        return extent(section).storedBytes == 0;
    }

    private String what(Section section) {
        return "section %s of service '%s'".formatted(section, service);
    }

    /// Reads a section and checks its checksum.
    ByteSource open(Section section) {
        Extent extent = extent(section);
        String what = what(section);
        byte[] stored = segment.file().read(what, extent.start, extent.storedBytes, extent.crc);
        byte[] decoded = segment.decompress(what, stored, extent.decodedBytes);
        return new ByteSource(segment.name() + ", " + what, decoded, 0, decoded.length);
    }

    private StoredSeries readSeries() {
        return StoredSeries.read(open(Section.SERIES));
    }

    private RowTable readRows() {
        ByteSource source = open(Section.ROWS);
        RowTable found = RowTable.read(segment.name() + ", " + what(Section.ROWS), source);
        if (found.rowCount() != rowCount || found.pairCount() != pairCount) {
            throw source.corrupt("is of another partition");
        }
        return found;
    }

    private PairBlocks readPairs() {
        ByteSource source = open(Section.PAIRS);
        PairBlocks found = PairBlocks.read("the pairs of service '" + service + "'", source);
        source.expectEnd();
        if (found.pairCount() != pairCount) {
            throw source.corrupt("is of another partition");
        }
        return found;
    }

    private SpanBlocks readSpans() {
        if (isMissing(Section.SPANS)) {
            return SpanBlocks.NONE;
        }
        ByteSource source = open(Section.SPANS);
        SpanBlocks found = SpanBlocks.read(what(Section.SPANS), version, source);
        source.expectEnd();
        if (found.spanCount() != rows.value().spanCount()) {
            throw source.corrupt("does not fit the rows");
        }
        return found;
    }

    private Optional<TraceBlocks> readTraces() {
        if (isMissing(Section.TRACES)) {
            return Optional.empty();
        }
        ByteSource source = open(Section.TRACES);
        TraceBlocks found =
                TraceBlocks.read(what(Section.TRACES), source, spans.value().blockCount());
        source.expectEnd();
        return Optional.of(found);
    }

    private StoredSums readSums() {
        if (isMissing(Section.SUMS)) {
            return new StoredSums(SumTable.NONE, PairBlocks.none());
        }
        ByteSource source = open(Section.SUMS);
        StoredSeries owners = series.value();
        SumTable table =
                SumTable.read(what(Section.SUMS), source, owners.types().size(), owners.count());
        PairBlocks blocks = PairBlocks.read("the sums of service '" + service + "'", source);
        source.expectEnd();
        if (blocks.pairCount() != table.pairCount()) {
            throw source.corrupt("has pairs of no sum");
        }
        return new StoredSums(table, blocks);
    }

    private SymbolTable readSymbols() {
        ByteSource source = open(Section.SYMBOLS);
        var found =
                new SymbolTable(
                        DictionaryCodec.readStrings(source),
                        DictionaryCodec.readFunctions(source),
                        DictionaryCodec.readMappings(source),
                        DictionaryCodec.readFrames(source));
        source.expectEnd();
        return found;
    }

    private StackTable readStacks() {
        ByteSource source = open(Section.STACKS);
        StackTable found = DictionaryCodec.readNodes(source);
        source.expectEnd();
        return found;
    }

    /// A value made on first use and again when the collector has taken it.
    private static final class Kept<T> {
        private final Supplier<T> maker;
        private volatile SoftReference<T> reference = new SoftReference<>(null);

        Kept(Supplier<T> maker) {
            this.maker = maker;
        }

        T value() {
            T kept = reference.get();
            return kept != null ? kept : make();
        }

        private synchronized T make() {
            T kept = reference.get();
            if (kept == null) {
                kept = maker.get();
                reference = new SoftReference<>(kept);
            }
            return kept;
        }
    }
}
