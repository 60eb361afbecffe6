package io.flamekeeper.server;

import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.RelabelRule;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.PerTenant;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.store.Durability;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// The settings as values, checked. One component for each [Setting], in the same order.
///
/// @param bodiesBytesMax at least 1
/// @param shards         at least 1
public record ServerConfig(
        InetSocketAddress listen,
        Path data,
        boolean insecureAllowRemote,
        Optional<Path> tokens,
        int bodyBytesMax,
        long bodiesBytesMax,
        PerTenant<Integer> profileBytesMax,
        PerTenant<Integer> profileSamplesMax,
        PerTenant<Integer> profileLabelSetsMax,
        PerTenant<Integer> sampleLabelsMax,
        PerTenant<Integer> stackDepthMax,
        PerTenant<Integer> symbolBytesMax,
        PerTenant<Integer> labelsMax,
        PerTenant<Integer> labelNameBytesMax,
        PerTenant<Integer> labelValueBytesMax,
        PerTenant<Integer> labelValuesMax,
        PerTenant<Optional<Duration>> profileAgeMax,
        PerTenant<Duration> profileFutureMax,
        PerTenant<Long> uploadRate,
        PerTenant<Long> uploadBurst,
        PerTenant<Integer> seriesMax,
        PerTenant<List<RelabelRule>> relabel,
        PerTenant<Boolean> dropNoneLabels,
        PerTenant<Boolean> goStackRepair,
        PerTenant<Boolean> goTypeFolding,
        Duration headerTimeout,
        Duration bodyTimeout,
        Duration requestTimeout,
        Duration answerTimeout,
        Duration idleTimeout,
        int connectionsMax,
        int shards,
        long sealLogBytes,
        Duration sealAge,
        Durability durability,
        int uploadsMax,
        long reserveBytes,
        PerTenant<Optional<Duration>> retention,
        PerTenant<Long> retentionBytes,
        long compactionBytesMax) {
    private static final int UPLOADS_MAX = 1 << 28;
    private static final int ARRAY_MAX = Integer.MAX_VALUE - 8;

    /// So that the labels which the server itself puts on a series always fit.
    private static final int LABEL_BYTES_MIN = 32;

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
                    "listen: %s can be reached by others, and %s"
                            + " (expected: a loopback address, or insecure-allow-remote=true)",
                    listen,
                    tokens.isEmpty()
                            ? "nobody is asked who they are"
                            : "tokens would cross the network as they are");
        }
    }

    /// @throws FlamekeeperException `INVALID_CONFIGURATION`, naming the setting, its source and what it may be
    public static ServerConfig of(Settings settings) {
        return new ServerConfig(
                address(settings, Setting.LISTEN),
                path(settings, Setting.DATA),
                bool(settings, Setting.INSECURE_ALLOW_REMOTE),
                pathOrNone(settings, Setting.TOKENS),
                (int) number(settings, Setting.BODY_BYTES_MAX, 1, Integer.MAX_VALUE - 8),
                bodies(number(settings, Setting.BODIES_BYTES_MAX, 0, Long.MAX_VALUE)),
                counts(settings, Setting.PROFILE_BYTES_MAX, 1, ARRAY_MAX),
                counts(settings, Setting.PROFILE_SAMPLES_MAX, 1, ARRAY_MAX),
                counts(settings, Setting.PROFILE_LABEL_SETS_MAX, 1, ARRAY_MAX),
                counts(settings, Setting.SAMPLE_LABELS_MAX, 1, ARRAY_MAX),
                counts(settings, Setting.STACK_DEPTH_MAX, 3, ARRAY_MAX),
                counts(settings, Setting.SYMBOL_BYTES_MAX, 4, ARRAY_MAX),
                counts(settings, Setting.LABELS_MAX, 2, ARRAY_MAX),
                counts(settings, Setting.LABEL_NAME_BYTES_MAX, LABEL_BYTES_MIN, ARRAY_MAX),
                counts(settings, Setting.LABEL_VALUE_BYTES_MAX, LABEL_BYTES_MIN, ARRAY_MAX),
                counts(settings, Setting.LABEL_VALUES_MAX, 0, IntakeLimits.LABEL_VALUES_MAX),
                perTenant(settings, Setting.PROFILE_AGE_MAX, ServerConfig::durationOrOff),
                perTenant(settings, Setting.PROFILE_FUTURE_MAX, ServerConfig::duration),
                numbers(settings, Setting.UPLOAD_RATE, 0, Long.MAX_VALUE),
                numbers(settings, Setting.UPLOAD_BURST, 1, Long.MAX_VALUE),
                counts(settings, Setting.SERIES_MAX, 0, ARRAY_MAX),
                perTenant(settings, Setting.RELABEL, ServerConfig::rules),
                perTenant(settings, Setting.DROP_NONE_LABELS, ServerConfig::bool),
                perTenant(settings, Setting.GO_STACK_REPAIR, ServerConfig::bool),
                perTenant(settings, Setting.GO_TYPE_FOLDING, ServerConfig::bool),
                duration(settings, Setting.HEADER_TIMEOUT),
                duration(settings, Setting.BODY_TIMEOUT),
                duration(settings, Setting.REQUEST_TIMEOUT),
                duration(settings, Setting.ANSWER_TIMEOUT),
                duration(settings, Setting.IDLE_TIMEOUT),
                (int) number(settings, Setting.CONNECTIONS_MAX, 1, Integer.MAX_VALUE),
                shards((int) number(settings, Setting.SHARDS, 0, 1024)),
                number(settings, Setting.SEAL_LOG_BYTES, 1, Long.MAX_VALUE),
                duration(settings, Setting.SEAL_AGE),
                durability(settings, Setting.DURABILITY),
                (int) number(settings, Setting.UPLOADS_MAX, 1, UPLOADS_MAX),
                number(settings, Setting.RESERVE_BYTES, 0, Long.MAX_VALUE / 2),
                perTenant(settings, Setting.RETENTION, ServerConfig::durationOrOff),
                numbers(settings, Setting.RETENTION_BYTES, 0, Long.MAX_VALUE),
                number(settings, Setting.COMPACTION_BYTES_MAX, 1 << 20, Long.MAX_VALUE));
    }

    private static <T> PerTenant<T> perTenant(
            Settings settings, Setting setting, BiFunction<String, Settings.Value, T> parser) {
        Map<TenantId, T> own = new HashMap<>();
        settings.ofTenants(setting)
                .forEach((tenant, value) ->
                        own.put(tenant, parser.apply(setting.key() + "." + tenant.value(), value)));
        return new PerTenant<>(parser.apply(setting.key(), settings.value(setting)), own);
    }

    private static PerTenant<Integer> counts(Settings settings, Setting setting, int min, int max) {
        return perTenant(settings, setting, (key, value) -> (int) number(key, value, min, max));
    }

    private static PerTenant<Long> numbers(Settings settings, Setting setting, long min, long max) {
        return perTenant(settings, setting, (key, value) -> number(key, value, min, max));
    }

    private static List<RelabelRule> rules(String key, Settings.Value value) {
        try {
            return RelabelRuleReader.read(value.text());
        } catch (FlamekeeperException e) {
            throw invalid(key, value, "a list of relabelling rules; " + e.getMessage(), e);
        }
    }

    private static long bodies(long asked) {
        return asked == 0 ? Runtime.getRuntime().maxMemory() / 8 * 3 : asked;
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

    private static Optional<Path> pathOrNone(Settings settings, Setting setting) {
        return settings.text(setting).equals("off")
                ? Optional.empty()
                : Optional.of(path(settings, setting));
    }

    private static boolean bool(Settings settings, Setting setting) {
        return bool(setting.key(), settings.value(setting));
    }

    private static boolean bool(String key, Settings.Value value) {
        return switch (value.text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(key, value, "true or false");
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
        return number(setting.key(), settings.value(setting), min, max);
    }

    private static long number(String key, Settings.Value value, long min, long max) {
        String expected = "a whole number from %d to %d".formatted(min, max);
        try {
            long number = Long.parseLong(value.text());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid(key, value, expected, e);
        }
        throw invalid(key, value, expected);
    }

    private static Optional<Duration> durationOrOff(String key, Settings.Value value) {
        return value.text().equals("off") ? Optional.empty() : Optional.of(duration(key, value));
    }

    private static Duration duration(Settings settings, Setting setting) {
        return duration(setting.key(), settings.value(setting));
    }

    /// A whole number of milliseconds fits into a `long`.
    private static Duration duration(String key, Settings.Value value) {
        String text = value.text();
        String expected = "a duration above 0, such as 30s, 15m, 12h or 7d";
        char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
        Duration unit = UNITS.getOrDefault(last, Duration.ZERO);
        try {
            Duration duration =
                    unit.multipliedBy(
                            Long.parseLong(text.substring(0, Math.max(0, text.length() - 1))));
            if (duration.toMillis() > 0) {
                return duration;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw invalid(key, value, expected, e);
        }
        throw invalid(key, value, expected);
    }

    private static FlamekeeperException invalid(
            Settings settings, Setting setting, String expected, Exception cause) {
        return invalid(setting.key(), settings.value(setting), expected, cause);
    }

    private static FlamekeeperException invalid(
            Settings settings, Setting setting, String expected) {
        return invalid(setting.key(), settings.value(setting), expected);
    }

    private static FlamekeeperException invalid(
            String key, Settings.Value value, String expected, Exception cause) {
        FlamekeeperException invalid = invalid(key, value, expected);
        invalid.initCause(cause);
        return invalid;
    }

    private static FlamekeeperException invalid(String key, Settings.Value value, String expected) {
        return new FlamekeeperException(
                ErrorCode.INVALID_CONFIGURATION,
                "%s: '%s' from %s (expected: %s)",
                key,
                value.text(),
                value.source(),
                expected);
    }
}
