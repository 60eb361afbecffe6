package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.format.speedscope.SpeedscopeFormat;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;
import java.util.Locale;

/// What content is, judged by its bytes alone. Two formats that have no mark, `trie` and `tree`, are never
/// recognised, nor is `lines`, which any text is.
public enum ContentFormat {
    /// A protobuf message whose fields are those of a pprof profile, with a table of strings.
    PPROF,
    /// Begins like a chunk of a recording.
    JFR,
    /// JSON that names the schema.
    SPEEDSCOPE,
    /// A protobuf message that has nothing but what a request of OpenTelemetry's profiles has.
    OTLP_PROTOBUF,
    /// The same as JSON.
    OTLP_JSON,
    /// Text most of whose lines end in a blank and a number.
    GROUPS,
    UNKNOWN;

    private static final byte[] JFR_MAGIC = "FLR\0".getBytes(US_ASCII);
    private static final int LINES_LOOKED_AT = 1_000;

    /// Wire type of each field of a pprof profile from 1 on; there may be fields of later versions.
    private static final String PPROF_FIELDS = "222222000020000";

    private static final int PPROF_STRINGS = 6;

    /// A list of numbers, which may be packed.
    private static final int PPROF_COMMENTS = 13;

    /// Resource profiles, and a dictionary for them.
    private static final int OTLP_FIELDS = 2;

    /// @param content uncompressed
    public static ContentFormat of(byte[] content) {
        if (content.length >= JFR_MAGIC.length
                && Arrays.equals(JFR_MAGIC, 0, JFR_MAGIC.length, content, 0, JFR_MAGIC.length)) {
            return JFR;
        }
        return isText(content) ? ofText(content) : ofMessage(content);
    }

    /// In messages.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static boolean isText(byte[] content) {
        for (byte value : content) {
            if (value >= 0 && value < ' ' && value != '\n' && value != '\r' && value != '\t') {
                return false;
            }
        }
        return Utf8.isValid(content, 0, content.length);
    }

    private static ContentFormat ofText(byte[] content) {
        int at = 0;
        while (at < content.length && content[at] <= ' ' && content[at] >= 0) {
            at++;
        }
        if (at < content.length && content[at] == '{') {
            if (contains(content, SpeedscopeFormat.SCHEMA)) {
                return SPEEDSCOPE;
            }
            return contains(content, "\"resourceProfiles\"")
                            || contains(content, "\"resource_profiles\"")
                    ? OTLP_JSON
                    : UNKNOWN;
        }
        return isCounted(content) ? GROUPS : UNKNOWN;
    }

    private static boolean contains(byte[] content, String text) {
        byte[] wanted = text.getBytes(US_ASCII);
        for (int at = 0; at <= content.length - wanted.length; at++) {
            if (content[at] == wanted[0]
                    && Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCounted(byte[] content) {
        int counted = 0;
        int lines = 0;
        for (int start = 0; start < content.length && lines < LINES_LOOKED_AT; ) {
            int end = start;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            int digit = end;
            while (digit > start && (content[digit - 1] == '\r' || isDigit(content[digit - 1]))) {
                digit--;
            }
            if (end > start) {
                lines++;
                boolean ends = digit > start && digit < end && isDigit(content[digit]);
                counted += ends && content[digit - 1] == ' ' ? 1 : 0;
            }
            start = end + 1;
        }
        return 2 * counted > lines;
    }

    private static boolean isDigit(byte value) {
        return value >= '0' && value <= '9';
    }

    private static ContentFormat ofMessage(byte[] content) {
        boolean isPprof = true;
        boolean isOtlp = content.length > 0;
        boolean hasStrings = false;
        try {
            var in = new ProtoReader("content", content);
            while (in.hasMore()) {
                int tag = in.tag();
                int field = tag >>> 3;
                int wireType = tag & 7;
                isPprof &=
                        field > PPROF_FIELDS.length()
                                || wireType == PPROF_FIELDS.charAt(field - 1) - '0'
                                || (field == PPROF_COMMENTS && wireType == ProtoReader.DELIMITED);
                isOtlp &= field <= OTLP_FIELDS && wireType == ProtoReader.DELIMITED;
                hasStrings |= field == PPROF_STRINGS;
                in.skip(tag);
            }
        } catch (FlamekeeperException notAMessage) {
            return UNKNOWN;
        }
        return isPprof && hasStrings ? PPROF : isOtlp ? OTLP_PROTOBUF : UNKNOWN;
    }
}
