package io.flamekeeper.store;

import java.util.Optional;

/// Names one head of one shard, and its log.
///
/// @param number unique in the store, later heads have larger ones
record Generation(int shard, long number) implements Comparable<Generation> {
    private static final String LOG_PREFIX = "wal-";
    private static final String LOG_SUFFIX = ".log";

    String logName() {
        return LOG_PREFIX + shard + "-" + number + LOG_SUFFIX;
    }

    /// The generation whose log has this name; empty if it is no log's.
    static Optional<Generation> ofLog(String fileName) {
        return parse(fileName, LOG_PREFIX, LOG_SUFFIX)
                .filter(generation -> generation.logName().equals(fileName));
    }

    /// The generation that a log, or what was set aside of one, was made for.
    static Optional<Generation> ofAny(String fileName) {
        return parse(fileName, LOG_PREFIX, LOG_SUFFIX);
    }

    private static Optional<Generation> parse(String fileName, String prefix, String suffix) {
        int end = fileName.indexOf(suffix);
        int dash = fileName.indexOf('-', prefix.length());
        if (!fileName.startsWith(prefix) || dash < 0 || end < dash) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Generation(
                            Integer.parseInt(fileName, prefix.length(), dash, 10),
                            Long.parseLong(fileName, dash + 1, end, 10)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(Generation other) {
        return Long.compare(number, other.number);
    }
}
