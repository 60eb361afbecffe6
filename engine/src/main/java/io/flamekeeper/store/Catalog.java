package io.flamekeeper.store;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.LabelMatcher.ValuePattern;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Which segments are live and what is deleted. Every change is a new file with the next number; the one before
/// is kept, in case the new one cannot be read. Not for use by several threads at once.
///
/// A catalog file `catalog-<number>`, little-endian, version 1; *u* is a varint, *z* a zig-zag varint, a string
/// is its byte count *u* and its bytes:
///
///     offset    size   field
///     0         4      magic "FKCT"
///     4         4      version, 1
///     8         8      number, as in the name
///     16        …      state
///     end − 4   4      CRC-32C of everything before
///
/// The state is
///
///     largest segment number u, generation u, tombstone id u, ever used
///     clock when retention last looked z; clock before which it drops nothing z
///     segment count u, then for each
///         number u, level u, tenant as a string, empty = many
///         shard + 1 u, generation u of the log it stands for; 0, 0 = none
///         time of the earliest and latest row in milliseconds, z each; bytes u; rows u; when it was made z
///     tombstone count u, then for each
///         id u, tenant as a string, first z and last + 1 z millisecond
///         matcher count u, then for each its kind u (0 =, 1 !=, 2 =~, 3 !~), name and value as strings
///         segment count u, number u of each
final class Catalog {
    static final String PREFIX = "catalog-";

    private static final int MAGIC = 0x54434b46;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 16;

    private final Vfs vfs;
    private final StoreFault fault;
    private final boolean isNewest;
    private long number;
    private CatalogState state;

    private Catalog(Vfs vfs, StoreFault fault, long number, boolean isNewest, CatalogState state) {
        this.vfs = vfs;
        this.fault = fault;
        this.number = number;
        this.isNewest = isNewest;
        this.state = state;
    }

    /// Reads the newest catalog that can be read; an empty one if there is none.
    ///
    /// @param names    of all files
    /// @param patterns makes regular expressions
    /// @param report   gets a line for each that cannot
    static Catalog open(
            Vfs vfs,
            StoreFault fault,
            List<String> names,
            Function<String, ValuePattern> patterns,
            List<String> report)
            throws IOException {
        List<Long> numbers =
                names.stream()
                        .map(Catalog::numberOf)
                        .filter(number -> number > 0)
                        .sorted(Comparator.reverseOrder())
                        .toList();
        for (long candidate : numbers) {
            try {
                CatalogState found = read(vfs, PREFIX + candidate, patterns);
                boolean isNewest = candidate == numbers.getFirst();
                return new Catalog(vfs, fault, numbers.getFirst(), isNewest, found);
            } catch (FlamekeeperException e) {
                if (e.code() != ErrorCode.CORRUPT_DATA) {
                    throw e;
                }
                report.add(e.getMessage());
            }
        }
        long last = numbers.isEmpty() ? 0 : numbers.getFirst();
        return new Catalog(vfs, fault, last, numbers.isEmpty(), CatalogState.EMPTY);
    }

    /// The number in a catalog's name, or -1 if it is not one's.
    static long numberOf(String fileName) {
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

    /// @throws FlamekeeperException `CORRUPT_DATA`; `STORE_UNAVAILABLE` if a newer version of the software wrote it
    static CatalogState read(Vfs vfs, String name, Function<String, ValuePattern> patterns)
            throws IOException {
        byte[] bytes;
        try (VfsFile file = vfs.open(name)) {
            bytes = new byte[(int) Math.min(file.size(), Integer.MAX_VALUE - 16)];
            file.read(0, ByteBuffer.wrap(bytes));
        }
        int end = bytes.length - Integer.BYTES;
        var source = new ByteSource(name, bytes, 0, Math.max(end, 0));
        if (end < HEADER_BYTES || source.nextInt() != MAGIC) {
            throw source.corrupt("not a catalog (expected: one begins with FKCT)");
        }
        int crc = new ByteSource(name, bytes, end, bytes.length).nextInt();
        int found = Checksum.of(bytes, 0, end);
        if (found != crc) {
            throw source.corrupt("checksum %08x (expected: %08x)".formatted(found, crc));
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
        long number = source.nextLong();
        if (number != numberOf(name)) {
            throw source.corrupt("number %d (expected: as in its name)".formatted(number));
        }
        CatalogState state = readState(source, patterns);
        source.expectEnd();
        return state;
    }

    private static CatalogState readState(
            ByteSource source, Function<String, ValuePattern> patterns) {
        long segmentMax = source.nextVarint();
        long generationMax = source.nextVarint();
        long tombstoneMax = source.nextVarint();
        var clock = new RetentionClock(source.nextZigZag(), source.nextZigZag());
        List<SegmentInfo> segments = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            segments.add(readSegment(source));
        }
        List<Tombstone> tombstones = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            tombstones.add(readTombstone(source, patterns));
        }
        return new CatalogState(
                segments, tombstones, segmentMax, generationMax, tombstoneMax, clock);
    }

