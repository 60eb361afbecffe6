package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher.ValuePattern;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentCheck;
import io.flamekeeper.store.FileReport.Kind;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.LogFiles;
import io.flamekeeper.wal.WalEnd;
import io.flamekeeper.wal.WalEnd.Header;
import io.flamekeeper.wal.WalEnd.Rest;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/// Reads every file of a folder that no store has open, and says what each is and what is wrong with it. Changes
/// nothing, and goes on behind what it finds.
///
/// What a crash leaves is well: a write that was never finished at the end of a log, an unfinished file, a segment
/// or a log that others have all of. Takes the memory of the dictionaries of one log or of one partition.
public final class FolderCheck {
    private final Vfs vfs;
    private final Function<String, ValuePattern> patterns;
    private final Consumer<FileReport> report;
    private final Set<String> names;

    private FolderCheck(
            Vfs vfs, Function<String, ValuePattern> patterns, Consumer<FileReport> report)
            throws IOException {
        this.vfs = vfs;
        this.patterns = patterns;
        this.report = report;
        this.names = new TreeSet<>(vfs.list());
    }

    /// @param patterns makes regular expressions
    /// @param report   gets every file, and every segment that is missing: catalogs, segments, logs, the rest
    /// @throws IOException          if the folder or a catalog cannot be read
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote a catalog
    public static void run(
            Vfs vfs, Function<String, ValuePattern> patterns, Consumer<FileReport> report)
            throws IOException {
        new FolderCheck(vfs, patterns, report).run();
    }

    private void run() throws IOException {
        FolderIndex index = checkCatalogs();
        for (long number : index.segments()) {
            var file = new File(SegmentNames.of(number), Kind.SEGMENT);
            file.check(() -> checkSegment(number, index, file));
        }
        List<Generation> logs =
                names.stream().map(Generation::ofLog).flatMap(Optional::stream).sorted().toList();
        for (Generation log : logs) {
            var file = new File(log.logName(), Kind.LOG);
            file.check(() -> checkLog(log, index, file));
        }
        for (String name : names) {
            boolean isDone =
                    Catalog.numberOf(name) > 0
                            || SegmentNames.number(name).isPresent()
                            || Generation.ofLog(name).isPresent();
            if (!isDone) {
                reportOther(name);
            }
        }
    }

    private FolderIndex checkCatalogs() throws IOException {
        List<String> newestFirst =
                names.stream()
                        .filter(name -> Catalog.numberOf(name) > 0)
                        .sorted(Comparator.comparingLong(Catalog::numberOf).reversed())
                        .toList();
        Optional<String> inForce = Optional.empty();
        CatalogState state = CatalogState.EMPTY;
        boolean isOutdated = false;
        for (String name : newestFirst) {
            var file = new File(name, Kind.CATALOG);
            try {
                CatalogState found = Catalog.read(vfs, name, patterns);
                file.summary =
                        "%s: %s, %s"
                                .formatted(
                                        inForce.isEmpty() ? "in force" : "an older one",
                                        counted(found.segments().size(), "segment"),
                                        counted(found.tombstones().size(), "delete"));
                CatalogCheck.fault(found)
                        .ifPresent(why ->
                                file.damages.add(name + ": " + why, "nothing that can be named"));
                if (inForce.isEmpty()) {
                    inForce = Optional.of(name);
                    state = found;
                }
            } catch (FlamekeeperException e) {
                file.summary = "cannot be read";
                file.damages.add(
                        messageOf(e),
                        inForce.map("nothing while %s can be read"::formatted)
                                .orElse(
                                        "deletes that only it knows; segments are found without it"));
                isOutdated |= inForce.isEmpty();
            }
            file.report(Optional.empty());
        }
        return FolderIndex.of(vfs, names, inForce.orElse("any catalog"), state, isOutdated);
    }

    private void checkSegment(long number, FolderIndex index, File file) throws IOException {
        Optional<SegmentInfo> listed = index.listed(number);
        if (!index.isPresent(number)) {
            reportMissing(listed.orElseThrow(), index, file);
            return;
        }
        Segment segment;
        try {
            segment = Segment.open(vfs, file.name);
        } catch (FlamekeeperException e) {
            file.summary = "cannot be opened";
            String all = listed.map(FolderCheck::profiles).orElse("all of it");
            file.damages.add(messageOf(e), index.lost(number, all));
            return;
        }
        try {
            SegmentInfo found =
                    LiveSegment.describe(
                            segment, listed.map(SegmentInfo::createdMillis).orElse(0L));
            Optional<String> deleted = index.whyDeleted(number);
            file.profiles = deleted.isPresent() ? 0 : found.rows();
            file.summary =
                    "level %d, %s, %s%s"
                            .formatted(
                                    found.level(),
                                    counted(segment.partitions().size(), "service"),
                                    profiles(found),
                                    deleted.map("; the next start deletes it: %s"::formatted)
                                            .orElse(
                                                    listed.isPresent()
                                                            ? ""
                                                            : "; not in the catalog, the next start takes it up"));
            checkListing(number, found, index, file);
            SegmentCheck.run(
                    segment,
                    damage -> file.damages.add(damage.what(), index.lost(number, damage.lost())));
        } finally {
            segment.release();
        }
    }

