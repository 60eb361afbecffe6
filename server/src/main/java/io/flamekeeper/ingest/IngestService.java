package io.flamekeeper.ingest;

import io.flamekeeper.access.Permission;
import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.Request;
import io.flamekeeper.intake.IngestParameters;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.JfrUpload;
import io.flamekeeper.intake.TextKind;
import io.flamekeeper.intake.TextUpload;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.store.Appended;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// `POST /ingest`: how the Go, Java, Node and older clients send profiles.
///
/// Which format a body has is decided by `?format=`, then by the content type, then by its bytes, in the order of
/// [#format]. The answer is empty, for clients that look; what became of the upload is in two headers.
public final class IngestService {
    /// `stored`; `repeated` if it is stored already; `empty` if there is nothing in it to store.
    public static final String UPLOAD_HEADER = "flamekeeper-upload";

    /// How many profiles, each of one type and label set, the upload is.
    public static final String PROFILES_HEADER = "flamekeeper-profiles";

    private static final String MULTIPART = "multipart/form-data";

    private final InstantSource clock;
    private final Appender appender;

    public IngestService(InstantSource clock, Appender appender) {
        this.clock = clock;
        this.appender = appender;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.post("/ingest", Permission.INGEST, this::ingest),
                Endpoint.post("/pyroscope/ingest", Permission.INGEST, this::ingest));
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
        var format = new AtomicReference<>(Format.GROUPS);
        ProfileGroup group;
        try {
            group = gate.take(request.body().length, () -> decode(gate, request, format));
        } catch (FlamekeeperException e) {
            throw asExpected(format.get(), e);
        }
        List<Appended> outcome = appender.append(request.call(), List.of(group));
        return Answer.empty()
                .with(UPLOAD_HEADER, outcome.isEmpty() ? "empty" : word(outcome.getFirst()))
                .with(PROFILES_HEADER, Integer.toString(group.profiles().size()));
    }

    private static String word(Appended outcome) {
        return switch (outcome) {
            case STORED -> "stored";
            case REPEATED -> "repeated";
        };
    }

    /// What clients know a refusal by differs with the format: labels and times that cannot be are 400 of stacks
    /// that are spelled out and 422 of everything else; a type that is none is 400, but 422 of speedscope.
    private static FlamekeeperException asExpected(Format format, FlamekeeperException refusal) {
        ErrorCode known =
                switch (format) {
                    case GROUPS, LINES, TRIE, TREE ->
                            refusal.code() == ErrorCode.INVALID_LABELS
                                            || refusal.code() == ErrorCode.CLOCK_SKEW
                                    ? ErrorCode.INVALID_REQUEST
                                    : refusal.code();
                    case SPEEDSCOPE ->
                            refusal.code() == ErrorCode.INVALID_REQUEST
                                    ? ErrorCode.UNSUPPORTED
                                    : refusal.code();
                    case PPROF, PPROF_FORM, JFR -> refusal.code();
                };
        return known == refusal.code()
                ? refusal
                : new FlamekeeperException(
                        refusal, known, "%s", String.valueOf(refusal.getMessage()));
    }

    /// @param named becomes what the upload is taken for
    private ProfileGroup decode(TenantGate gate, Request request, AtomicReference<Format> named) {
        Intake intake = gate.intake(request.call());
        var parameters = IngestParameters.parse(request.query().firstByName(), clock);
        Format format = format(intake, request);
        named.set(format);
        return switch (format) {
            case PPROF -> intake.ingestPprof(parameters, request.body(), Optional.empty());
            case PPROF_FORM -> decodeForm(intake, parameters, request);
            case JFR -> {
                JfrUpload upload = decodeJfr(intake, parameters, request);
                upload.losses().forEach(gate.counters()::lost);
                yield upload.group();
            }
            case GROUPS, LINES, TRIE, TREE, SPEEDSCOPE -> {
                TextUpload upload =
                        intake.ingestText(
                                parameters, request.body(), TextKind.valueOf(format.name()));
                upload.losses().forEach(gate.counters()::lost);
                yield upload.group();
            }
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

    /// The first that matches. `format=pprof` means the whole body, whatever the content type says. Of a body
    /// that nobody names, its bytes decide; one that cannot be told is folded text, as it always was.
    private static Format format(Intake intake, Request request) {
        String format = request.query().first("format");
        String contentType = request.header("content-type");
        if (format.equals("trie") || contentType.equals("binary/octet-stream+trie")) {
            return Format.TRIE;
        }
        if (format.equals("tree") || contentType.equals("binary/octet-stream+tree")) {
            return Format.TREE;
        }
        boolean isForm = contentType.contains(MULTIPART);
        return switch (format) {
            case "lines" -> Format.LINES;
            case "jfr" -> Format.JFR;
            case "pprof" -> Format.PPROF;
            case "speedscope" -> Format.SPEEDSCOPE;
            case "groups", "folded", "collapsed" -> isForm ? Format.PPROF_FORM : Format.GROUPS;
            case "" -> isForm ? Format.PPROF_FORM : recognised(intake, request.body());
            default -> {
                if (isForm) {
                    yield Format.PPROF_FORM;
                }
                throw new FlamekeeperException(
                        ErrorCode.UNKNOWN_FORMAT,
                        "format: '%.100s' (expected: groups, lines, trie, tree, speedscope, pprof or jfr; or none, and the body tells)",
                        format);
            }
        };
    }

    private static Format recognised(Intake intake, byte[] body) {
        return switch (intake.recognise(body)) {
            case PPROF -> Format.PPROF;
            case JFR -> Format.JFR;
            case SPEEDSCOPE -> Format.SPEEDSCOPE;
            case GROUPS, OTLP_PROTOBUF, OTLP_JSON, UNKNOWN -> Format.GROUPS;
        };
    }
}
