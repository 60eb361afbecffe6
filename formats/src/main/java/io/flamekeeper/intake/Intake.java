package io.flamekeeper.intake;

import io.flamekeeper.format.DecodedText;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.TextFormat;
import io.flamekeeper.format.jfr.JfrFormat;
import io.flamekeeper.format.jfr.JfrRecording;
import io.flamekeeper.format.otlp.OtlpExport;
import io.flamekeeper.format.otlp.OtlpFormat;
import io.flamekeeper.format.otlp.OtlpJson;
import io.flamekeeper.format.pprof.PprofDialect;
import io.flamekeeper.format.pprof.PprofFormat;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.model.ValueType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/// One upload in, one group of believed profiles out. Safe for use by many threads; does not wait, and keeps nothing
/// but which values labels have had today, if [IntakeLimits#labelValuesMax] says so.
///
/// A group without profiles means: understood, and nothing in it to store.
public final class Intake {
    private static final String DOTNET_SPY = "dotnetspy";
    private static final String UNKNOWN_SPY = "unknown";
    private static final String APP_NAME = "app_name";
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final int UUID_CHARS = 36;

    /// A message of OpenTelemetry holds the profiles of many programs: as many bytes as so many profiles may have.
    private static final long OTLP_PROFILES = 4;

    /// Memory that decoding takes for each byte of a profile at worst, roughly: a stack for two bytes of text, a
    /// constant for three of a recording. The decoder of pprof asks for what it needs itself.
    private static final long TEXT_DECODED_BYTES = 20;

    private static final long JFR_DECODED_BYTES = 8;
    private static final long OTLP_DECODED_BYTES = 8;

    private final IntakeOptions options;
    private final IntakeLimits limits;
    private final InstantSource clock;
    private final Normaliser normaliser;
    private final PprofFormat pprof;
    private final PprofFormat dotnetPprof;
    private final JfrFormat jfr;
    private final Map<TextKind, TextFormat> textFormats;
    private final OtlpFormat otlp;
    private final LongConsumer memory;

    /// Takes what is sent as it is sent.
    public Intake(IntakeLimits limits, InstantSource clock) {
        this(IntakeOptions.of(limits), clock, (_, _) -> {});
    }

    /// @param losses told of what goes missing on the way
    public Intake(IntakeOptions options, InstantSource clock, IntakeLoss.Observer losses) {
        this.options = options;
        this.limits = options.limits();
        this.clock = clock;
        var cap = new LabelValueCap(limits.labelValuesMax(), clock, losses);
        this.normaliser = new Normaliser(options, cap, losses);
        this.pprof = new PprofFormat(limits.decode(), PprofDialect.STANDARD);
        this.dotnetPprof = new PprofFormat(limits.decode(), PprofDialect.DOTNET);
        this.jfr = new JfrFormat(limits.decode());
        this.textFormats = TextKind.formats(limits.decode());
        this.otlp = new OtlpFormat(limits.decode());
        this.memory = _ -> {};
    }

    private Intake(Intake same, LongConsumer memory) {
        this.options = same.options;
        this.limits = same.limits;
        this.clock = same.clock;
        this.normaliser = same.normaliser;
        this.pprof = same.pprof;
        this.dotnetPprof = same.dotnetPprof;
        this.jfr = same.jfr;
        this.textFormats = same.textFormats;
        this.otlp = same.otlp;
        this.memory = memory;
    }

    /// The same, within a budget.
    ///
    /// @param memory told how many more bytes an upload takes before they are taken; may refuse
    public Intake within(LongConsumer memory) {
        return new Intake(this, memory);
    }

    /// The labels that a sender puts on a series, checked.
    ///
    /// @throws FlamekeeperException as [SeriesLabels#of]
    public Labels seriesLabels(List<Map.Entry<String, String>> pairs) {
        return SeriesLabels.of(pairs, options.ofSender());
    }

    /// As [#push(Labels, String, byte[])], of a sender that gives its profiles no ids.
    public ProfileGroup push(Labels seriesLabels, byte[] rawProfile) {
        return push(seriesLabels, "", rawProfile);
    }