    private static void checkListing(long number, SegmentInfo found, FolderIndex index, File file) {
        Optional<SegmentInfo> listed = index.listed(number);
        if (listed.isPresent() && !listed.get().equals(found)) {
            file.damages.add(
                    "%s: %s (expected: %s, as in %s)"
                            .formatted(file.name, text(found), text(listed.get()), index.catalog()),
                    profiles(listed.get()));
        } else if (listed.isEmpty() && found.number() != number) {
            file.damages.add(
                    "%s: number %d (expected: %d)".formatted(file.name, found.number(), number),
                    "all that had the name");
        } else if (index.isUnexplained(number)) {
            file.damages.add(
                    "%s: not in %s (expected: there, or its profiles elsewhere, too)"
                            .formatted(file.name, index.catalog()),
                    "deletes that only a lost catalog knows");
        }
    }

    private static void reportMissing(SegmentInfo listed, FolderIndex index, File file) {
        if (index.isOutdated()) {
            file.summary = "missing; gone since this catalog, or lost";
        } else {
            file.summary = "missing";
            file.damages.add(
                    "%s: missing (expected: there, as in %s)".formatted(file.name, index.catalog()),
                    index.lost(listed.number(), profiles(listed)));
        }
    }

    private static String profiles(SegmentInfo info) {
        return counted(info.rows(), "profile")
                + info.tenant().map(tenant -> " of tenant '" + tenant.value() + "'").orElse("");
    }

    private static String text(SegmentInfo info) {
        return "number %d, level %d, %s at %d to %d ms, %d bytes, %s"
                .formatted(
                        info.number(),
                        info.level(),
                        profiles(info),
                        info.firstMillis(),
                        info.lastMillis(),
                        info.bytes(),
                        info.replaces()
                                .map(head ->
                                        "of "
                                                + new Generation(head.shard(), head.generation())
                                                        .logName())
                                .orElse("of no log"));
    }

    private static String counted(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }

    private void checkLog(Generation log, FolderIndex index, File file) throws IOException {
        Optional<String> sealed = index.sealedInto(log);
        if (sealed.isPresent()) {
            // It may have been another log's since, if that is not yet durable.
            file.kind = Kind.LEFTOVER;
            file.summary = "%s has it all; the next start deletes it".formatted(sealed.get());
            return;
        }
        LogScan.Found found = LogScan.run(vfs, file.name, log);
        WalEnd end = found.end();
        file.profiles = found.profiles();
        file.summary =
                "%s, %s%s"
                        .formatted(
                                counted(end.frameCount(), "frame"),
                                counted(found.profiles(), "profile"),
                                end.rest() == Rest.UNFINISHED
                                        ? "; then no whole frame: an unfinished write, or decay of the last one"
                                        : "");
        if (!end.isEmpty() && end.header() != Header.AS_WRITTEN) {
            file.damages.add(
                    "%s: header (expected: of shard %d, generation %d)"
                            .formatted(file.name, log.shard(), log.number()),
                    "nothing: the frames tell, and the next start restores it");
        }
        found.fault().ifPresent(why -> file.damages.add(why, "nothing that can be named"));
        end.refusal().ifPresent(why -> file.damages.add(why, "what the frame holds"));
        if (end.rest() == Rest.ACKNOWLEDGED) {
            file.damages.add(
                    "%s: frame %d at byte %d is damaged (expected: whole, one behind it proves that it was synced)"
                            .formatted(file.name, end.nextSequence(), end.bytes()),
                    "%d bytes that had been acknowledged, with %d more frames; the next start sets them aside"
                            .formatted(end.lostBytes(), end.lostFrames()));
        }
    }

    private void reportOther(String name) {
        var file = new File(name, Kind.UNKNOWN);
        if (name.endsWith(Files.UNFINISHED)) {
            file.kind = Kind.LEFTOVER;
            file.summary = "never finished; the next start deletes it";
        } else if (LogFiles.isSpare(name)) {
            file.kind = Kind.LEFTOVER;
            file.summary = "a log that is done with; the next start deletes it";
        } else if (name.equals(Reserve.NAME)) {
            file.kind = Kind.RESERVE;
            file.summary = "given up when the disk is full";
        } else if (name.endsWith(Recovery.SET_ASIDE)) {
            file.kind = Kind.SET_ASIDE;
            file.summary = "set aside by an earlier start because of damage";
        } else {
            file.summary = "not the store's; left alone";
        }
        file.report(Optional.empty());
    }

    /// What is being found out about a file.
    private final class File {
        final String name;
        final Damages damages = new Damages();
        Kind kind;
        long profiles;
        String summary = "";

        File(String name, Kind kind) {
            this.name = name;
            this.kind = kind;
        }

        /// Reports what `check` finds, also if it cannot read the file to its end.
        void check(Check check) {
            try {
                check.run();
                report(Optional.empty());
            } catch (FlamekeeperException e) {
                report(Optional.of(String.valueOf(e.getMessage())));
            } catch (IOException e) {
                report(Optional.of("%s: cannot be read: %s".formatted(name, e)));
            }
        }

        void report(Optional<String> unread) {
            report.accept(
                    new FileReport(
                            name,
                            kind,
                            sizeOf(name),
                            profiles,
                            summary,
                            damages.kept(),
                            damages.count(),
                            unread));
        }
    }

    /// Finds out what there is to say of a file.
    @FunctionalInterface
    private interface Check {
        void run() throws IOException;
    }

    /// 0 if it cannot be known.
    private long sizeOf(String name) {
        try (VfsFile file = vfs.open(name)) {
            return file.size();
        } catch (IOException e) {
            return 0;
        }
    }

    /// Why something is wrong with a file.
    ///
    /// @throws FlamekeeperException the same, if that is no fault of the file
    private static String messageOf(FlamekeeperException e) {
        if (e.code() == ErrorCode.STORE_UNAVAILABLE) {
            throw e;
        }
        return String.valueOf(e.getMessage());
    }
}
