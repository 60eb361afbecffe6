package io.flamekeeper.intake;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What the query string of `/ingest` says about the upload.
///
/// @param application what `name` says before its braces; not empty
/// @param tags        what `name` says inside its braces, without names that begin with `__` except
///     `__session_id__`
/// @param fromNanos   when the upload says sampling began, nanoseconds since the Unix epoch; now if it does
///     not
/// @param isDated     whether the upload names that time, and thus would name it again when it is sent again;
///     if not, the time is that of the request or counted from it
/// @param untilNanos  when the upload says sampling ended; now if it does not
/// @param sampleRate  samples per second, 0 = values are not samples
/// @param spyName     the profiler, as it calls itself
/// @param profileType what was measured, of a format that does not say it, see [TextType.Said]; `""` = the
///     application's name says it
public record IngestParameters(
        String application,
        Labels tags,
        long fromNanos,
        boolean isDated,
        long untilNanos,
        int sampleRate,
        String spyName,
        String profileType) {
    private static final int SAMPLE_RATE_DEFAULT = 100;
    private static final String SPY_UNKNOWN = "unknown";

    /// @param query decoded; the first value of a parameter that comes several times
    /// @throws FlamekeeperException `INVALID_REQUEST` if `name` breaks its grammar; no other parameter can
    ///     be wrong
    public static IngestParameters parse(Map<String, String> query, InstantSource clock) {
        String name = query.getOrDefault("name", "");
        int brace = name.indexOf('{');
        String application = (brace < 0 ? name : name.substring(0, brace)).strip();
        if (application.isEmpty() || !consistsOf(application, "_-./")) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "name: application is '%.200s' (expected: one or more of A-Z a-z 0-9 _ - . /)",
                    application);
        }
        Instant now = clock.instant();
        long nowNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        String from = query.getOrDefault("from", "");
        String spy = query.getOrDefault("spyName", "");
        return new IngestParameters(
                application,
                brace < 0 ? Labels.EMPTY : tags(name, brace + 1),
                TimeText.parseNanos(from, nowNanos),
                TimeText.isInstant(from) && TimeText.parseNanos(from, nowNanos) > 0,
                TimeText.parseNanos(query.getOrDefault("until", ""), nowNanos),
                sampleRate(query.getOrDefault("sampleRate", "")),
                spy.isEmpty() ? SPY_UNKNOWN : spy,
                query.getOrDefault("profileType", "").strip());
    }

    /// `key=value` pairs with a `,` between them, up to `}`. Nothing is quoted and nothing escaped. A last
    /// pair that neither `,` nor `}` ends is lost, as is everything behind `}`: so the clients' old servers
    /// did it, and a client that forgets the brace still gets its profile in.
    private static Labels tags(String name, int start) {
        Map<String, String> tags = new HashMap<>();
        int at = start;
        while (true) {
            int equals = name.indexOf('=', at);
            int close = name.indexOf('}', at);
            if (equals < 0 || (close >= 0 && close < equals)) {
                return Labels.of(tags);
            }
            String key = name.substring(at, equals).strip();
            if (key.isEmpty() || !consistsOf(key, "_.")) {
                throw new FlamekeeperException(
                        ErrorCode.INVALID_REQUEST,
                        "name: tag name is '%.200s' (expected: one or more of A-Z a-z 0-9 _ .)",
                        key);
            }
            int end = equals + 1;
            while (end < name.length() && name.charAt(end) != ',' && name.charAt(end) != '}') {
                end++;
            }
            if (end == name.length()) {
                return Labels.of(tags);
            }
            if (!key.startsWith("__") || key.equals(LabelNames.SESSION_ID)) {
                tags.put(key, name.substring(equals + 1, end).strip());
            }
            if (name.charAt(end) == '}') {
                return Labels.of(tags);
            }
            at = end + 1;
        }
    }

    private static boolean consistsOf(String text, String punctuation) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && punctuation.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int sampleRate(String text) {
        try {
            int rate = Integer.parseInt(text);
            return rate < 0 ? SAMPLE_RATE_DEFAULT : rate;
        } catch (NumberFormatException notANumber) {
            return SAMPLE_RATE_DEFAULT;
        }
    }
}
