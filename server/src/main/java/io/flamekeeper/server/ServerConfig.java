package io.flamekeeper.server;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.store.Durability;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The settings as values, checked. One component for each [Setting], in the same order.
///
/// @param shards at least 1
public record ServerConfig(
        InetSocketAddress listen,
        Path data,
        boolean insecureAllowRemote,
        int bodyBytesMax,
        long bodiesBytesMax,
        int profileBytesMax,
        int profileSamplesMax,
        Duration bodyTimeout,
        Duration requestTimeout,
        int connectionsMax,
        int shards,
        long sealLogBytes,
        Duration sealAge,
        Durability durability,
        int uploadsMax,
        long reserveBytes,
        Optional<Duration> retention,
        long retentionBytes,
        long compactionBytesMax) {
    private static final int UPLOADS_MAX = 1 << 28;

    private static final Map<Character, Duration> UNITS =
            Map.of(
                    's',
                    Duration.ofSeconds(1),
                    'm',
                    Duration.ofMinutes(1),
                    'h',
                    Duration.ofHours(1),
                    'd',
                    Duration.ofDays(1));

    public ServerConfig {
        if (!insecureAllowRemote && !listen.getAddress().isLoopbackAddress()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "listen: %s can be reached by others, and nobody is asked who they are"
                            + " (expected: a loopback address, or insecure-allow-remote=true)",
                    listen);
        }
    }

    /// @throws FlamekeeperException `INVALID_CONFIGURATION`, naming the setting, its source and what it may be
    public static ServerConfig of(Settings settings) {
        return new ServerConfig(
                address(settings, Setting.LISTEN),
                path(settings, Setting.DATA),
                bool(settings, Setting.INSECURE_ALLOW_REMOTE),
                (int) number(settings, Setting.BODY_BYTES_MAX, 1, Integer.MAX_VALUE - 8),
                number(settings, Setting.BODIES_BYTES_MAX, 1, Long.MAX_VALUE),
                (int) number(settings, Setting.PROFILE_BYTES_MAX, 1, Integer.MAX_VALUE - 8),
                (int) number(settings, Setting.PROFILE_SAMPLES_MAX, 1, Integer.MAX_VALUE - 8),
                duration(settings, Setting.BODY_TIMEOUT),
                duration(settings, Setting.REQUEST_TIMEOUT),
                (int) number(settings, Setting.CONNECTIONS_MAX, 1, Integer.MAX_VALUE),
                shards((int) number(settings, Setting.SHARDS, 0, 1024)),
                number(settings, Setting.SEAL_LOG_BYTES, 1, Long.MAX_VALUE),
                duration(settings, Setting.SEAL_AGE),
                durability(settings, Setting.DURABILITY),
                (int) number(settings, Setting.UPLOADS_MAX, 1, UPLOADS_MAX),
                number(settings, Setting.RESERVE_BYTES, 0, Long.MAX_VALUE / 2),
                settings.text(Setting.RETENTION).equals("off")
                        ? Optional.empty()
                        : Optional.of(duration(settings, Setting.RETENTION)),
                number(settings, Setting.RETENTION_BYTES, 0, Long.MAX_VALUE),
                number(settings, Setting.COMPACTION_BYTES_MAX, 1 << 20, Long.MAX_VALUE));
    }

    private static int shards(int asked) {
        return asked == 0 ? Runtime.getRuntime().availableProcessors() : asked;
    }

    private static InetSocketAddress address(Settings settings, Setting setting) {
        String text = settings.text(setting);
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= 0xffff) {
                return new InetSocketAddress(InetAddress.getByName(text.substring(0, colon)), port);
            }
        } catch (NumberFormatException | UnknownHostException e) {
            throw invalid(settings, setting, "HOST:PORT, such as 127.0.0.1:4040", e);
        }
        throw invalid(settings, setting, "HOST:PORT, such as 127.0.0.1:4040");
    }

    private static Path path(Settings settings, Setting setting) {
        try {
            return Path.of(settings.text(setting));
        } catch (InvalidPathException e) {
            throw invalid(settings, setting, "the path of a folder", e);
        }
    }

    private static boolean bool(Settings settings, Setting setting) {
        return switch (settings.text(setting)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(settings, setting, "true or false");
        };
    }

    private static Durability durability(Settings settings, Setting setting) {
        return switch (settings.text(setting)) {
            case "fsync" -> Durability.FSYNC;
            case "interval" -> Durability.INTERVAL;
            case "none" -> Durability.NONE;
            default -> throw invalid(settings, setting, "fsync, interval or none");
        };
    }

    private static long number(Settings settings, Setting setting, long min, long max) {
        String expected = "a whole number from %d to %d".formatted(min, max);
        try {
            long number = Long.parseLong(settings.text(setting));
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid(settings, setting, expected, e);
        }
        throw invalid(settings, setting, expected);
    }

    private static Duration duration(Settings settings, Setting setting) {
        String text = settings.text(setting);
        String expected = "a duration above 0, such as 30s, 15m, 12h or 7d";
        char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
        Duration unit = UNITS.getOrDefault(last, Duration.ZERO);
        try {
            Duration duration =
                    unit.multipliedBy(
                            Long.parseLong(text.substring(0, Math.max(0, text.length() - 1))));
            if (duration.isPositive()) {
                return duration;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw invalid(settings, setting, expected, e);
        }
        throw invalid(settings, setting, expected);
    }

    private static FlamekeeperException invalid(
            Settings settings, Setting setting, String expected, Exception cause) {
        FlamekeeperException invalid = invalid(settings, setting, expected);
        invalid.initCause(cause);
        return invalid;
    }

    private static FlamekeeperException invalid(
            Settings settings, Setting setting, String expected) {
        Settings.Value value = settings.value(setting);
        return new FlamekeeperException(
                ErrorCode.INVALID_CONFIGURATION,
                "%s: '%s' from %s (expected: %s)",
                setting.key(),
                value.text(),
                value.source(),
                expected);
    }
}
