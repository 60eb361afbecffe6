package io.flamekeeper.store;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which segments are live. Every change is a new file with the next number; the one before is kept, in case
/// the new one cannot be read. Not for use by several threads at once.
///
/// A catalog file `catalog-<number>`, little-endian, version 1:
///
///     offset    size   field
///     0         4      magic "FKCT"
///     4         4      version, 1
///     8         8      number, as in the name
///     16        4      segments n
///     20        12·n   shard (4) and generation (8) of each
///     end − 4   4      CRC-32C of everything before
final class Catalog {
    private static final int MAGIC = 0x54434b46;
    private static final int VERSION = 1;
    private static final int BYTES_MIN = 24;
    private static final String PREFIX = "catalog-";

    private final Vfs vfs;
    private final StoreFault fault;
    private long number;
    private List<Generation> segments;

    private Catalog(Vfs vfs, StoreFault fault, long number, List<Generation> segments) {
        this.vfs = vfs;
        this.fault = fault;
        this.number = number;
        this.segments = segments;
    }

    /// Reads the newest catalog that can be read; an empty one if there is none.
    ///
    /// @param names  of all files
    /// @param report gets a line for each that cannot
    static Catalog open(Vfs vfs, StoreFault fault, List<String> names, List<String> report)
            throws IOException {
        List<Long> numbers =
                names.stream()
                        .map(Catalog::numberOf)
                        .filter(number -> number > 0)
                        .sorted(Comparator.reverseOrder())
                        .toList();
        for (long candidate : numbers) {
            try {
                List<Generation> found = read(vfs, candidate);
                return new Catalog(vfs, fault, numbers.getFirst(), found);
            } catch (FlamekeeperException e) {
                if (e.code() != ErrorCode.CORRUPT_DATA) {
                    throw e;
                }
                report.add(e.getMessage());
            }
        }
        return new Catalog(vfs, fault, numbers.isEmpty() ? 0 : numbers.getFirst(), List.of());
    }

    /// The number in a catalog's name, or -1 if it is not one's.
    private static long numberOf(String fileName) {
        if (!fileName.startsWith(PREFIX)) {
            return -1;
        }
        try {
            long number = Long.parseLong(fileName, PREFIX.length(), fileName.length(), 10);
            return fileName.equals(PREFIX + number) ? number : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static List<Generation> read(Vfs vfs, long number) throws IOException {
        String name = PREFIX + number;
        byte[] bytes;
        try (VfsFile file = vfs.open(name)) {
            bytes = new byte[(int) Math.min(file.size(), Integer.MAX_VALUE - 16)];
            file.read(0, ByteBuffer.wrap(bytes));
        }
        int end = bytes.length - Integer.BYTES;
        var source = new ByteSource(name, bytes, 0, bytes.length);
        if (bytes.length < BYTES_MIN || source.nextInt() != MAGIC) {
            throw source.corrupt("not a catalog");
        }
        int crc = new ByteSource(name, bytes, end, bytes.length).nextInt();
        if (Checksum.of(bytes, 0, end) != crc) {
            throw source.corrupt("does not match its checksum");
        }
        int version = source.nextInt();
        if (version > VERSION) {
            throw new FlamekeeperException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "%s: version %d (expected: at most %d, the newest this software knows)",
                    name,
                    version,
                    VERSION);
        }
        if (source.nextLong() != number) {
            throw source.corrupt("is a copy of another");
        }
        List<Generation> segments = new ArrayList<>();
        for (int remaining = source.nextInt(); remaining > 0; remaining--) {
            segments.add(new Generation(source.nextInt(), source.nextLong()));
        }
        return segments;
    }

    /// Live segments.
    List<Generation> segments() {
        return List.copyOf(segments);
    }

    /// Makes exactly these segments the live ones, durably; their files and names are durable already. After
    /// an [IOException] the ones before are still live.
    void publish(List<Generation> live) throws IOException {
        long next = number + 1;
        var sink = new ByteSink(BYTES_MIN + live.size() * (Integer.BYTES + Long.BYTES));
        sink.putInt(MAGIC);
        sink.putInt(VERSION);
        sink.putLong(next);
        sink.putInt(live.size());
        for (Generation generation : live) {
            sink.putInt(generation.shard());
            sink.putLong(generation.number());
        }
        sink.putInt(Checksum.of(sink.array(), 0, sink.size()));
        String name = PREFIX + next;
        Files.replace(vfs, fault, name, file -> file.write(0, sink.toByteBuffer()));
        number = next;
        segments = List.copyOf(live);
    }

    /// Deletes all but the newest two.
    void removeOld() throws IOException {
        for (String name : vfs.list()) {
            long found = numberOf(name);
            if (found > 0 && found < number - 1) {
                vfs.delete(name);
            }
        }
    }
}
