package io.flamekeeper.segment;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A sealed segment, open for reading by many threads. Every byte is checked before it is believed.
///
/// Open with one reference, that of the opener; the file is closed when the last one is released.
public final class Segment {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final VfsFile file;
    private final long size;
    private final List<Partition> partitions;
    private SegmentHeader header = SegmentHeader.sealed(0, 0, 0);
    private final AtomicInteger references = new AtomicInteger(1);

    private Segment(String name, VfsFile file) throws IOException {
        this.name = name;
        this.file = file;
        this.size = file.size();
        checkHeader();
        this.partitions = readTableOfContents();
    }

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

    private void checkHeader() throws IOException {
        if (size < SegmentLayout.HEADER_BYTES + SegmentLayout.TAIL_BYTES) {
            throw corrupt("%d bytes are too few".formatted(size));
        }
        byte[] header = readFully(0, SegmentLayout.HEADER_BYTES);
        if ((int) INT.get(header, 0) != SegmentLayout.MAGIC) {
            throw corrupt("not a segment");
        }
        if ((int) INT.get(header, SegmentLayout.HEADER_CRC)
                != Checksum.of(header, 0, SegmentLayout.HEADER_CRC)) {
            throw corrupt("header does not match its checksum");
        }
        int version = (int) INT.get(header, Integer.BYTES);
        if (version > SegmentLayout.VERSION) {
            throw new FlamekeeperException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "%s: version %d (expected: at most %d, the newest this software knows)",
                    name,
                    version,
                    SegmentLayout.VERSION);
        }
    }

    private List<Partition> readTableOfContents() throws IOException {
        byte[] tail = readFully(size - SegmentLayout.TAIL_BYTES, SegmentLayout.TAIL_BYTES);
        long start = (long) LONG.get(tail, 0);
        int length = (int) INT.get(tail, Long.BYTES);
        if ((int) INT.get(tail, SegmentLayout.TAIL_BYTES - Integer.BYTES)
                        != SegmentLayout.TAIL_MAGIC
                || length < 0
                || start != size - SegmentLayout.TAIL_BYTES - length) {
            throw corrupt("does not end as a segment does");
        }
        byte[] table = readFully(start, length + SegmentLayout.TAIL_CHECKED_BYTES);
        if (Checksum.of(table, 0, table.length)
                != (int) INT.get(tail, SegmentLayout.TAIL_CHECKED_BYTES)) {
            throw corrupt("table of contents does not match its checksum");
        }
        var source = new ByteSource(name + ", table of contents", table, 0, length);
        long number = source.nextVarint();
        int level = source.nextInt(255);
        String owner = source.nextString();
        SegmentHeader.Origin origin;
        if (source.nextInt(1) == 0) {
            origin = new SegmentHeader.Sealed(source.nextInt(Integer.MAX_VALUE), source.nextVarint());
        } else {
            List<Long> numbers = new ArrayList<>();
            for (int remaining = source.nextCount(); remaining > 0; remaining--) {
                numbers.add(source.nextVarint());
            }
            origin = new SegmentHeader.Compacted(numbers);
        }
        header =
                new SegmentHeader(
                        number,
                        level,
                        owner.isEmpty() ? Optional.empty() : Optional.of(new TenantId(owner)),
                        origin);
        List<TenantId> tenants = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            tenants.add(new TenantId(source.nextString()));
        }
        List<Partition> found = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            found.add(new Partition(this, tenants, source));
        }
        source.expectEnd();
        return List.copyOf(found);
    }

    public SegmentHeader header() {
        return header;
    }

    public String name() {
        return name;
    }

    /// Size of the file.
    public long bytes() {
        return size;
    }

    public List<Partition> partitions() {
        return partitions;
    }

    /// Takes a reference, unless the last one is already gone.
    public boolean tryAcquire() {
        return references.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    public void release() {
        int left = references.decrementAndGet();
        assert left >= 0 : name + " released too often";
        if (left == 0) {
            try {
                file.close();
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
    }

    /// Reads a stretch and checks it.
    ///
    /// @param what names it in messages
    byte[] read(String what, long position, int length, int crc) {
        byte[] bytes;
        try {
            bytes = readFully(position, length);
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (Checksum.of(bytes, 0, length) != crc) {
            throw corrupt(
                    "%s, %d bytes at %d, does not match its checksum"
                            .formatted(what, length, position));
        }
        return bytes;
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
            throw corrupt(
                    "%s decodes to %d bytes (expected: %d)".formatted(what, length, decodedBytes));
        } catch (MalformedInputException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.CORRUPT_DATA, "%s: %s cannot be decoded", name, what);
        }
    }

    private byte[] readFully(long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        int count = file.read(position, ByteBuffer.wrap(bytes));
        if (count < length) {
            throw corrupt("ends at byte %d (expected: %d)".formatted(position + count, size));
        }
        return bytes;
    }

    FlamekeeperException corrupt(String why) {
        return new FlamekeeperException(ErrorCode.CORRUPT_DATA, "%s: %s", name, why);
    }

    private FlamekeeperException unreadable(IOException e) {
        return new FlamekeeperException(
                e, ErrorCode.STORE_UNAVAILABLE, "%s: cannot be read: %s", name, e);
    }
}
