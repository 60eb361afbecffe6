package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentCheck;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.util.Optional;

/// Checks one segment of a folder: whether it should be there, is what the catalog says, and is whole.
final class SegmentFileCheck {
    private final long number;
    private final FolderIndex index;
    private final FileFinding file;
    private final Optional<SegmentInfo> listed;

    private SegmentFileCheck(long number, FolderIndex index, FileFinding file) {
        this.number = number;
        this.index = index;
        this.file = file;
        this.listed = index.listed(number);
    }

    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if it cannot be read to its end
    static void run(Vfs vfs, long number, FolderIndex index, FileFinding file) throws IOException {
        new SegmentFileCheck(number, index, file).run(vfs);
    }

    private void run(Vfs vfs) throws IOException {
        if (!index.isPresent(number)) {
            reportMissing(listed.orElseThrow());
            return;
        }
        Segment segment;
        try {
            segment = Segment.open(vfs, file.name());
        } catch (FlamekeeperException e) {
            file.is("cannot be opened");
            report(Damage.reasonOf(e), listed.map(SegmentFileCheck::profiles).orElse("all of it"));
            return;
        }
        try {
            long createdMillis = listed.map(SegmentInfo::createdMillis).orElse(0L);
            SegmentInfo found = LiveSegment.describe(segment, createdMillis);
            describe(found, segment.partitions().size());
            checkListing(found);
            SegmentCheck.run(segment, damage -> report(damage.what(), damage.lost()));
        } finally {
            segment.release();
        }
    }

    private void report(String what, String lost) {
        file.damaged(what, index.lost(number, lost));
    }

    private void reportMissing(SegmentInfo info) {
        if (index.isOutdated()) {
            file.is("missing; gone since this catalog, or lost");
        } else {
            file.is("missing");
            report(
                    "%s: missing (expected: there, as in %s)"
                            .formatted(file.name(), index.catalog()),
                    profiles(info));
        }
    }

    private void describe(SegmentInfo found, int services) {
        Optional<String> deleted = index.whyDeleted(number);
        file.serves(deleted.isPresent() ? 0 : found.rows());
        String standing =
                listed.isPresent() ? "" : "; not in the catalog, the next start takes it up";
        file.is(
                "level %d, %s, %s%s"
                        .formatted(
                                found.level(),
                                FileFinding.counted(services, "service"),
                                profiles(found),
                                deleted.map("; the next start deletes it: %s"::formatted)
                                        .orElse(standing)));
    }

    private void checkListing(SegmentInfo found) {
        if (listed.isPresent() && !listed.get().equals(found)) {
            report(
                    "%s: %s (expected: %s, as in %s)"
                            .formatted(
                                    file.name(), text(found), text(listed.get()), index.catalog()),
                    profiles(listed.get()));
        } else if (listed.isEmpty() && found.number() != number) {
            report(
                    "%s: number %d (expected: %d)".formatted(file.name(), found.number(), number),
                    "all that had the name");
        } else if (index.isUnexplained(number)) {
            report(
                    "%s: not in %s (expected: there, or its profiles elsewhere, too)"
                            .formatted(file.name(), index.catalog()),
                    "deletes that only a lost catalog knows");
        }
    }

    private static String profiles(SegmentInfo info) {
        return FileFinding.counted(info.rows(), "profile")
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
}
