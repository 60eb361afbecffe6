package io.flamekeeper.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.api.WireJson;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.ingest.MultipartTarget;
import io.flamekeeper.intake.Gzip;
import io.flamekeeper.intake.IngestParameters;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.IntakeOptions;
import io.flamekeeper.intake.RelabelRule;
import io.flamekeeper.intake.RelabelRules;
import io.flamekeeper.intake.TextKind;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.regex.RegexPattern;
import io.flamekeeper.testkit.JfrBytes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What is fed. Each takes its bytes or refuses them as their sender's fault; anything else is a finding.
public enum FuzzTarget {
    /// As Push has it, with everything on that a tenant may ask for.
    PPROF,
    /// As `/ingest` has it, for scripting languages.
    SCRIPT_PPROF,
    SAMPLE_TYPE_CONFIG,
    JFR,
    JFR_LABELS,
    FOLDED,
    LINES,
    TRIE,
    TREE,
    SPEEDSCOPE,
    OTLP,
    OTLP_JSON,
    GZIP,
    MULTIPART,
    SELECTOR,
    REGEX,
    INGEST_NAME,
    PUSH_JSON;

    private static final class Parts {
        static final InstantSource CLOCK =
                InstantSource.fixed(Instant.parse("2026-11-24T12:00:00Z"));
        static final Labels GO =
                Labels.of(
                        Map.of(
                                "__name__",
                                "memory",
                                "service_name",
                                "svc",
                                "pyroscope_spy",
                                "gospy"));
        static final IngestParameters SCRIPT = parameters("rbspy");
        static final IngestParameters JAVA = parameters("javaspy");
        static final byte[] RECORDING =
                new JfrBytes().event("jdk.ExecutionSample", "Main.main:3", "contextId", 1L).bytes();
        static final Intake INTAKE =
                new Intake(
                        new IntakeOptions(
                                new IntakeLimits(
                                        1 << 20,
                                        DecodeLimits.DEFAULTS,
                                        1_000,
                                        30,
                                        1_024,
                                        2_048,
                                        100,
                                        IntakeLimits.ANY_AGE,
                                        600_000),
                                new RelabelRules(
                                        true,
                                        List.of(
                                                new RelabelRule.Names(
                                                        RegexPattern.compile("p.*d"), false))),
                                true,
                                true),
                        CLOCK,
                        (_, _) -> {});

        private static IngestParameters parameters(String spy) {
            return IngestParameters.parse(Map.of("name", "app", "spyName", spy), CLOCK);
        }
    }

    /// Also the folder of its corpus.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @throws RuntimeException or an error, for a finding
    public void accept(byte[] data) {
        try {
            parse(data);
        } catch (FlamekeeperException e) {
            if (e.code().owner() != ErrorCode.Owner.CALLER) {
                throw e;
            }
        }
    }

    private void parse(byte[] data) {
        switch (this) {
            case PPROF -> Parts.INTAKE.push(Parts.GO, data);
            case SCRIPT_PPROF -> Parts.INTAKE.ingestPprof(Parts.SCRIPT, data, Optional.empty());
            case SAMPLE_TYPE_CONFIG ->
                    Parts.INTAKE.ingestPprof(Parts.SCRIPT, new byte[] {0}, Optional.of(data));
            case JFR -> Parts.INTAKE.ingestJfr(Parts.JAVA, data, new byte[0]);
            case JFR_LABELS -> Parts.INTAKE.ingestJfr(Parts.JAVA, Parts.RECORDING.clone(), data);
            case FOLDED -> Parts.INTAKE.ingestText(Parts.JAVA, data, TextKind.GROUPS);
            case LINES -> Parts.INTAKE.ingestText(Parts.JAVA, data, TextKind.LINES);
            case TRIE -> Parts.INTAKE.ingestText(Parts.JAVA, data, TextKind.TRIE);
            case TREE -> Parts.INTAKE.ingestText(Parts.JAVA, data, TextKind.TREE);
            case SPEEDSCOPE -> Parts.INTAKE.ingestText(Parts.JAVA, data, TextKind.SPEEDSCOPE);
            case OTLP -> Parts.INTAKE.exportOtlp(data, Intake.OtlpEncoding.PROTO);
            case OTLP_JSON -> Parts.INTAKE.exportOtlp(data, Intake.OtlpEncoding.JSON);
            case GZIP -> Gzip.inflate(data, 1 << 20, "profile");
            case MULTIPART -> MultipartTarget.accept(data);
            case SELECTOR -> SelectorParser.parse(new String(data, UTF_8));
            case REGEX -> RegexPattern.compile(new String(data, UTF_8)).matches("a".repeat(24));
            case PUSH_JSON -> WireJson.merge(data, PushRequest.newBuilder());
            case INGEST_NAME -> {
                String text = new String(data, UTF_8);
                IngestParameters.parse(Map.of("name", text, "from", text), Parts.CLOCK);
            }
        }
    }
}
