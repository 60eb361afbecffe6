package io.flamekeeper.ingest;

import io.flamekeeper.format.collapsed.CollapsedFormat.Counting;
import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.Request;
import io.flamekeeper.intake.IngestParameters;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.JfrUpload;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/// `POST /ingest`: how the Go, Java, Node and older clients send profiles.
///
/// Which format a body has is decided by `?format=`, then by the content type, in the order of [#format].
public final class IngestService {
    private static final String MULTIPART = "multipart/form-data";

    private final InstantSource clock;
    private final Appender appender;

    public IngestService(InstantSource clock, Appender appender) {
        this.clock = clock;
        this.appender = appender;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.post("/ingest", this::ingest),
                Endpoint.post("/pyroscope/ingest", this::ingest));
    }

    private enum Format {
        PPROF,
        PPROF_FORM,
        TRIE,
        TREE,
        LINES,
        JFR,
        SPEEDSCOPE,
        GROUPS
    }

    private Answer ingest(Request request) {
        TenantGate gate = appender.gate(request.call());
        ProfileGroup group = gate.take(request.body().length, () -> decode(gate, request));
        appender.append(request.call(), List.of(group));
        return Answer.empty();
    }

    private ProfileGroup decode(TenantGate gate, Request request) {
        Intake intake = gate.intake(request.call());
        var parameters = IngestParameters.parse(request.query().firstByName(), clock);
        Format format = format(request.query().first("format"), request.header("content-type"));
        return switch (format) {
            case PPROF ->
                    intake.ingestPprof(parameters, request.body(), java.util.Optional.empty());
            case PPROF_FORM -> decodeForm(intake, parameters, request);
            case GROUPS -> intake.ingestText(parameters, request.body(), Counting.COUNTED);
            case LINES -> intake.ingestText(parameters, request.body(), Counting.ONE_A_LINE);
            case JFR -> {
                JfrUpload upload = decodeJfr(intake, parameters, request);
                upload.losses().forEach(gate.counters()::lost);
                yield upload.group();
            }
            case TRIE, TREE, SPEEDSCOPE ->
                    throw new FlamekeeperException(
                            ErrorCode.UNSUPPORTED,
                            "format: %s is not supported yet (expected: pprof or jfr, raw or as multipart/form-data, groups or lines)",
                            format.name().toLowerCase(Locale.ROOT));
        };
    }

    private static JfrUpload decodeJfr(
            Intake intake, IngestParameters parameters, Request request) {
        if (request.header("content-type").contains(MULTIPART)) {
            MultipartForm form = form(request);
            byte[] recording =
                    form.content("jfr")
                            .orElseThrow(() ->
                                    new FlamekeeperException(
                                            ErrorCode.MALFORMED_PROFILE,
                                            "multipart: no part named jfr (expected: one)"));
            return intake.ingestJfr(
                    parameters, recording, form.content("labels").orElse(new byte[0]));
        }
        return intake.ingestJfr(parameters, request.body(), new byte[0]);
    }

    /// Its parts are copies.
    private static MultipartForm form(Request request) {
        request.call().reserve(request.body().length);
        return MultipartForm.parse(request.header("content-type"), request.body());
    }

    private static ProfileGroup decodeForm(
            Intake intake, IngestParameters parameters, Request request) {
        MultipartForm form = form(request);
        if (form.content("prev_profile").filter(content -> content.length > 0).isPresent()) {
            throw new FlamekeeperException(
                    ErrorCode.UNSUPPORTED,
                    "prev_profile: unsupported client version (expected: a client that sends differences)");
        }
        return intake.ingestPprof(
                parameters,
                form.content("profile").orElse(new byte[0]),
                form.content("sample_type_config"));
    }

    /// The first that matches. `format=pprof` means the whole body, whatever the content type says; a
    /// format nobody knows means folded text.
    private static Format format(String format, String contentType) {
        if (format.equals("trie") || contentType.equals("binary/octet-stream+trie")) {
            return Format.TRIE;
        }
        if (format.equals("tree") || contentType.equals("binary/octet-stream+tree")) {
            return Format.TREE;
        }
        return switch (format) {
            case "lines" -> Format.LINES;
            case "jfr" -> Format.JFR;
            case "pprof" -> Format.PPROF;
            case "speedscope" -> Format.SPEEDSCOPE;
            default -> contentType.contains(MULTIPART) ? Format.PPROF_FORM : Format.GROUPS;
        };
    }
}
