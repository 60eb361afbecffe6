package io.flamekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogLineTest {
    @Test
    void doLayout_plainEvent_oneReadableLine() {
        assertThat(line("ready", null))
                .isEqualTo("2026-11-24T12:00:00Z WARN Some: ready" + System.lineSeparator());
    }

    @Test
    void doLayout_messageOfAClient_noLineOfItsOwnAndNoTerminalCommand() {
        String line = line("name: 'a\r\n2026 ERROR forged\u001b[31m\u2028\u0085'", null);
        assertThat(line.strip()).doesNotContain("\r", "\n", "\u001b", "\u2028", "\u0085");
        assertThat(line).contains("\\u000d\\u000a2026 ERROR forged\\u001b[31m\\u2028\\u0085");
    }

    @Test
    void doLayout_failureWithCauses_sameLine() {
        var failure =
                new FlamekeeperException(
                        new IOException("no\nspace"), ErrorCode.STORE_UNAVAILABLE, "store: full");
        String line = line("append", failure);
        assertThat(line.strip().lines()).hasSize(1);
        assertThat(line).contains("store: full", "IOException: no\\u000aspace", "LogLineTest");
    }

    @Test
    void doLayout_hugeMessage_bounded() {
        assertThat(line("x".repeat(100_000), null).length()).isLessThan(4_100);
    }

    @Test
    void configurator_ofTheClassPath_ours() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        assertThat(context.getLogger("io.flamekeeper").getEffectiveLevel()).isEqualTo(Level.INFO);
        assertThat(context.getLogger("com.linecorp.armeria").getEffectiveLevel())
                .isEqualTo(Level.WARN);
    }

    private static String line(String message, @Nullable Throwable failure) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        var event =
                new LoggingEvent(
                        "test",
                        context.getLogger("io.flamekeeper.Some"),
                        Level.WARN,
                        message,
                        failure,
                        new Object[0]);
        event.setInstant(Instant.parse("2026-11-24T12:00:00Z"));
        return new LogLine().doLayout(event);
    }
}
