package io.flamekeeper.cli.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.jfr.JfrSpan;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/// How files become requests.
///
/// @param name       of the service, if it is one for all
/// @param labels     of everything
/// @param span       when everything was sampled, if that is said
/// @param format     what every file is, if that is said
/// @param type       what is counted, of formats that do not say it
/// @param sampleRate samples a second, of formats that do not say it
record UploadRules(
        Optional<String> name,
        Map<String, String> labels,
        Optional<TimeSpan> span,
        Optional<FileFormat> format,
        String type,
        int sampleRate) {
    private static final String NAME = "[A-Za-z0-9_.\\-/]+";
    private static final String KEY = "(?!__)[A-Za-z0-9_.]+";
    private static final String VALUE = "[^,}]*";

    /// Time and duration of a pprof profile, as tags of the wire format.
    private static final int TIME_TAG = 9 << 3;

    private static final int DURATION_TAG = 10 << 3;

    /// @throws FlamekeeperException `INVALID_CONFIGURATION` for a name or label that a request cannot have
    UploadRules {
        name.ifPresent(one -> check(NAME, "--name", one, "one or more of A-Z a-z 0-9 _ - . /"));
        labels.forEach((key, value) -> {
            check(KEY, "--label", key, "a key of A-Z a-z 0-9 _ . that does not begin with __");
            check(VALUE, "--label " + key, value, "a value without , and }");
        });
        labels = new LinkedHashMap<>(labels);
    }

    private static void check(String pattern, String option, String value, String expected) {
        if (!value.matches(pattern)) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "%s: '%s' (expected: %s)",
                    option,
                    value,
                    expected);
        }
    }

    /// @throws FlamekeeperException if the file cannot be sent with these rules
    Upload upload(FileContent content) {
        return content.format().isOtlp() ? otlp(content) : ingest(content);
    }

    /// OpenTelemetry's profiles say all this themselves.
    private Upload otlp(FileContent content) {
        if (name.isPresent() || !labels.isEmpty() || span.isPresent()) {
            throw new FlamekeeperException(
                    ErrorCode.UNSUPPORTED,
                    "otlp: has its own service, labels and times (expected: no --name, --label, --from, --until)");
        }
        return new Upload(
                "/v1development/profiles",
                content.format() == FileFormat.OTLP_JSON
                        ? "application/json"
                        : "application/x-protobuf",
                content.isGzip() ? "gzip" : "",
                content.bytes());
    }

    private Upload ingest(FileContent content) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("name", name.orElseGet(() -> nameOf(content.file())) + labelText());
        query.put("format", content.format().label());
        query.put("spyName", "flamekeeper-push");
        TimeSpan when = span.orElseGet(() -> spanOf(content));
        query.put("from", when.fromText());
        query.put("until", when.untilText());
        if (content.format() != FileFormat.PPROF) {
            query.put("sampleRate", Integer.toString(sampleRate));
            query.put("profileType", type);
        }
        boolean isRetimed = span.isPresent() && content.format() == FileFormat.PPROF;
        return new Upload(
                "/ingest?"
                        + query.entrySet().stream()
                                .map(pair ->
                                        pair.getKey()
                                                + "="
                                                + URLEncoder.encode(pair.getValue(), UTF_8))
                                .collect(Collectors.joining("&")),
                "application/octet-stream",
                "",
                isRetimed ? retimed(content, when) : content.bytes());
    }

    private String labelText() {
        return labels.isEmpty()
                ? ""
                : labels.entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(",", "{", "}"));
    }

    /// The file's name up to its first dot, in the characters that a service may have.
    private static String nameOf(Path file) {
        if (file.equals(FileContent.STANDARD_INPUT)) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "name: the standard input has none (expected: --name)");
        }
        String last = String.valueOf(file.getFileName());
        int dot = last.indexOf('.', 1);
        return (dot < 0 ? last : last.substring(0, dot)).replaceAll("[^A-Za-z0-9_-]", "-");
    }

    private static TimeSpan spanOf(FileContent content) {
        Optional<JfrSpan> recorded =
                content.format() == FileFormat.JFR ? JfrSpan.of(content.plain()) : Optional.empty();
        return recorded.map(jfr -> new TimeSpan(jfr.fromNanos(), jfr.untilNanos()))
                .orElseGet(() -> TimeSpan.at(content.changed()));
    }

    /// The profile with another time: of a field that comes twice the last one counts, and so does a gzip member
    /// behind another.
    private static byte[] retimed(FileContent content, TimeSpan when) {
        var fields = new ByteArrayOutputStream();
        varint(fields, TIME_TAG);
        varint(fields, when.fromNanos());
        if (when.untilNanos() > when.fromNanos()) {
            varint(fields, DURATION_TAG);
            varint(fields, when.untilNanos() - when.fromNanos());
        }
        var all = new ByteArrayOutputStream();
        all.writeBytes(content.bytes());
        if (content.isGzip()) {
            try (var member = new GZIPOutputStream(all)) {
                member.write(fields.toByteArray());
            } catch (IOException e) {
                throw new UncheckedIOException("writing to an array failed", e);
            }
        } else {
            all.writeBytes(fields.toByteArray());
        }
        return all.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
