package io.flamekeeper.intake;

import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.otlp.OtlpExport;
import io.flamekeeper.format.otlp.OtlpLoss;
import io.flamekeeper.format.otlp.OtlpProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.UploadHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/// Sorts the profiles of one message by service: each service becomes one group.
///
/// The service of a sample is its own `service.name`, else that of its resource, else
/// `unknown_service:<process.executable.name>`, else `unknown_service`. Attributes of resource, scope and profile are
/// labels, the outermost first; what does not fit is left out and counted, `service.…` last.
final class OtlpIntake {
    private static final String SERVICE = "service.name";
    private static final String EXECUTABLE = "process.executable.name";
    private static final String SERVICE_PREFIX = "service.";
    private static final String PRIVATE_PREFIX = "__";

    /// `__name__`, `service_name` and `__delta__`.
    private static final int OWN_LABELS = 3;

    /// Services times rows of the message: a group costs a look at every row.
    private static final long LOOKS_MAX = 1 << 28;

    private final IntakeLimits limits;
    private final Normaliser normaliser;
    private final LongUnaryOperator believedTime;
    private final OtlpExport export;
    private final Map<String, Service> services = new LinkedHashMap<>();
    private final List<FlamekeeperException> refused = new ArrayList<>();
    private final Map<OtlpLoss, Long> losses = new EnumMap<>(OtlpLoss.class);
    private int empty;
    private boolean wasSplit;

    /// @param believedTime the time of a profile by what it says, as of [Intake]
    OtlpIntake(
            IntakeLimits limits,
            Normaliser normaliser,
            LongUnaryOperator believedTime,
            OtlpExport export) {
        this.limits = limits;
        this.normaliser = normaliser;
        this.believedTime = believedTime;
        this.export = export;
        losses.putAll(export.losses());
        refused.addAll(export.refused());
    }

    private static final class Service {
        private final List<Normaliser.Part> parts = new ArrayList<>();
        private int profiles;
        private boolean isDated = true;
    }

    /// @param message names the message by its content
    OtlpUpload take(UploadHash message) {
        for (OtlpProfile profile : export.profiles()) {
            try {
                take(profile);
            } catch (FlamekeeperException e) {
                refused.add(e);
            }
        }
        boolean isShared = services.size() > 1 || wasSplit || !refused.isEmpty() || empty > 0;
        List<OtlpUpload.Part> parts = new ArrayList<>();
        services.forEach((name, service) -> {
            UploadHash upload =
                    service.isDated
                            ? UploadHasher.hash(
                                    Labels.of(Map.of(LabelNames.SERVICE_NAME, name)),
                                    new byte[0],
                                    message.high(),
                                    message.low())
                            : UploadHash.NONE;
            try {
                parts.add(
                        new OtlpUpload.Part(
                                normaliser.normalise(service.parts, upload, isShared),
                                service.profiles));
            } catch (FlamekeeperException e) {
                refused.addAll(Collections.nCopies(service.profiles, e));
            }
        });
        return new OtlpUpload(parts, empty, refused, losses);
    }

