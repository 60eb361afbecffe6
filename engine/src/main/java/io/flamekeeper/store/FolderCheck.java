package io.flamekeeper.store;

import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher.ValuePattern;
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
    private static final String UNNAMED = "nothing that can be named";

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
            check(
                    SegmentNames.of(number),
                    Kind.SEGMENT,
                    file -> SegmentFileCheck.run(vfs, number, index, file));
        }
        List<Generation> logs =
                names.stream().map(Generation::ofLog).flatMap(Optional::stream).sorted().toList();
        for (Generation log : logs) {
            check(log.logName(), Kind.LOG, file -> checkLog(log, index, file));
        }
        names.stream()
                .filter(name -> Catalog.numberOf(name) <= 0)
                .filter(name -> SegmentNames.number(name).isEmpty())
                .filter(name -> Generation.ofLog(name).isEmpty())
                .forEach(name -> check(name, Kind.UNKNOWN, FolderCheck::describeOther));
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
            var file = new FileFinding(name, Kind.CATALOG);
            try {
                CatalogState found = Catalog.read(vfs, name, patterns);
                file.is(
                        "%s: %s, %s"
                                .formatted(
                                        inForce.isEmpty() ? "in force" : "an older one",
                                        FileFinding.counted(found.segments().size(), "segment"),
                                        FileFinding.counted(found.tombstones().size(), "delete")));
                CatalogCheck.fault(found)
                        .ifPresent(why -> file.damaged(name + ": " + why, UNNAMED));
                if (inForce.isEmpty()) {
                    inForce = Optional.of(name);
                    state = found;
                }
            } catch (FlamekeeperException e) {
                file.is("cannot be read");
                file.damaged(
                        Damage.reasonOf(e),
                        inForce.map("nothing while %s can be read"::formatted)
                                .orElse(
                                        "deletes that only it knows; segments are found without it"));
                isOutdated |= inForce.isEmpty();
            }
            report.accept(file.report(sizeOf(name), Optional.empty()));
        }
        return FolderIndex.of(vfs, names, inForce.orElse("any catalog"), state, isOutdated);
    }

    private void checkLog(Generation log, FolderIndex index, FileFinding file) throws IOException {
        Optional<String> sealed = index.sealedInto(log);
        if (sealed.isPresent()) {
            // It may have been another log's since, if that is not yet durable.
            file.is(
                    Kind.LEFTOVER,
                    "%s has it all; the next start deletes it".formatted(sealed.get()));
            return;
        }
        LogScan.Found found = LogScan.run(vfs, file.name(), log);
        WalEnd end = found.end();
        file.serves(found.profiles());
        file.is(
                "%s, %s%s"
                        .formatted(
                                FileFinding.counted(end.frameCount(), "frame"),
                                FileFinding.counted(found.profiles(), "profile"),
                                end.rest() == Rest.UNFINISHED
                                        ? "; then no whole frame: an unfinished write, or decay of the last one"
                                        : ""));
        if (!end.isEmpty() && end.header() != Header.AS_WRITTEN) {
            file.damaged(
                    "%s: header (expected: of shard %d, generation %d)"
                            .formatted(file.name(), log.shard(), log.number()),
                    "nothing: the frames tell, and the next start restores it");
        }
        found.fault().ifPresent(why -> file.damaged(why, UNNAMED));
        end.refusal().ifPresent(why -> file.damaged(why, "what the frame holds"));
        if (end.rest() == Rest.ACKNOWLEDGED) {
            file.damaged(
                    "%s: frame %d at byte %d is damaged (expected: whole, one behind it proves that it was synced)"
                            .formatted(file.name(), end.nextSequence(), end.bytes()),
                    "%d bytes that had been acknowledged, with %d more frames; the next start sets them aside"
                            .formatted(end.lostBytes(), end.lostFrames()));
        }
    }

    private static void describeOther(FileFinding file) {
        String name = file.name();
        if (name.endsWith(Files.UNFINISHED)) {
            file.is(Kind.LEFTOVER, "never finished; the next start deletes it");
        } else if (LogFiles.isSpare(name)) {
            file.is(Kind.LEFTOVER, "a log that is done with; the next start deletes it");
        } else if (name.equals(Reserve.NAME)) {
            file.is(Kind.RESERVE, "given up when the disk is full");
        } else if (name.endsWith(Recovery.SET_ASIDE)) {
            file.is(Kind.SET_ASIDE, "set aside by an earlier start because of damage");
        } else {
            file.is("not the store's; left alone");
        }
    }

    /// Finds out what there is to say of a file.
    @FunctionalInterface
    private interface Check {
        /// @throws FlamekeeperException `STORE_UNAVAILABLE` if it cannot be read to its end
        void run(FileFinding file) throws IOException;
    }

    private void check(String name, Kind kind, Check check) {
        var file = new FileFinding(name, kind);
        Optional<String> unread = Optional.empty();
        try {
            check.run(file);
        } catch (FlamekeeperException e) {
            unread = Optional.of(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            unread = Optional.of("%s: cannot be read: %s".formatted(name, e));
        }
        report.accept(file.report(sizeOf(name), unread));
    }

    /// 0 if it cannot be known.
    private long sizeOf(String name) {
        try (VfsFile file = vfs.open(name)) {
            return file.size();
        } catch (IOException e) {
            return 0;
        }
    }
}
