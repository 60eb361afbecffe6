package io.flamekeeper.store;

import java.util.OptionalLong;

/// Names of segment files: `segment-<number>.seg`.
final class SegmentNames {
    private static final String PREFIX = "segment-";
    private static final String SUFFIX = ".seg";

    private SegmentNames() {}

    static String of(long number) {
        return PREFIX + number + SUFFIX;
    }

    /// Empty if the name is no segment's.
    static OptionalLong number(String fileName) {
        OptionalLong number = ofAny(fileName);
        return number.isPresent() && of(number.getAsLong()).equals(fileName)
                ? number
                : OptionalLong.empty();
    }

    /// Also of one that is unfinished or set aside.
    static OptionalLong ofAny(String fileName) {
        int end = fileName.indexOf(SUFFIX);
        if (!fileName.startsWith(PREFIX) || end < PREFIX.length()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(fileName, PREFIX.length(), end, 10));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
