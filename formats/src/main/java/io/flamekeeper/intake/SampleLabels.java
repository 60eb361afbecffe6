package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.IntSequence;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.TraceId;
import io.flamekeeper.model.Utf8Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Sorts the samples of one profile into groups of equal labels, and reads span and trace out of each.
///
/// What becomes of a label of a sample:
///
/// | name                                 | it                                                              |
/// |--------------------------------------|-----------------------------------------------------------------|
/// | `span_id`, `profile_id`              | names the span, if it is 16 hex digits                          |
/// | `trace_id`                           | names the trace, if it is 32 hex digits                         |
/// | a label of the series, or computed   | is left out: the series knows better                            |
/// | empty or too long                    | is left out; the sample stays                                   |
/// | any, with a value too long           | has the value that [LabelValue] cuts                            |
/// | twice or more                        | has the least value in byte order: clients that do this keep a set without order |
/// | any other                            | is a label of the group, in name order as many as the limit lets |
///
/// Then the tenant's [RelabelRules] have their say on the labels of a group and its series together; before the limit
/// on their number. At last the [LabelValueCap] has.
final class SampleLabels {
    static final Set<String> COMPUTED =
            Set.of(
                    LabelNames.PROFILE_TYPE,
                    LabelNames.TYPE,
                    LabelNames.UNIT,
                    LabelNames.PERIOD_TYPE,
                    LabelNames.PERIOD_UNIT,
                    LabelNames.PRIVATE_SERVICE_NAME);

    private static final byte[] SPAN_ID = LabelNames.SPAN_ID.getBytes(UTF_8);
    private static final byte[] PROFILE_ID = LabelNames.PROFILE_ID.getBytes(UTF_8);
    private static final byte[] TRACE_ID = LabelNames.TRACE_ID.getBytes(UTF_8);
    private static final int NONE = -1;

    /// Group of a sample that a relabelling rule drops.
    static final int DROPPED = -1;

    private final IntakeLimits limits;
    private final RelabelRules relabel;
    private final RelabelBudget budget = new RelabelBudget();
    private final LabelValueCap cap;
    private final IntakeLoss.Observer losses;
    private final String service;
    private final Labels series;
    private final RawProfile raw;
    private final StringTable strings;

    /// Decoded once, however many samples have it: a few bytes can name a long text many times.
    private @Nullable String[] texts = {};

    private final Map<IntSequence, Integer> groupByPairs = new HashMap<>();
    private final Map<Labels, Integer> groupByLabels = new HashMap<>();
    private final List<Labels> labelsOfGroup = new ArrayList<>();

    /// Strings of label names and values as sent, name before value; the key of [#groupByPairs].
    private int[] pairs = new int[16];

    private final Map<TraceId, Integer> numberByTrace =
            new LinkedHashMap<>(Map.of(TraceId.NONE, 0));
    private final Map<Integer, Integer> traceByText = new HashMap<>();
    private long span;
    private int trace;

    /// @param series  of all samples, as sent
    /// @param service what `service_name` is to be
    SampleLabels(
            IntakeOptions options,
            LabelValueCap cap,
            IntakeLoss.Observer losses,
            Labels series,
            String service,
            RawProfile raw) {
        this.limits = options.limits();
        this.relabel = options.relabel();
        this.cap = cap;
        this.losses = losses;
        this.service = service;
        this.series = relabel.isEmpty() ? stored(series) : series;
        this.raw = raw;
        this.strings = raw.symbols().strings();
    }

    private static Labels stored(Labels labels) {
        Map<String, String> removed = new HashMap<>();
        LabelNames.NOT_STORED.forEach(name -> removed.put(name, ""));
        return labels.with(removed);
    }

