package io.flamekeeper.segment;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.SegmentHeader.Compacted;
import io.flamekeeper.segment.SegmentHeader.Origin;
import io.flamekeeper.segment.SegmentHeader.Sealed;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A sealed segment, open for reading by many threads. Every byte is checked before it is believed.
///
/// Open with one reference, that of the opener; the file is closed when the last one is released.
public final class Segment {
    private final SegmentFile file;
    private final long size;
    private final SegmentHeader header;

    /// Where the partitions begin and end.
    private final long partitionsStart;

    private final long partitionsEnd;
    private final List<Partition> partitions;
    private final AtomicInteger references = new AtomicInteger(1);

    private Segment(String name, VfsFile bytes) throws IOException {
        this.file = new SegmentFile(name, bytes);
        this.size = bytes.size();
        Prelude prelude = readPrelude();
        this.header = readHeader(prelude.headerBytes);
        this.partitionsStart = SegmentLayout.PRELUDE_BYTES + (long) prelude.headerBytes;
        TableOfContents table = readTableOfContents(prelude.version);
        this.partitionsEnd = table.start;
        this.partitions = table.partitions;
    }

    private record Prelude(int version, int headerBytes) {}

    private record TableOfContents(long start, List<Partition> partitions) {}

    /// Checks header and table of contents; partitions are checked as they are used.
    ///
    /// @throws FlamekeeperException `CORRUPT_DATA`; `STORE_UNAVAILABLE` if a newer version of the software
    ///     wrote it
    public static Segment open(Vfs vfs, String name) throws IOException {
        VfsFile file = vfs.open(name);
        try {
            return new Segment(name, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private Prelude readPrelude() {
        if (size < SegmentLayout.PRELUDE_BYTES + SegmentLayout.TAIL_BYTES) {
            throw file.corrupt("%d bytes (expected: more)".formatted(size));
        }
        byte[] bytes = new byte[SegmentLayout.PRELUDE_BYTES];
        file.read(0, bytes, bytes.length);
        var source = new ByteSource(name(), bytes, 0, bytes.length);
        if (source.nextInt() != SegmentLayout.MAGIC) {
            throw file.corrupt("not a segment (expected: one begins with FKSG)");
        }
        int version = source.nextInt();
        int headerBytes = source.nextInt();
        int found = Checksum.of(bytes, 0, SegmentLayout.PRELUDE_CRC);
        int crc = source.nextInt();
        if (found != crc) {
            throw file.mismatch("beginning", 0, bytes.length, found, crc);
        }
        if (version < 1) {
            throw file.corrupt("version %d (expected: at least 1)".formatted(version));
        }
        if (version > SegmentLayout.VERSION) {
            throw new FlamekeeperException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "%s: version %d (expected: at most %d, the newest this software knows)",
                    name(),
                    version,
                    SegmentLayout.VERSION);
        }
        return new Prelude(version, headerBytes);
    }

    private SegmentHeader readHeader(int headerBytes) {
        if (headerBytes < Integer.BYTES
                || headerBytes > size - SegmentLayout.PRELUDE_BYTES - SegmentLayout.TAIL_BYTES) {
            throw file.corrupt(
                    "header of %d bytes (expected: to fit into the file)".formatted(headerBytes));
        }
        byte[] bytes = new byte[headerBytes];
        file.read(SegmentLayout.PRELUDE_BYTES, bytes, bytes.length);
        int end = headerBytes - Integer.BYTES;
        int found = Checksum.of(bytes, 0, end);
        int crc = new ByteSource(name(), bytes, end, headerBytes).nextInt();
        if (found != crc) {
            throw file.mismatch("header", SegmentLayout.PRELUDE_BYTES, headerBytes, found, crc);
        }
        var source = new ByteSource(name() + ", header", bytes, 0, end);
        long number = source.nextLong();
        int level = source.nextByte();
        String tenant = source.nextString();
        Origin origin = readOrigin(source);
        source.expectEnd();
        return new SegmentHeader(
                number,
                level,
                Optional.of(tenant).filter(id -> !id.isEmpty()).map(TenantId::new),
                origin);
    }

    private static Origin readOrigin(ByteSource source) {
        int form = source.nextByte();
        if (form == SegmentLayout.ORIGIN_SEALED) {
            return new Sealed(source.nextInt(), source.nextLong());
        }
        if (form != SegmentLayout.ORIGIN_COMPACTED) {
            throw source.corrupt("origin of form " + form);
        }
        List<Long> numbers = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            numbers.add(source.nextLong());
        }
        return new Compacted(numbers);
    }

    private TableOfContents readTableOfContents(int version) {
        byte[] tail = new byte[SegmentLayout.TAIL_BYTES];
        file.read(size - tail.length, tail, tail.length);
        var end = new ByteSource(name() + ", tail", tail, 0, tail.length);
        long start = end.nextLong();
        int length = end.nextInt();
        int crc = end.nextInt();
        if (end.nextInt() != SegmentLayout.TAIL_MAGIC
                || length < 0
                || start != size - tail.length - length) {
            throw file.corrupt(
                    "no end of a segment (expected: where its table of contents is, and GSKF)");
        }
        byte[] table =
                file.read(
                        "table of contents", start, length + SegmentLayout.TAIL_CHECKED_BYTES, crc);
        var source = new ByteSource(name() + ", table of contents", table, 0, length);
        List<TenantId> tenants = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            tenants.add(new TenantId(source.nextString()));
        }
        List<Partition> found = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            found.add(new Partition(this, version, tenants, source));
        }
        source.expectEnd();
        return new TableOfContents(start, List.copyOf(found));
    }

    public String name() {
        return file.name();
    }

    /// Size of the file.
    public long bytes() {
        return size;
    }

    /// Bytes before the first partition.
    public long partitionsStart() {
        return partitionsStart;
    }

    /// Bytes before the table of contents, which is what the file ends with.
    public long partitionsEnd() {
        return partitionsEnd;
    }

    public SegmentHeader header() {
        return header;
    }

    /// In the order they were written.
    public List<Partition> partitions() {
        return partitions;
    }

    SegmentFile file() {
        return file;
    }

    /// Takes a reference, unless the last one is already gone.
    public boolean tryAcquire() {
        return references.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    public void release() {
        int left = references.decrementAndGet();
        assert left >= 0 : name() + " released too often";
        if (left == 0) {
            try {
                file.file().close();
            } catch (IOException e) {
                throw file.unreadable(e);
            }
        }
    }

    byte[] decompress(String what, byte[] stored, int decodedBytes) {
        if (stored.length == decodedBytes) {
            return stored;
        }
        byte[] decoded = new byte[decodedBytes];
        try {
            int length =
                    new ZstdJavaDecompressor()
                            .decompress(stored, 0, stored.length, decoded, 0, decodedBytes);
            if (length == decodedBytes) {
                return decoded;
            }
            throw file.corrupt(
                    "%s decodes to %d bytes (expected: %d)".formatted(what, length, decodedBytes));
        } catch (MalformedInputException | IndexOutOfBoundsException e) {
            // Some of what is malformed the library only notices by running over an array.
            throw new FlamekeeperException(
                    e, ErrorCode.CORRUPT_DATA, "%s: %s cannot be decoded", name(), what);
        }
    }
}
