package io.flamekeeper.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;

/// One event, one line: `2026-11-24T04:05:06.789Z WARN Appender: message | Exception: why | at frame …`.
///
/// Messages may quote what a client sent, so no control character gets through: neither a line of its own
/// nor a command to a terminal.
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final int FRAMES_MAX = 12;
    private static final int CAUSES_MAX = 4;
    private static final int CHARS_MAX = 4_000;

    @Override
    public String doLayout(ILoggingEvent event) {
        var line = new StringBuilder(200);
        String logger = event.getLoggerName();
        line.append(event.getInstant())
                .append(' ')
                .append(event.getLevel())
                .append(' ')
                .append(logger.substring(logger.lastIndexOf('.') + 1))
                .append(": ")
                .append(event.getFormattedMessage());
        IThrowableProxy failure = event.getThrowableProxy();
        for (int depth = 0; failure != null && depth < CAUSES_MAX; depth++) {
            append(line, failure);
            failure = failure.getCause();
        }
        return escaped(line) + System.lineSeparator();
    }

    private static void append(StringBuilder line, IThrowableProxy failure) {
        line.append(" | ").append(failure.getClassName()).append(": ").append(failure.getMessage());
        StackTraceElementProxy[] frames = failure.getStackTraceElementProxyArray();
        for (int i = 0; i < Math.min(frames.length, FRAMES_MAX); i++) {
            line.append(" | ").append(frames[i].getSTEAsString());
        }
    }

    static String escaped(CharSequence text) {
        var escaped = new StringBuilder(text.length());
        for (int i = 0; i < Math.min(text.length(), CHARS_MAX); i++) {
            char c = text.charAt(i);
            boolean control = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
            if (control) {
                escaped.append("\\u%04x".formatted((int) c));
            } else {
                escaped.append(c);
            }
        }
        return text.length() > CHARS_MAX ? escaped.append('…').toString() : escaped.toString();
    }
}