    /// Takes one pprof of the Push door, gzip or plain. A profile without a time is of now; any other time
    /// is believed, within the limits on age.
    ///
    /// @param seriesLabels as [#seriesLabels] made them
    /// @param sampleId     the sender's own id of the profile, `""` = none. If it is a UUID, a profile without
    ///     a time is known by it when it is sent again
    /// @param rawProfile   untrusted; given away
    /// @throws FlamekeeperException `MALFORMED_PROFILE`, `LIMIT_EXCEEDED`; `CLOCK_SKEW` for a time that is
    ///     too far ahead or behind; `INVALID_LABELS` for what the tenant's rules make of the labels
    public ProfileGroup push(Labels seriesLabels, String sampleId, byte[] rawProfile) {
        RawProfile raw = pprof.decodeOne(uncompressed(rawProfile), memory);
        long timeNanos = believedTime(raw.timeNanos(), nowNanos());
        UploadHash upload =
                raw.timeNanos() > 0
                        ? UploadHasher.hash(seriesLabels, rawProfile, timeNanos)
                        : uploadOfId(seriesLabels, sampleId, rawProfile);
        return normaliser.normalise(raw, Relabelling.apply(seriesLabels), timeNanos, upload);
    }

    private static UploadHash uploadOfId(Labels series, String id, byte[] rawProfile) {
        if (id.length() != UUID_CHARS) {
            return UploadHash.NONE;
        }
        try {
            UUID uuid = UUID.fromString(id);
            return UploadHasher.hash(
                    series,
                    rawProfile,
                    uuid.getMostSignificantBits(),
                    uuid.getLeastSignificantBits());
        } catch (IllegalArgumentException notAUuid) {
            return UploadHash.NONE;
        }
    }

    /// Takes one pprof of `/ingest`, gzip or plain. A profile whose time is in 1970 – 0, or a time in
    /// seconds, milliseconds or microseconds that its sender took for nanoseconds – is of
    /// `parameters.fromNanos()`.
    ///
    /// @param profile          untrusted; given away. Empty = nothing to store
    /// @param sampleTypeConfig what the sender calls its sample types, as JSON
    /// @throws FlamekeeperException as [#push], and `INVALID_LABELS` for tags that break the rules of
    ///     [SeriesLabels]
    public ProfileGroup ingestPprof(
            IngestParameters parameters, byte[] profile, Optional<byte[]> sampleTypeConfig) {
        SampleTypeConfig config =
                sampleTypeConfig
                        .filter(json -> json.length > 0)
                        .map(SampleTypeConfig::parse)
                        .orElse(SampleTypeConfig.DEFAULT);
        if (profile.length == 0) {
            return nothing(parameters.application());
        }
        RawProfile raw = dialect(parameters, config).decodeOne(uncompressed(profile), memory);
        if (ScriptNames.appliesTo(parameters.spyName())) {
            raw = ScriptNames.rewrite(raw, parameters.spyName());
        }
        Labels labels =
                ingestLabels(
                        parameters,
                        Map.of(LabelNames.SERVICE_NAME, parameters.application()),
                        family(raw.sampleTypes(), config));
        boolean isDated = !isIn1970(raw.timeNanos());
        long timeNanos =
                believedTime(isDated ? raw.timeNanos() : parameters.fromNanos(), nowNanos());
        UploadHash upload =
                isDated || parameters.isDated()
                        ? UploadHasher.hash(labels, profile, timeNanos)
                        : UploadHash.NONE;
        return normaliser.normalise(raw, Relabelling.apply(labels), timeNanos, upload);
    }

    /// Takes one JFR recording of `/ingest`, gzip or plain. Its times are those of the upload.
    ///
    /// @param recording untrusted; given away
    /// @param labels    what the contexts of its events mean, gzip or plain; empty = nothing
    /// @throws FlamekeeperException as [#push], and `INVALID_LABELS`
    public JfrUpload ingestJfr(IngestParameters parameters, byte[] recording, byte[] labels) {
        long period = parameters.sampleRate() == 0 ? 0 : SECOND_NANOS / parameters.sampleRate();
        long duration = Math.max(0, parameters.untilNanos() - parameters.fromNanos());
        byte[] plain = uncompressed(recording, "jfr");
        byte[] plainLabels = uncompressed(labels, "labels");
        memory.accept(JFR_DECODED_BYTES * (plain.length + plainLabels.length));
        JfrRecording decoded = jfr.decode(plain, plainLabels, period);
        Map<String, String> defaults = new HashMap<>();
        boolean isRenamed = !parameters.tags().value(LabelNames.SERVICE_NAME).isEmpty();
        defaults.put(isRenamed ? APP_NAME : LabelNames.SERVICE_NAME, parameters.application());
        defaults.put("jfr_event", decoded.event());
        Labels series = ingestLabels(parameters, defaults, "jfr");
        long timeNanos = believedTime(parameters.fromNanos(), nowNanos());
        if (decoded.profileByFamily().isEmpty()) {
            return new JfrUpload(nothing(series.value(LabelNames.SERVICE_NAME)), decoded.losses());
        }
        UploadHash upload =
                parameters.isDated()
                        ? UploadHasher.hash(
                                series, List.of(recording, labels), timeNanos, duration, period)
                        : UploadHash.NONE;
        List<Normaliser.Part> parts = new ArrayList<>();
        decoded.profileByFamily()
                .forEach((family, raw) ->
                        parts.add(
                                new Normaliser.Part(
                                        raw.lasting(duration),
                                        Relabelling.apply(
                                                series.with(
                                                        Map.of(
                                                                LabelNames.NAME,
                                                                family.profileName()))),
                                        timeNanos)));
        return new JfrUpload(normaliser.normalise(parts, upload, false), decoded.losses());
    }