    private static SegmentInfo readSegment(ByteSource source) {
        long number = source.nextVarint();
        int level = source.nextInt(SegmentHeader.LEVEL_MAX);
        String tenant = source.nextString();
        int shard = source.nextInt(Integer.MAX_VALUE);
        long generation = source.nextVarint();
        return new SegmentInfo(
                number,
                level,
                tenant.isEmpty() ? Optional.empty() : Optional.of(new TenantId(tenant)),
                shard == 0
                        ? Optional.empty()
                        : Optional.of(new SegmentHeader.Sealed(shard - 1, generation)),
                source.nextZigZag(),
                source.nextZigZag(),
                source.nextVarint(),
                source.nextVarint(),
                source.nextZigZag());
    }

    private static Tombstone readTombstone(
            ByteSource source, Function<String, ValuePattern> patterns) {
        long id = source.nextVarint();
        var tenant = new TenantId(source.nextString());
        var range = new TimeRange(source.nextZigZag(), source.nextZigZag());
        List<LabelMatcher> matchers = new ArrayList<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            int kind = source.nextInt(3);
            String name = source.nextString();
            String value = source.nextString();
            matchers.add(
                    switch (kind) {
                        case 0 -> new LabelMatcher.Equal(name, value);
                        case 1 -> new LabelMatcher.NotEqual(name, value);
                        case 2 -> new LabelMatcher.Regex(name, patterns.apply(value));
                        default -> new LabelMatcher.NotRegex(name, patterns.apply(value));
                    });
        }
        Set<Long> segments = new HashSet<>();
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            segments.add(source.nextVarint());
        }
        return new Tombstone(id, tenant, new Selector(matchers), range, segments);
    }

    /// What is live.
    CatalogState state() {
        return state;
    }

    /// Whether this is what was published last, and not an older one because that cannot be read.
    boolean isNewest() {
        return isNewest;
    }

    /// Makes this the state, durably; files and names of its segments are durable already. After an
    /// [IOException] the state before still holds.
    void publish(CatalogState next) throws IOException {
        long nextNumber = number + 1;
        var sink = new ByteSink(1 << 10);
        sink.putInt(MAGIC);
        sink.putInt(VERSION);
        sink.putLong(nextNumber);
        write(next, sink);
        sink.putInt(Checksum.of(sink.array(), 0, sink.size()));
        Files.replace(vfs, fault, PREFIX + nextNumber, file -> file.write(0, sink.toByteBuffer()));
        number = nextNumber;
        state = next;
    }

    private static void write(CatalogState state, ByteSink sink) {
        sink.putVarint(state.segmentMax());
        sink.putVarint(state.generationMax());
        sink.putVarint(state.tombstoneMax());
        sink.putZigZag(state.retention().lastMillis());
        sink.putZigZag(state.retention().heldMillis());
        sink.putVarint(state.segments().size());
        for (SegmentInfo segment : state.segments()) {
            sink.putVarint(segment.number());
            sink.putVarint(segment.level());
            sink.putString(segment.tenant().map(TenantId::value).orElse(""));
            sink.putVarint(segment.replaces().map(sealed -> sealed.shard() + 1).orElse(0));
            sink.putVarint(segment.replaces().map(SegmentHeader.Sealed::generation).orElse(0L));
            sink.putZigZag(segment.firstMillis());
            sink.putZigZag(segment.lastMillis());
            sink.putVarint(segment.bytes());
            sink.putVarint(segment.rows());
            sink.putZigZag(segment.createdMillis());
        }
        sink.putVarint(state.tombstones().size());
        for (Tombstone tombstone : state.tombstones()) {
            sink.putVarint(tombstone.id());
            sink.putString(tombstone.tenant().value());
            sink.putZigZag(tombstone.range().startMillis());
            sink.putZigZag(tombstone.range().endMillis());
            sink.putVarint(tombstone.selector().matchers().size());
            tombstone.selector().matchers().forEach(matcher -> write(matcher, sink));
            sink.putVarint(tombstone.segments().size());
            tombstone.segments().stream().sorted().forEach(sink::putVarint);
        }
    }

    private static void write(LabelMatcher matcher, ByteSink sink) {
        int kind =
                switch (matcher) {
                    case LabelMatcher.Equal _ -> 0;
                    case LabelMatcher.NotEqual _ -> 1;
                    case LabelMatcher.Regex _ -> 2;
                    case LabelMatcher.NotRegex _ -> 3;
                };
        String value =
                switch (matcher) {
                    case LabelMatcher.Equal(_, String expected) -> expected;
                    case LabelMatcher.NotEqual(_, String rejected) -> rejected;
                    case LabelMatcher.Regex(_, ValuePattern pattern) -> pattern.expression();
                    case LabelMatcher.NotRegex(_, ValuePattern pattern) -> pattern.expression();
                };
        sink.putVarint(kind);
        sink.putString(matcher.name());
        sink.putString(value);
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