    private void take(OtlpProfile profile) {
        RawProfile raw = profile.raw();
        OtlpType type = OtlpType.of(raw.sampleTypes().getFirst(), raw.periodType(), raw.period());
        if (raw.sampleTypes().getFirst().type().isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.MALFORMED_PROFILE,
                    "otlp: sample type has no name (expected: one, such as samples)");
        }
        long timeNanos = believedTime.applyAsLong(raw.timeNanos());
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            raw.value()[sample] = type.value(raw.value()[sample]);
        }
        if (Arrays.stream(raw.value()).noneMatch(value -> value > 0)) {
            empty++;
            return;
        }
        Map<String, Normaliser.Part> byService = new LinkedHashMap<>();
        split(profile)
                .forEach((service, samples) -> {
                    check(service, byService.size());
                    byService.put(
                            service,
                            new Normaliser.Part(
                                    measuring(samples, type),
                                    Relabelling.apply(
                                            labels(
                                                    profile.attributes(),
                                                    service,
                                                    type.type().name())),
                                    timeNanos));
                });
        boolean isFirst = true;
        for (var part : byService.entrySet()) {
            Service service = services.computeIfAbsent(part.getKey(), _ -> new Service());
            service.parts.add(part.getValue());
            service.profiles += isFirst ? 1 : 0;
            service.isDated &= timeNanos == raw.timeNanos();
            isFirst = false;
        }
    }

    /// @param others services of the same profile, which may be new too
    private void check(String service, int others) {
        if (!services.containsKey(service)
                && (services.size() + others + 1L) * export.rows() > LOOKS_MAX) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "otlp: service '%.200s' is one too many for a message of %d rows (expected: at most %d services)",
                    service,
                    export.rows(),
                    LOOKS_MAX / export.rows());
        }
    }

    /// Samples that can be worth keeping, by service.
    private Map<String, RawProfile> split(OtlpProfile profile) {
        RawProfile raw = profile.raw();
        String common = service(profile.attributes());
        if (profile.service().length == 0) {
            return Map.of(common, raw);
        }
        wasSplit = true;
        StringTable strings = raw.symbols().strings();
        Map<Integer, String> nameByString = new HashMap<>(Map.of(0, common));
        Map<String, List<Integer>> samplesByService = new LinkedHashMap<>();
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            if (raw.value()[sample] > 0) {
                String name = nameByString.computeIfAbsent(profile.service()[sample], strings::get);
                samplesByService.computeIfAbsent(name, _ -> new ArrayList<>()).add(sample);
            }
        }
        Map<String, RawProfile> byService = new LinkedHashMap<>();
        samplesByService.forEach((service, samples) -> byService.put(service, only(raw, samples)));
        return byService;
    }

    private static RawProfile only(RawProfile raw, List<Integer> samples) {
        int count = samples.size();
        int[] stack = new int[count];
        long[] value = new long[count];
        int[] labelStart = new int[count + 1];
        IntStream.Builder names = IntStream.builder();
        IntStream.Builder values = IntStream.builder();
        for (int i = 0; i < count; i++) {
            int sample = samples.get(i);
            stack[i] = raw.stack()[sample];
            value[i] = raw.value()[sample];
            int end = raw.labelStart()[sample + 1];
            for (int label = raw.labelStart()[sample]; label < end; label++) {
                names.add(raw.labelName()[label]);
                values.add(raw.labelValue()[label]);
            }
            labelStart[i + 1] = labelStart[i] + end - raw.labelStart()[sample];
        }
        return new RawProfile(
                raw.symbols(),
                raw.stacks(),
                raw.sampleTypes(),
                raw.periodType(),
                raw.period(),
                raw.timeNanos(),
                raw.durationNanos(),
                count,
                stack,
                value,
                labelStart,
                names.build().toArray(),
                values.build().toArray());
    }

    private static RawProfile measuring(RawProfile raw, OtlpType type) {
        return new RawProfile(
                raw.symbols(),
                raw.stacks(),
                List.of(type.type().sample()),
                type.type().period(),
                type.period(),
                raw.timeNanos(),
                raw.durationNanos(),
                raw.sampleCount(),
                raw.stack(),
                raw.value(),
                raw.labelStart(),
                raw.labelName(),
                raw.labelValue());
    }

    private static String service(List<Map<String, String>> attributes) {
        Map<String, String> ofResource = attributes.getFirst();
        String name = ofResource.getOrDefault(SERVICE, "");
        if (!name.isEmpty()) {
            return name;
        }
        String executable = ofResource.getOrDefault(EXECUTABLE, "");
        return executable.isEmpty()
                ? LabelNames.UNKNOWN_SERVICE
                : LabelNames.UNKNOWN_SERVICE + ":" + executable;
    }

    private Labels labels(List<Map<String, String>> attributes, String service, String family) {
        Map<String, String> labels = new HashMap<>();
        for (boolean ofService : new boolean[] {true, false}) {
            for (Map<String, String> textByName : attributes) {
                textByName.forEach((name, text) -> {
                    if (name.startsWith(SERVICE_PREFIX) == ofService) {
                        addLabel(labels, name, text);
                    }
                });
            }
        }
        labels.put(LabelNames.NAME, family);
        labels.put(LabelNames.SERVICE_NAME, service);
        labels.put(LabelNames.DELTA, "false");
        return SeriesLabels.of(new ArrayList<>(labels.entrySet()), limits);
    }

    private void addLabel(Map<String, String> labels, String name, String text) {
        if (name.isEmpty()
                || name.startsWith(PRIVATE_PREFIX)
                || name.equals(LabelNames.SERVICE_NAME)
                || labels.containsKey(name)) {
            return;
        }
        if (labels.size() + OWN_LABELS < limits.labelsMax()
                && SeriesLabels.fits(name, limits.labelNameBytesMax())
                && SeriesLabels.fits(text, limits.labelValueBytesMax())) {
            labels.put(name, text);
        } else {
            losses.merge(OtlpLoss.LABEL_LIMIT, 1L, Long::sum);
        }
    }
}