    /// Takes stacks that are spelled out, gzip or plain. What they measure is in the application's name or in
    /// `profileType`, see [TextType.Said]. Samples of a profile that has a tag `profile_id` are those of a span that
    /// their sender also sends without it: they are not stored twice.
    ///
    /// @param body untrusted; given away
    /// @throws FlamekeeperException as [#push]; `INVALID_LABELS`; `INVALID_REQUEST` for a name or `profileType`
    ///     that is no type or does not fit the profile's unit
    public TextUpload ingestText(IngestParameters parameters, byte[] body, TextKind kind) {
        byte[] plain = uncompressed(body);
        memory.accept(TEXT_DECODED_BYTES * plain.length);
        DecodedText text = Objects.requireNonNull(textFormats.get(kind)).read(plain);
        var said = TextType.Said.of(parameters, text.parts());
        if (!parameters.tags().value(LabelNames.PROFILE_ID).isEmpty()) {
            return new TextUpload(nothing(said.service()), text.losses());
        }
        boolean isRenamed = !parameters.tags().value(LabelNames.SERVICE_NAME).isEmpty();
        Map<String, String> labels =
                Map.of(isRenamed ? APP_NAME : LabelNames.SERVICE_NAME, said.service());
        long duration = Math.max(0, parameters.untilNanos() - parameters.fromNanos());
        long timeNanos = believedTime(parameters.fromNanos(), nowNanos());
        List<Normaliser.Part> parts = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (RawProfile counted : text.profiles()) {
            TextType measured =
                    TextType.of(
                            said.word(),
                            counted.sampleTypes().getFirst().unit(),
                            text.parts(),
                            parameters.sampleRate());
            RawProfile raw = measured.apply(counted);
            parts.add(
                    new Normaliser.Part(
                            duration > 0 ? raw.lasting(duration) : raw,
                            Relabelling.apply(
                                    ingestLabels(parameters, labels, measured.type().name())),
                            timeNanos));
            types.add(measured.type().id());
        }
        UploadHash upload =
                parameters.isDated()
                        ? UploadHasher.hash(
                                parts.getFirst()
                                        .labels()
                                        .with(
                                                Map.of(
                                                        LabelNames.PROFILE_TYPE,
                                                        String.join(",", types))),
                                body,
                                timeNanos,
                                duration,
                                parameters.sampleRate(),
                                kind.fact())
                        : UploadHash.NONE;
        return new TextUpload(normaliser.normalise(parts, upload, false), text.losses());
    }

    /// What an upload is by its bytes alone, gzip or plain.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE`, `LIMIT_EXCEEDED` if it cannot be inflated
    public ContentFormat recognise(byte[] body) {
        return ContentFormat.of(uncompressed(body));
    }

    /// Takes one message of OpenTelemetry profiles. A profile whose time is in 1970 is of now.
    ///
    /// @param message  inflated, untrusted; given away
    /// @param encoding what it is written in
    /// @throws FlamekeeperException as [#push], for what is wrong with the message; what is wrong with one of its
    ///     profiles is in the result
    public OtlpUpload exportOtlp(byte[] message, OtlpEncoding encoding) {
        int bytesMax = (int) Math.min(Integer.MAX_VALUE, OTLP_PROFILES * limits.profileBytesMax());
        byte[] proto =
                switch (encoding) {
                    case PROTO -> message;
                    case JSON -> OtlpJson.toProto(message, bytesMax);
                };
        if (proto.length > bytesMax) {
            throw Gzip.tooLarge("message", bytesMax);
        }
        memory.accept(OTLP_DECODED_BYTES * proto.length);
        OtlpExport export =
                switch (encoding) {
                    case PROTO -> otlp.decodeProto(proto);
                    case JSON -> otlp.decodeTranscoded(proto);
                };
        long nowNanos = nowNanos();
        return new OtlpIntake(
                        limits,
                        normaliser,
                        said -> isIn1970(said) ? nowNanos : believedTime(said, nowNanos),
                        export)
                .take(UploadHasher.hash(Labels.of(Map.of()), proto));
    }

