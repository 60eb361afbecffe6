package io.flamekeeper.intake;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/// Times as clients write them in a query string: `now`, `now-1h`, `20260131`, `1767225600`,
/// `1767225600000`. Nothing is an error; what means nothing means now.
///
/// | text, without blanks, `_` and `,`       | meaning                                                  |
/// |-----------------------------------------|----------------------------------------------------------|
/// | 8 digits that are a date after 1900     | start of that day, UTC                                   |
/// | 13, 16, 19 digits                       | milliseconds, microseconds, nanoseconds since the epoch  |
/// | any other number of digits              | seconds since the epoch                                  |
/// | a word or nothing, then `+` or `-` and one or more numbers with units | now, and that much later or earlier |
///
/// Units by how they begin: `s`, `min` or `m`, `h`, `d`, `w`, `mon` or `M` (30 days), `y` (365 days); any
/// other unit counts 0. Times beyond the range of a `long` stop at its ends.
public final class TimeText {
    private static final long MILLISECONDS = 1_000_000L;
    private static final long MICROSECONDS = 1_000L;
    private static final long SECONDS = 1_000_000_000L;

    private TimeText() {}

    public static long parseMillis(String text, long nowMillis) {
        return Math.floorDiv(
                parseNanos(text, TimeUnit.MILLISECONDS.toNanos(nowMillis)), MILLISECONDS);
    }

    public static long parseNanos(String text, long nowNanos) {
        String dense = withoutFiller(text);
        return isNumber(dense) ? instant(dense) : relative(dense, nowNanos);
    }

    /// Whether the text means the same time whenever it is read.
    static boolean isInstant(String text) {
        return isNumber(withoutFiller(text));
    }

    private static String withoutFiller(String text) {
        StringBuilder dense = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != ' ' && c != '\t' && c != '_' && c != ',') {
                dense.append(c);
            }
        }
        return dense.toString();
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && digitsFrom(text, 0) == text.length();
    }

    private static long instant(String digits) {
        long number = number(digits, 0, digits.length());
        return switch (digits.length()) {
            case 8 -> dayOrSeconds((int) number);
            case 13 -> scaled(number, MILLISECONDS);
            case 16 -> scaled(number, MICROSECONDS);
            case 19 -> number;
            default -> scaled(number, SECONDS);
        };
    }

    private static long dayOrSeconds(int digits) {
        int year = digits / 10_000;
        if (year > 1900) {
            try {
                LocalDate day = LocalDate.of(year, digits / 100 % 100, digits % 100);
                return scaled(day.atStartOfDay(ZoneOffset.UTC).toEpochSecond(), SECONDS);
            } catch (DateTimeException notADay) {
                return scaled(digits, SECONDS);
            }
        }
        return scaled(digits, SECONDS);
    }

    private static long relative(String text, long nowNanos) {
        int sign = 0;
        while (sign < text.length() && text.charAt(sign) != '+' && text.charAt(sign) != '-') {
            sign++;
        }
        if (sign == text.length()) {
            return nowNanos;
        }
        long offset = 0;
        int at = sign + 1;
        while (at < text.length()) {
            int numberEnd = digitsFrom(text, at);
            int unitEnd = numberEnd;
            while (unitEnd < text.length() && !isDigit(text.charAt(unitEnd))) {
                unitEnd++;
            }
            long count = number(text, at, numberEnd);
            offset = added(offset, scaled(count, unit(text.substring(numberEnd, unitEnd))));
            at = unitEnd;
        }
        return added(nowNanos, text.charAt(sign) == '-' ? -offset : offset);
    }

    /// Nanoseconds, 0 if there is no such unit.
    private static long unit(String text) {
        if (text.startsWith("s")) {
            return SECONDS;
        } else if (text.startsWith("mon") || text.startsWith("M")) {
            return 30 * 86_400 * SECONDS;
        } else if (text.startsWith("m")) {
            return 60 * SECONDS;
        } else if (text.startsWith("h")) {
            return 3_600 * SECONDS;
        } else if (text.startsWith("d")) {
            return 86_400 * SECONDS;
        } else if (text.startsWith("w")) {
            return 7 * 86_400 * SECONDS;
        } else if (text.startsWith("y")) {
            return 365 * 86_400 * SECONDS;
        }
        return 0;
    }

    private static int digitsFrom(String text, int start) {
        int end = start;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long number(String text, int start, int end) {
        long number = 0;
        for (int i = start; i < end; i++) {
            number = added(scaled(number, 10), text.charAt(i) - '0');
        }
        return number;
    }

    private static long scaled(long count, long unit) {
        long high = Math.multiplyHigh(count, unit);
        long low = count * unit;
        return high == low >> 63 ? low : (high < 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
    }

    private static long added(long left, long right) {
        long sum = left + right;
        boolean overflow = ((left ^ sum) & (right ^ sum)) < 0;
        return overflow ? (left < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }
}
