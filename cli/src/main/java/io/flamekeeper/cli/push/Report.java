package io.flamekeeper.cli.push;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Says what became of each file, and of all.
final class Report {
    private static final int FORMAT_WIDTH = 13;

    private final PrintWriter out;
    private final Progress progress;
    private final int fileWidth;
    private final Map<Outcome.State, Integer> filesByState = new EnumMap<>(Outcome.State.class);
    private long bytes;
    private long profiles;

    Report(List<Path> files, PrintWriter out, Progress progress) {
        this.out = out;
        this.progress = progress;
        this.fileWidth = files.stream().mapToInt(file -> file.toString().length()).max().orElse(1);
    }

    void print(Outcome outcome) {
        filesByState.merge(outcome.state(), 1, Integer::sum);
        if (outcome.state() != Outcome.State.FAILED) {
            bytes += outcome.bytes();
            profiles += outcome.state() == Outcome.State.STORED ? outcome.profiles() : 0;
        }
        String line =
                String.format(
                        Locale.ROOT,
                        "%-" + fileWidth + "s  %-" + FORMAT_WIDTH + "s  %,13d  %s",
                        outcome.file(),
                        outcome.format(),
                        outcome.bytes(),
                        outcome.words());
        progress.above(() -> {
            out.println(printable(line));
            out.flush();
        });
    }

    boolean isAnyFailed() {
        return filesByState.containsKey(Outcome.State.FAILED);
    }

    void printSum() {
        out.println(
                String.format(
                        Locale.ROOT,
                        "%s, %,d bytes taken: %,d stored (%s), %,d repeated, %,d empty, %,d failed",
                        counted(
                                filesByState.values().stream().mapToInt(Integer::intValue).sum(),
                                "file"),
                        bytes,
                        count(Outcome.State.STORED),
                        counted(profiles, "profile"),
                        count(Outcome.State.REPEATED),
                        count(Outcome.State.EMPTY),
                        count(Outcome.State.FAILED)));
        out.flush();
    }

    static String counted(long count, String thing) {
        return String.format(Locale.ROOT, count == 1 ? "%,d %s" : "%,d %ss", count, thing);
    }

    private int count(Outcome.State state) {
        return filesByState.getOrDefault(state, 0);
    }

    /// What a file's name or a server says does not move the cursor.
    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
