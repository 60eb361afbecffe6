package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.LabelMatcher.ValuePattern;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.StoredSection;
import io.flamekeeper.store.FileContent.Delete;
import io.flamekeeper.store.FileContent.Listed;
import io.flamekeeper.store.FileContent.LoggedService;
import io.flamekeeper.store.FileContent.OfCatalog;
import io.flamekeeper.store.FileContent.OfLog;
import io.flamekeeper.store.FileContent.OfSegment;
import io.flamekeeper.store.FileContent.Service;
import io.flamekeeper.store.FileContent.Stretch;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.WalEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Tells what is in a file. A log or a catalog is known by its name, a segment by its first bytes. Changes nothing.
public final class FileInspector {
    private static final int VERSION_AT = 4;

    private FileInspector() {}

    /// @param patterns makes regular expressions
    /// @throws FlamekeeperException `CORRUPT_DATA` if something is damaged, or it is none of the three;
    ///     `STORE_UNAVAILABLE` if a newer version of the software wrote it
    public static FileContent inspect(Vfs vfs, String name, Function<String, ValuePattern> patterns)
            throws IOException {
        long bytes;
        int version;
        try (VfsFile file = vfs.open(name)) {
            bytes = file.size();
            ByteBuffer found = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            file.read(VERSION_AT, found);
            version = found.getInt(0);
        }
        Optional<Generation> log = Generation.ofLog(name);
        if (log.isPresent()) {
            return log(vfs, name, version, log.get());
        }
        return Catalog.numberOf(name) > 0
                ? catalog(name, version, bytes, Catalog.read(vfs, name, patterns))
                : segment(vfs, name, version);
    }

    private static OfSegment segment(Vfs vfs, String name, int version) throws IOException {
        Segment segment = Segment.open(vfs, name);
        try {
            SegmentInfo info = LiveSegment.describe(segment, 0);
            boolean hasWindow = info.level() > 0;
            return new OfSegment(
                    name,
                    version,
                    segment.bytes(),
                    info.number(),
                    info.level(),
                    tenant(info),
                    log(info),
                    segment.header().origin() instanceof SegmentHeader.Compacted(var numbers)
                            ? numbers
                            : List.of(),
                    hasWindow ? info.window().startMillis() : 0,
                    hasWindow ? info.window().endMillis() : 0,
                    info.firstMillis(),
                    info.lastMillis(),
                    info.rows(),
                    segment.partitions().stream().mapToLong(Partition::pairCount).sum(),
                    segment.partitions().stream().map(FileInspector::service).toList(),
                    stretches(segment));
        } finally {
            segment.release();
        }
    }

    private static String tenant(SegmentInfo info) {
        return info.tenant().map(TenantId::value).orElse("");
    }

    private static String log(SegmentInfo info) {
        return info.replaces()
                .map(head -> new Generation(head.shard(), head.generation()).logName())
                .orElse("");
    }

    private static Service service(Partition partition) {
        SymbolTable symbols = partition.symbols();
        return new Service(
                partition.tenant().value(),
                partition.service(),
                partition.firstMillis(),
                partition.lastMillis(),
                partition.rowCount(),
                partition.pairCount(),
                partition.spanCount(),
                partition.series().types().size(),
                partition.series().count(),
                partition.series().strings().count(),
                symbols.strings().count(),
                symbols.functions().count(),
                symbols.mappings().count(),
                symbols.frames().count(),
                partition.stacks().count(),
                partition.sums().count(),
                partition.sums().pairCount(),
                partition.uploads().size(),
                partition.bytes());
    }

    private static List<Stretch> stretches(Segment segment) {
        List<Stretch> all = new ArrayList<>();
        long header = segment.partitionsStart();
        all.add(new Stretch("", "", "header", 0, header, header));
        for (Partition partition : segment.partitions()) {
            String tenant = partition.tenant().value();
            String service = partition.service();
            long blocks = partition.blockBytes();
            all.add(new Stretch(tenant, service, "blocks", partition.start(), blocks, blocks));
            for (StoredSection section : partition.sections()) {
                all.add(
                        new Stretch(
                                tenant,
                                service,
                                section.name().toLowerCase(Locale.ROOT),
                                section.start(),
                                section.bytes(),
                                section.decodedBytes()));
            }
        }
        long contents = segment.bytes() - segment.partitionsEnd();
        all.add(new Stretch("", "", "contents", segment.partitionsEnd(), contents, contents));
        return all;
    }

    private static OfLog log(Vfs vfs, String name, int version, Generation generation)
            throws IOException {
        LogScan.Found found = LogScan.run(vfs, name, generation);
        WalEnd end = found.end();
        return new OfLog(
                name,
                version,
                end.fileBytes(),
                generation.shard(),
                generation.number(),
                end.header(),
                end.bytes(),
                end.frameCount(),
                end.rest(),
                end.lostBytes(),
                found.profiles(),
                found.services().stream().mapToLong(service -> service.pairs).sum(),
                found.services().stream().map(FileInspector::loggedService).toList());
    }

    private static LoggedService loggedService(LogScan.Service service) {
        Dictionary.Mark names = service.names();
        return new LoggedService(
                service.partition.key().tenant().value(),
                service.partition.key().service(),
                service.frames,
                service.uploads,
                service.profiles,
                service.pairs,
                names.series(),
                names.strings(),
                names.functions(),
                names.mappings(),
                names.frames(),
                names.nodes());
    }

    private static OfCatalog catalog(String name, int version, long bytes, CatalogState state) {
        return new OfCatalog(
                name,
                version,
                bytes,
                Catalog.numberOf(name),
                state.segmentMax(),
                state.generationMax(),
                state.tombstoneMax(),
                state.segments().stream().map(FileInspector::listed).toList(),
                state.tombstones().stream().map(FileInspector::delete).toList());
    }

    private static Listed listed(SegmentInfo info) {
        return new Listed(
                info.number(),
                info.level(),
                tenant(info),
                log(info),
                info.firstMillis(),
                info.lastMillis(),
                info.rows(),
                info.bytes(),
                info.createdMillis());
    }

    private static Delete delete(Tombstone tombstone) {
        return new Delete(
                tombstone.id(),
                tombstone.tenant().value(),
                tombstone.selector().matchers().stream()
                        .map(FileInspector::text)
                        .collect(Collectors.joining(",", "{", "}")),
                tombstone.range().startMillis(),
                tombstone.range().endMillis(),
                tombstone.segments().stream().sorted().toList());
    }

    private static String text(LabelMatcher matcher) {
        return switch (matcher) {
            case LabelMatcher.Equal(String name, String value) -> text(name, "=", value);
            case LabelMatcher.NotEqual(String name, String value) -> text(name, "!=", value);
            case LabelMatcher.Regex(String name, ValuePattern pattern) ->
                    text(name, "=~", pattern.expression());
            case LabelMatcher.NotRegex(String name, ValuePattern pattern) ->
                    text(name, "!~", pattern.expression());
        };
    }

    private static String text(String name, String operator, String value) {
        return name + operator + '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
