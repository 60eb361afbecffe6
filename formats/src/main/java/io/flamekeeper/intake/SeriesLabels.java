package io.flamekeeper.intake;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The rules for labels that a sender puts on a series.
public final class SeriesLabels {
    private SeriesLabels() {}

    /// Checks the labels of a series as they were sent, in any order; drops empty ones and names the service
    /// `unknown_service` if nobody else did. Private names (`__…`) pass, as do blanks, dots and any other
    /// UTF-8. Of two values of one name the last one counts: some clients append what their user chose to what they
    /// say themselves. A value that is too long is cut, see [LabelValue].
    ///
    /// @throws FlamekeeperException `INVALID_LABELS` if `__name__` is missing, a name is empty, a text is not
    ///     Unicode, or there are too many labels or too long names
    public static Labels of(List<Map.Entry<String, String>> pairs, IntakeLimits limits) {
        Map<String, String> valueByName = new HashMap<>();
        for (Map.Entry<String, String> pair : pairs) {
            checkName(pair.getKey(), pair.getValue(), limits.labelNameBytesMax());
            if (utf8Bytes(pair.getValue()) < 0) {
                throw notUnicode("value");
            }
            valueByName.put(
                    pair.getKey(), LabelValue.fit(pair.getValue(), limits.labelValueBytesMax()));
        }
        if (valueByName.getOrDefault(LabelNames.NAME, "").isEmpty()) {
            throw invalid(
                    "invalid metric name: no label __name__ (expected: one, such as process_cpu)");
        }
        if (valueByName.getOrDefault(LabelNames.SERVICE_NAME, "").isEmpty()) {
            valueByName.put(LabelNames.SERVICE_NAME, LabelNames.UNKNOWN_SERVICE);
        }
        Labels labels = Labels.of(valueByName);
        if (labels.count() > limits.labelsMax()) {
            throw tooMany(
                    labels.count(), labels.value(LabelNames.SERVICE_NAME), limits.labelsMax());
        }
        return labels;
    }

    static FlamekeeperException tooMany(int count, String service, int max) {
        return invalid(
                "labels: %d on service '%s' (expected: at most %d; setting labels-max)",
                count, service, max);
    }

    /// Whether the text is Unicode and no longer than that.
    static boolean fits(String text, int bytesMax) {
        long bytes = utf8Bytes(text);
        return bytes >= 0 && bytes <= bytesMax;
    }

    private static void checkName(String name, String value, int bytesMax) {
        if (name.isEmpty()) {
            throw invalid("label name: '' of value '%.64s' (expected: not empty)", value);
        }
        long bytes = utf8Bytes(name);
        if (bytes < 0) {
            throw notUnicode("name");
        }
        if (bytes > bytesMax) {
            throw invalid(
                    "label name: %d bytes of '%.64s…' (expected: at most %d; setting label-name-bytes-max)",
                    bytes, name, bytesMax);
        }
    }

    private static FlamekeeperException notUnicode(String part) {
        return invalid("label %s: half a surrogate pair (expected: Unicode text)", part);
    }

    /// Length of `text` in UTF-8, or -1 if a surrogate stands alone.
    static long utf8Bytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                return -1;
            }
        }
        return bytes;
    }

    @FormatMethod
    private static FlamekeeperException invalid(String message, Object... args) {
        return new FlamekeeperException(ErrorCode.INVALID_LABELS, message, args);
    }
}
