package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.dictionary.DictionaryCodec;
import io.flamekeeper.dictionary.PairCodec;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.SegmentLayout.Section;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/// What one tenant's one service has in a segment. Sections are read, checked and decoded on first use, and
/// kept while memory is not scarce. Safe for use by many threads.
///
/// Every method can throw `CORRUPT_DATA`, naming file and section.
public final class Partition {
    private final Object key = new Object();
    private final Segment segment;
    private final TenantId tenant;
    private final String service;
    private final long firstMillis;
    private final long lastMillis;
    private final int rowCount;
    private final long offset;
    private final List<UploadMark> uploads = new ArrayList<>();
    private final Map<Section, Extent> extents = new EnumMap<>(Section.class);

    private final Kept<SeriesTable> series = new Kept<>(this::readSeries);
    private final Kept<RowTable> rows = new Kept<>(this::readRows);
    private final Kept<SymbolTable> symbols = new Kept<>(this::readSymbols);
    private final Kept<StackTable> stacks = new Kept<>(this::readStacks);

    private record Extent(long start, int storedBytes, int decodedBytes, int crc) {}

    /// Reads one entry of the table of contents.
    Partition(Segment segment, List<TenantId> tenants, ByteSource source) {
        this.segment = segment;
        this.tenant = tenants.get(source.nextInt(tenants.size() - 1));
        this.service = source.nextString();
        this.firstMillis = source.nextZigZag();
        this.lastMillis = source.nextZigZag();
        this.rowCount = source.nextInt(Integer.MAX_VALUE);
        this.offset = source.nextVarint();
        long start = offset + source.nextVarint();
        for (Section section : Section.values()) {
            int storedBytes = source.nextInt(Integer.MAX_VALUE);
            int decodedBytes = source.nextInt(Integer.MAX_VALUE);
            extents.put(section, new Extent(start, storedBytes, decodedBytes, source.nextInt()));
            start += storedBytes;
        }
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            uploads.add(new UploadMark(source.nextLong(), source.nextLong(), source.nextLong()));
        }
    }

    /// Equal to no other partition's, and small.
    public Object key() {
        return key;
    }

    public TenantId tenant() {
        return tenant;
    }

    public String service() {
        return service;
    }

    public long firstMillis() {
        return firstMillis;
    }

    public long lastMillis() {
        return lastMillis;
    }

    public int rowCount() {
        return rowCount;
    }

    public SeriesTable series() {
        return series.value();
    }

    public RowTable rows() {
        return rows.value();
    }

    public SymbolTable symbols() {
        return symbols.value();
    }

    public StackTable stacks() {
        return stacks.value();
    }

    public List<UploadMark> uploads() {
        return uploads;
    }

    public RowCursor rowCursor() {
        RowTable table = rows();
        int seriesCount = series().count();
        return new RowCursor() {
            private int row = -1;
            private int series;
            private int block = -1;
            private byte[] bytes = new byte[0];
            private int[] node = new int[0];
            private long[] value = new long[0];
            private long[] spanId = new long[0];

            @Override
            public boolean next() {
                if (row + 1 >= rowCount) {
                    return false;
                }
                row++;
                while (series + 1 < seriesCount && table.seriesEnd(series) <= row) {
                    series++;
                }
                if (table.blockOf(row) != block) {
                    block = table.blockOf(row);
                    bytes = readBlock(block);
                }
                int n = table.pairCount(row);
                if (node.length < n) {
                    node = new int[n];
                    value = new long[n];
                    spanId = new long[n];
                }
                readPairs(bytes, row, node, value, spanId);
                return true;
            }

            @Override
            public int series() {
                return series;
            }

            @Override
            public long timeNanos() {
                return table.timeNanos(row);
            }

            @Override
            public long durationNanos() {
                return table.durationNanos(row);
            }

            @Override
            public long period() {
                return table.period(row);
            }

            @Override
            public long total() {
                return table.total(row);
            }

            @Override
            public int pairCount() {
                return table.pairCount(row);
            }

            @Override
            public int[] node() {
                return node;
            }

            @Override
            public long[] value() {
                return value;
            }

            @Override
            public boolean hasSpans() {
                return table.hasSpans(row);
            }

            @Override
            public long[] spanId() {
                return spanId;
            }
        };
    }

    /// The bytes of one block, checked; [#readPairs] takes rows out of them.
    public byte[] readBlock(int block) {
        RowTable table = rows();
        return segment.read(
                "block %d of service '%s'".formatted(block, service),
                offset + table.blockOffset(block),
                table.blockBytes(block),
                table.blockCrc(block));
    }

    /// Decodes the pairs of a row into the first elements of the arrays.
    ///
    /// @param block  the bytes of the block that `row` is in
    /// @param spanId left alone if the row has no spans
    public void readPairs(byte[] block, int row, int[] node, long[] value, long[] spanId) {
        RowTable table = rows();
        int start = table.startInBlock(row);
        var source =
                new ByteSource(
                        segment.name() + ", row " + row, block, start, start + table.rowBytes(row));
        PairCodec.read(source, table.pairCount(row), node, value);
        if (table.hasSpans(row)) {
            PairCodec.readSpans(source, table.pairCount(row), spanId);
        }
        source.expectEnd();
    }

    private ByteSource open(Section section) {
        Extent extent = Objects.requireNonNull(extents.get(section));
        String what = "section %s of service '%s'".formatted(section, service);
        byte[] stored = segment.read(what, extent.start, extent.storedBytes, extent.crc);
        byte[] decoded = segment.decompress(what, stored, extent.decodedBytes);
        return new ByteSource(segment.name() + ", " + what, decoded, 0, decoded.length);
    }

    private SeriesTable readSeries() {
        ByteSource source = open(Section.SERIES);
        SeriesTable found = DictionaryCodec.readSeries(source, DictionaryCodec.readStrings(source));
        source.expectEnd();
        return found;
    }

    private RowTable readRows() {
        ByteSource source = open(Section.ROWS);
        var found = new RowTable(source);
        source.expectEnd();
        return found;
    }

    private SymbolTable readSymbols() {
        return new SymbolTable(
                DictionaryCodec.readStrings(open(Section.STRINGS)),
                DictionaryCodec.readFunctions(open(Section.FUNCTIONS)),
                DictionaryCodec.readMappings(open(Section.MAPPINGS)),
                DictionaryCodec.readFrames(open(Section.FRAMES)));
    }

    private StackTable readStacks() {
        return DictionaryCodec.readNodes(open(Section.NODES));
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
