package io.flamekeeper.format.collapsed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.DecodedText;
import io.flamekeeper.format.StackCounts;
import io.flamekeeper.format.StackSpeller;
import io.flamekeeper.format.Strings;
import io.flamekeeper.format.TextFormat;
import io.flamekeeper.format.TextLoss;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ValueType;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/// Collapsed stacks: frames separated by `;`, the outermost first, and in [Counting#COUNTED] a blank and a
/// whole number behind the last one.
///
/// Lines end with `\n` or `\r\n`. A frame is whatever stands between two separators, with the line numbers,
/// threads and marks that profilers write into it; one `;` behind the last frame is none. A line without a
/// blank is no stack: it is left out and, unless it is empty, counted as [TextLoss#LINE_WITHOUT_COUNT].
/// Source: the input of the FlameGraph tools.
public final class CollapsedFormat implements TextFormat {
    private static final ValueType SAMPLES = new ValueType("samples", "count");
    private static final int LINE_BYTES_MAX = 64 << 10;

    /// What says how often a stack was seen.
    public enum Counting {
        /// The number at the end of its line.
        COUNTED,
        /// The line itself, once.
        ONE_A_LINE
    }

    private final DecodeLimits limits;
    private final Counting counting;
    private final long hashSeed = new SecureRandom().nextLong();

    public CollapsedFormat(DecodeLimits limits, Counting counting) {
        this.limits = limits;
        this.counting = counting;
    }

    @Override
    public String name() {
        return switch (counting) {
            case COUNTED -> "groups";
            case ONE_A_LINE -> "lines";
        };
    }

    @Override
    public DecodedText read(byte[] body) {
        if (!Utf8.isValid(body, 0, body.length)) {
            throw malformed("not UTF-8 (expected: text, stacks of frames with ; between them)");
        }
        var reading = new Reading(body);
        for (int start = 0, number = 1; start < body.length; number++) {
            int end = start;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            if (end - start > LINE_BYTES_MAX) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "%s: line %d has %d bytes (expected: at most %d)",
                        name(),
                        number,
                        end - start,
                        LINE_BYTES_MAX);
            }
            int withoutReturn = end > start && body[end - 1] == '\r' ? end - 1 : end;
            reading.line(start, withoutReturn, number);
            start = end + 1;
        }
        return reading.text();
    }

    @FormatMethod
    private FlamekeeperException malformed(String message, Object... args) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE, "%s: %s", name(), message.formatted(args));
    }

    /// One upload on its way.
    private final class Reading {
        private final byte[] body;
        private final StackSpeller speller;
        private final StackCounts counts;
        private long linesWithoutCount;

        Reading(byte[] body) {
            this.body = body;
            this.speller = new StackSpeller(name(), limits, hashSeed, body.length);
            this.counts = new StackCounts(name(), limits, hashSeed);
        }

        void line(int start, int end, int number) {
            switch (counting) {
                case COUNTED -> {
                    int blank = end - 1;
                    while (blank >= start && body[blank] != ' ') {
                        blank--;
                    }
                    if (blank >= start) {
                        add(start, blank, count(blank + 1, end, number));
                    } else if (end > start) {
                        linesWithoutCount++;
                    }
                }
                case ONE_A_LINE -> {
                    if (end > start) {
                        add(start, end, 1);
                    }
                }
            }
        }

        /// A whole number, in ASCII digits and with or without a sign.
        private long count(int start, int end, int number) {
            boolean isNegative = start < end && body[start] == '-';
            int at = isNegative || (start < end && body[start] == '+') ? start + 1 : start;
            long negated = 0;
            boolean isCount = at < end;
            while (isCount && at < end) {
                int digit = body[at++] - '0';
                isCount = digit >= 0 && digit <= 9 && negated >= (Long.MIN_VALUE + digit) / 10;
                negated = 10 * negated - digit;
            }
            if (!isCount || (!isNegative && negated == Long.MIN_VALUE)) {
                throw malformed(
                        "line %d counts '%.100s' (expected: a whole number behind the last blank)",
                        number, new String(body, start, end - start, UTF_8));
            }
            return isNegative ? negated : -negated;
        }

        private void add(int start, int end, long amount) {
            speller.leave(0);
            for (int at = start; at < end; at++) {
                int first = at;
                while (at < end && body[at] != ';') {
                    at++;
                }
                speller.enter(speller.frame(speller.string(body, first, at)));
            }
            counts.add(speller.stack(), 0, amount);
        }

        DecodedText text() {
            return new DecodedText(
                    List.of(
                            counts.profile(
                                    speller.symbols(),
                                    speller.stacks(),
                                    SAMPLES,
                                    Strings.EMPTY,
                                    0)),
                    1,
                    Map.of(
                            TextLoss.LINE_WITHOUT_COUNT,
                            linesWithoutCount,
                            TextLoss.CUT_STACK,
                            speller.cuts()));
        }
    }
}
