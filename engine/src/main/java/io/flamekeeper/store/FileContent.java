package io.flamekeeper.store;

import io.flamekeeper.wal.WalEnd;
import java.util.List;

/// What is in one file of a data folder, in plain numbers and words; `""` is none. Times are in milliseconds since the
/// Unix epoch.
public sealed interface FileContent {
    String name();

    /// Of its format.
    int version();

    /// Size of the file.
    long bytes();

    /// A segment.
    ///
    /// @param number            of the segment
    /// @param level             0 = a sealed head
    /// @param tenant            whose profiles alone are in it; empty if there may be several
    /// @param log               what it was sealed from
    /// @param madeOf            numbers of the segments it was made of
    /// @param windowStartMillis begin of the hour or day that all its profiles lie in
    /// @param windowEndMillis   the same as the begin at level 0, which has no window
    /// @param firstMillis       time of the earliest profile
    /// @param lastMillis        time of the latest
    /// @param profiles          of all services
    /// @param pairs             of all services
    /// @param services          in file order
    /// @param stretches         from the first byte to the last
    record OfSegment(
            String name,
            int version,
            long bytes,
            long number,
            int level,
            String tenant,
            String log,
            List<Long> madeOf,
            long windowStartMillis,
            long windowEndMillis,
            long firstMillis,
            long lastMillis,
            long profiles,
            long pairs,
            List<Service> services,
            List<Stretch> stretches)
            implements FileContent {}

    /// What one service of one tenant has in a segment.
    ///
    /// @param labels  different names and values of labels
    /// @param strings of the symbols
    /// @param sums    exact sums of whole buckets
    /// @param bytes   in the file
    record Service(
            String tenant,
            String service,
            long firstMillis,
            long lastMillis,
            long profiles,
            long pairs,
            long spans,
            int types,
            int series,
            int labels,
            int strings,
            int functions,
            int mappings,
            int frames,
            int nodes,
            long sums,
            long sumPairs,
            int uploads,
            long bytes) {}

    /// A stretch of a segment.
    ///
    /// @param tenant  empty of what belongs to the whole file
    /// @param service likewise
    /// @param what    `header`, `blocks`, the name of a section, `contents`
    /// @param start   first byte in the file
    /// @param decoded bytes when decompressed
    record Stretch(
            String tenant, String service, String what, long start, long bytes, long decoded) {}

    /// A log.
    ///
    /// @param header    as written, or not
    /// @param end       behind its last frame
    /// @param frames    numbered from 1
    /// @param rest      what is behind the last frame
    /// @param lostBytes that had been acknowledged and cannot be reached
    /// @param services  in order of their first frame
    record OfLog(
            String name,
            int version,
            long bytes,
            int shard,
            long generation,
            WalEnd.Header header,
            long end,
            long frames,
            WalEnd.Rest rest,
            long lostBytes,
            long profiles,
            long pairs,
            List<LoggedService> services)
            implements FileContent {}

    /// What one service of one tenant has in a log.
    ///
    /// @param logged  frames of the log
    /// @param uploads that can be known again
    /// @param frames  of stacks
    record LoggedService(
            String tenant,
            String service,
            long logged,
            long uploads,
            long profiles,
            long pairs,
            int series,
            int strings,
            int functions,
            int mappings,
            int frames,
            int nodes) {}

    /// A catalog.
    ///
    /// @param segmentMax    largest number of a segment ever used
    /// @param generationMax largest generation of a log ever sealed
    /// @param deleteMax     largest id of a delete ever used
    /// @param segments      live ones
    /// @param deletes       not applied to all files yet
    record OfCatalog(
            String name,
            int version,
            long bytes,
            long number,
            long segmentMax,
            long generationMax,
            long deleteMax,
            List<Listed> segments,
            List<Delete> deletes)
            implements FileContent {}

    /// What a catalog knows of a segment.
    ///
    /// @param tenant        empty if there may be several
    /// @param log           that it stands for
    /// @param createdMillis when it was made; 0 = unknown
    record Listed(
            long number,
            int level,
            String tenant,
            String log,
            long firstMillis,
            long lastMillis,
            long profiles,
            long bytes,
            long createdMillis) {}

    /// Profiles that are deleted and still in files.
    ///
    /// @param startMillis the earliest of their times
    /// @param endMillis   the first time behind
    /// @param segments    that may still have them
    record Delete(
            long id,
            String tenant,
            String selector,
            long startMillis,
            long endMillis,
            List<Long> segments) {}
}