    /// How a message of OpenTelemetry is written.
    public enum OtlpEncoding {
        PROTO,
        JSON
    }

    private byte[] uncompressed(byte[] body) {
        return uncompressed(body, "profile");
    }

    private byte[] uncompressed(byte[] body, String what) {
        if (Gzip.isGzip(body)) {
            return Gzip.inflate(body, limits.profileBytesMax(), what, memory);
        }
        if (body.length > limits.profileBytesMax()) {
            throw Gzip.tooLarge(what, limits.profileBytesMax());
        }
        return body;
    }

    private PprofFormat dialect(IngestParameters parameters, SampleTypeConfig config) {
        boolean dotnet =
                parameters.spyName().equals(DOTNET_SPY)
                        || (parameters.spyName().equals(UNKNOWN_SPY)
                                && config.mentions("inuse-space"));
        return dotnet ? dotnetPprof : pprof;
    }

    private Labels ingestLabels(
            IngestParameters parameters, Map<String, String> defaults, String family) {
        Map<String, String> labels = new HashMap<>(defaults);
        labels.putAll(parameters.tags().toMap());
        labels.put(LabelNames.NAME, family);
        labels.put(LabelNames.DELTA, "false");
        labels.put(LabelNames.SPY, parameters.spyName());
        return seriesLabels(new ArrayList<>(labels.entrySet()));
    }

    /// What a profile of these sample types is called, since `/ingest` does not say: the first type that
    /// tells decides, `wall` before all.
    static String family(List<ValueType> sampleTypes, SampleTypeConfig config) {
        if (sampleTypes.stream().anyMatch(sampled -> sampled.type().equals("wall"))) {
            return "wall";
        }
        String name = "";
        for (ValueType sampled : sampleTypes) {
            name = config.displayName(sampled.type());
            if (name.contains("cpu")) {
                return "process_cpu";
            } else if (name.contains("alloc_")
                    || name.contains("inuse_")
                    || name.equals("space")
                    || name.equals("objects")) {
                return "memory";
            } else if (name.contains("mutex_")) {
                return "mutex";
            } else if (name.contains("block_")) {
                return "block";
            } else if (name.contains("goroutines")) {
                return "goroutines";
            }
        }
        return name;
    }

    static boolean isIn1970(long timeNanos) {
        return Instant.ofEpochSecond(0, timeNanos).atOffset(ZoneOffset.UTC).getYear() == 1970;
    }

    /// @param timeNanos 0 or less = not said
    private long believedTime(long timeNanos, long nowNanos) {
        if (timeNanos <= 0) {
            return nowNanos;
        }
        long aheadMillis = TimeUnit.NANOSECONDS.toMillis(timeNanos - nowNanos);
        if (aheadMillis > limits.futureMillisMax()) {
            throw skewed(
                    timeNanos,
                    aheadMillis,
                    "ahead of",
                    limits.futureMillisMax(),
                    "future",
                    nowNanos);
        }
        if (-aheadMillis > limits.pastMillisMax()) {
            throw skewed(
                    timeNanos, -aheadMillis, "behind", limits.pastMillisMax(), "age", nowNanos);
        }
        return timeNanos;
    }

    private static FlamekeeperException skewed(
            long timeNanos,
            long millis,
            String where,
            long millisMax,
            String which,
            long nowNanos) {
        return new FlamekeeperException(
                ErrorCode.CLOCK_SKEW,
                "profile time: %s by the sender's clock is %d s %s %s by the server's (expected: at most %d s;"
                        + " setting profile-%s-max)",
                Instant.ofEpochSecond(0, timeNanos),
                TimeUnit.MILLISECONDS.toSeconds(millis),
                where,
                Instant.ofEpochSecond(0, nowNanos),
                TimeUnit.MILLISECONDS.toSeconds(millisMax),
                which);
    }

    private long nowNanos() {
        Instant now = clock.instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private static ProfileGroup nothing(String service) {
        SymbolTable symbols =
                new SymbolTable(
                        StringTable.of(List.of("")),
                        new SymbolTable.Functions(
                                0, new int[0], new int[0], new int[0], new long[0]),
                        SymbolTable.Mappings.EMPTY,
                        new SymbolTable.Frames(
                                0,
                                new int[0],
                                new long[0],
                                new int[0],
                                new long[0],
                                new boolean[0]));
        StackTable stacks =
                new StackTable(1, new int[] {StackTable.NONE}, new int[] {StackTable.NONE});
        return new ProfileGroup(service, symbols, stacks, List.of());
    }
}