    /// Reads the labels of a sample.
    ///
    /// @return its group; groups count from 0 in the order in which they first appear; or [#DROPPED]
    /// @throws FlamekeeperException `LIMIT_EXCEEDED` for more different sets of labels than there may be;
    ///     `INVALID_LABELS` when the rules make labels that cannot be stored
    int read(int sample) {
        int start = raw.labelStart()[sample];
        int end = raw.labelStart()[sample + 1];
        if (pairs.length < 2 * (end - start)) {
            pairs = new int[2 * pairs.length + 2 * (end - start)];
        }
        int next = 0;
        int spanText = NONE;
        int traceText = NONE;
        for (int label = start; label < end; label++) {
            int name = raw.labelName()[label];
            int text = raw.labelValue()[label];
            if (is(name, SPAN_ID) || is(name, PROFILE_ID)) {
                spanText = spanText == NONE || compare(text, spanText) < 0 ? text : spanText;
            } else if (is(name, TRACE_ID)) {
                traceText = traceText == NONE || compare(text, traceText) < 0 ? text : traceText;
            } else {
                pairs[next++] = name;
                pairs[next++] = text;
            }
        }
        span = spanText == NONE ? 0 : spanId(spanText);
        trace = traceText == NONE ? 0 : traceByText.computeIfAbsent(traceText, this::traceNumber);
        IntSequence sent = new IntSequence(Arrays.copyOf(pairs, next));
        Integer known = groupByPairs.get(sent);
        if (known != null) {
            return known;
        }
        if (groupByPairs.size() == limits.labelSetsMax()) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "sample labels: more than %d different sets in one profile (expected: at most %1$d; setting"
                            + " profile-label-sets-max)",
                    limits.labelSetsMax());
        }
        int group =
                labels(sent)
                        .map(labels -> cap.apply(service, labels))
                        .map(this::groupOf)
                        .orElse(DROPPED);
        groupByPairs.put(sent, group);
        return group;
    }

    /// The span of the sample read last, 0 = none.
    long span() {
        return span;
    }

    /// Number of the trace of the sample read last, 0 = none.
    int trace() {
        return trace;
    }

    /// The traces read so far, in order of their numbers.
    List<TraceId> traces() {
        return List.copyOf(numberByTrace.keySet());
    }

    int groupCount() {
        return labelsOfGroup.size();
    }

    /// Labels of the series and of the samples in the group.
    Labels labels(int group) {
        return labelsOfGroup.get(group);
    }

    private int groupOf(Labels labels) {
        return groupByLabels.computeIfAbsent(
                labels,
                _ -> {
                    labelsOfGroup.add(labels);
                    return labelsOfGroup.size() - 1;
                });
    }

    private Optional<Labels> labels(IntSequence sent) {
        SortedMap<String, String> added = new TreeMap<>(Utf8Order.COMPARATOR);
        for (int i = 0; i < sent.values().length; i += 2) {
            int name = sent.values()[i];
            int text = sent.values()[i + 1];
            if (fits(name, limits.labelNameBytesMax()) && strings.length(text) > 0) {
                added.merge(
                        text(name),
                        LabelValue.fit(text(text), limits.labelValueBytesMax()),
                        SampleLabels::least);
            } else {
                losses.lost(IntakeLoss.SAMPLE_LABEL, 1);
            }
        }
        added.keySet()
                .removeIf(name ->
                        LabelNames.NOT_STORED.contains(name)
                                || COMPUTED.contains(name)
                                || !series.value(name).isEmpty());
        if (relabel.isEmpty()) {
            while (series.count() + added.size() > limits.labelsMax() && !added.isEmpty()) {
                added.remove(added.lastKey());
                losses.lost(IntakeLoss.SAMPLE_LABEL, 1);
            }
            return Optional.of(added.isEmpty() ? series : series.with(added));
        }
        return relabel.apply(series.with(added), budget).map(this::believed);
    }

    /// What rules have made, by the rules for all series.
    private Labels believed(Labels ruled) {
        SequencedMap<String, String> labels = ruled.toMap();
        labels.keySet().removeAll(LabelNames.NOT_STORED);
        labels.entrySet()
                .removeIf(label ->
                        SeriesLabels.utf8Bytes(label.getKey()) > limits.labelNameBytesMax()
                                || SeriesLabels.utf8Bytes(label.getValue())
                                        > limits.labelValueBytesMax());
        labels.put(LabelNames.SERVICE_NAME, service);
        if (!labels.containsKey(LabelNames.NAME)) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_LABELS,
                    "relabelling: no __name__ is left on a series of '%s' (expected: one; setting relabel)",
                    service);
        }
        return limited(Labels.of(labels));
    }

    /// As many as there may be; those of the series before those of its samples, which go from the end.
    private Labels limited(Labels labels) {
        if (labels.count() <= limits.labelsMax()) {
            return labels;
        }
        SequencedMap<String, String> fewer = labels.toMap();
        for (int i = labels.count() - 1; i >= 0 && fewer.size() > limits.labelsMax(); i--) {
            if (series.value(labels.name(i)).isEmpty()) {
                fewer.remove(labels.name(i));
                losses.lost(IntakeLoss.SAMPLE_LABEL, 1);
            }
        }
        if (fewer.size() > limits.labelsMax()) {
            throw SeriesLabels.tooMany(fewer.size(), service, limits.labelsMax());
        }
        return Labels.of(fewer);
    }

    private String text(int string) {
        if (texts.length == 0) {
            texts = new String[strings.count()];
        }
        String known = texts[string];
        if (known == null) {
            known = strings.get(string);
            texts[string] = known;
        }
        return known;
    }

    private boolean fits(int string, int bytesMax) {
        return strings.length(string) > 0 && strings.length(string) <= bytesMax;
    }

    /// One object for each string, however many labels are made of it.
    private static String least(String left, String right) {
        return Utf8Order.compare(left, right) <= 0 ? left : right;
    }

    private boolean is(int string, byte[] expected) {
        int start = strings.start(string);
        return strings.length(string) == expected.length
                && Arrays.equals(
                        strings.bytes(),
                        start,
                        start + expected.length,
                        expected,
                        0,
                        expected.length);
    }

    private int compare(int left, int right) {
        byte[] bytes = strings.bytes();
        int leftStart = strings.start(left);
        int rightStart = strings.start(right);
        return Arrays.compareUnsigned(
                bytes,
                leftStart,
                leftStart + strings.length(left),
                bytes,
                rightStart,
                rightStart + strings.length(right));
    }

    /// 16 hex digits are 8 bytes, which are read little endian, as everyone who compares spans does.
    private long spanId(int text) {
        if (strings.length(text) != 16) {
            return 0;
        }
        long bigEndian = 0;
        for (int i = 0; i < 16; i++) {
            int digit = Character.digit(strings.bytes()[strings.start(text) + i], 16);
            if (digit < 0) {
                return 0;
            }
            bigEndian = (bigEndian << 4) | digit;
        }
        return Long.reverseBytes(bigEndian);
    }

    private int traceNumber(int text) {
        TraceId id = TraceId.parse(strings.get(text));
        return numberByTrace.computeIfAbsent(id, _ -> numberByTrace.size());
    }
}
