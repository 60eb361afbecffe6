package io.flamekeeper.intake;

import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TraceId;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.model.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Turns raw profiles into [Profile]s, one per set of sample labels and sample type that measured anything.
///
/// 1. A sample with a negative value, or with nothing but zeros, is dropped, and what only it used of the
///    stacks with it.
/// 2. Mappings whose functions are known forget their addresses, as do their frames.
/// 3. Samples are grouped by labels, and a tenant's rules change or drop them; see [SampleLabels].
/// 4. Samples of a group that are equal in stack, span and trace become one; sums saturate. A type takes the rows
///    where it is above 0.
final class Normaliser {
    private static final int DROPPED = -1;

    /// Fewer samples than a sixteenth of the keys are few.
    private static final int FEW_SHIFT = 4;

    private final IntakeOptions options;
    private final LabelValueCap cap;
    private final IntakeLoss.Observer losses;

    Normaliser(IntakeOptions options, LabelValueCap cap, IntakeLoss.Observer losses) {
        this.options = options;
        this.cap = cap;
        this.losses = losses;
    }

    /// One of the raw profiles of an upload.
    ///
    /// @param raw       given away: its columns are changed, and the result keeps some
    /// @param labels    as [SeriesLabels] made them
    /// @param timeNanos the time to believe
    record Part(RawProfile raw, Labels labels, long timeNanos) {}

    /// @param timeNanos the time to believe
    ProfileGroup normalise(RawProfile raw, Labels labels, long timeNanos, UploadHash upload) {
        RawProfile repaired = GoRepair.apply(raw, labels, options);
        return normalise(List.of(new Part(repaired, labels, timeNanos)), upload, false);
    }

    /// @param parts    at least one; all of the same service, symbols and stacks
    /// @param isShared whether symbols and stacks are those of others too, so that some may be of no use here
    ProfileGroup normalise(List<Part> parts, UploadHash upload, boolean isShared) {
        String service = service(parts.getFirst().labels());
        List<Kept> all = parts.stream().map(part -> new Kept(part, service)).toList();
        RawProfile first = all.getFirst().raw;
        StackTable stacks =
                !isShared && all.stream().allMatch(Kept::isEverything)
                        ? first.stacks()
                        : prune(first.stacks(), all);
        forgetAddresses(first.symbols());
        List<Profile> profiles = new ArrayList<>();
        all.forEach(kept -> kept.addProfiles(stacks.count(), profiles));
        return new ProfileGroup(service, first.symbols(), stacks, profiles, upload);
    }

    private String service(Labels series) {
        return options.relabel().isEmpty()
                ? series.value(LabelNames.SERVICE_NAME)
                : options.relabel().service(series);
    }

    /// The samples of one part that are worth keeping.
    private final class Kept {
        private final RawProfile raw;
        private final long timeNanos;
        private final SampleLabels sampleLabels;
        private final int[] order;
        private final int[] group;
        private final long[] span;
        private final boolean anySpan;
        private final int[] trace;

        Kept(Part part, String service) {
            raw = part.raw();
            timeNanos = part.timeNanos();
            sampleLabels = new SampleLabels(options, cap, losses, part.labels(), service, raw);
            int[] samples = new int[raw.sampleCount()];
            group = new int[raw.sampleCount()];
            span = new long[raw.sampleCount()];
            trace = new int[raw.sampleCount()];
            boolean spans = false;
            int kept = 0;
            int negative = 0;
            int dropped = 0;
            for (int sample = 0; sample < raw.sampleCount(); sample++) {
                long bits = valueBits(raw, sample);
                if (bits > 0) {
                    group[sample] = sampleLabels.read(sample);
                    span[sample] = sampleLabels.span();
                    spans |= span[sample] != 0;
                    trace[sample] = sampleLabels.trace();
                    if (group[sample] == SampleLabels.DROPPED) {
                        dropped++;
                    } else {
                        samples[kept++] = sample;
                    }
                } else if (bits < 0) {
                    negative++;
                }
            }
            losses.lost(IntakeLoss.RELABELLED_SAMPLE, dropped);
            losses.lost(IntakeLoss.NEGATIVE_SAMPLE, negative);
            order = Arrays.copyOf(samples, kept);
            anySpan = spans;
        }

        boolean isEverything() {
            return order.length == raw.sampleCount();
        }

        void addProfiles(int stackCount, List<Profile> to) {
            int[] inOrder = order;
            List<TraceId> traces = sampleLabels.traces();
            if (traces.size() > 1) {
                inOrder = sorted(inOrder, trace, traces.size());
            }
            if (anySpan) {
                inOrder = sorted(inOrder, ranks(span), raw.sampleCount());
            }
            inOrder = sorted(inOrder, raw.stack(), stackCount);
            if (sampleLabels.groupCount() > 1) {
                inOrder = sorted(inOrder, group, sampleLabels.groupCount());
            }
            for (int start = 0, end; start < inOrder.length; start = end) {
                int one = group[inOrder[start]];
                end = start;
                while (end < inOrder.length && group[inOrder[end]] == one) {
                    end++;
                }
                Rows rows = new Rows(raw, span, anySpan, trace, traces, inOrder, start, end);
                for (int type = 0; type < raw.sampleTypes().size(); type++) {
                    if (rows.collect(type) > 0) {
                        to.add(profile(raw, type, sampleLabels.labels(one), timeNanos, rows));
                    }
                }
            }
        }
    }

    /// Below 0 if one of the sample's values is, 0 if all are.
    private static long valueBits(RawProfile raw, int sample) {
        int types = raw.sampleTypes().size();
        long any = 0;
        for (int i = sample * types; i < (sample + 1) * types; i++) {
            any |= raw.value()[i];
        }
        return any;
    }

    private static Profile profile(
            RawProfile raw, int type, Labels labels, long timeNanos, Rows rows) {
        ProfileType profileType =
                new ProfileType(
                        labels.value(LabelNames.NAME),
                        raw.sampleTypes().get(type),
                        raw.periodType());
        return new Profile(
                labels.with(computed(profileType, labels.value(LabelNames.SERVICE_NAME))),
                profileType,
                timeNanos,
                Math.max(raw.durationNanos(), 0),
                Math.max(raw.period(), 0),
                rows.stack(),
                rows.value(),
                rows.spanId(),
                rows.traceId());
    }

    private static Map<String, String> computed(ProfileType type, String service) {
        ValueType period = type.period();
        return Map.of(
                LabelNames.PROFILE_TYPE, type.id(),
                LabelNames.TYPE, type.sample().type(),
                LabelNames.UNIT, type.sample().unit(),
                LabelNames.PERIOD_TYPE, period.type(),
                LabelNames.PERIOD_UNIT, period.unit(),
                LabelNames.PRIVATE_SERVICE_NAME, service);
    }

    /// Removes the nodes that no kept sample passes through. Rewrites the samples' entries in `stack`; ids
    /// keep their order.
    private static StackTable prune(StackTable stacks, List<Kept> all) {
        int[] newId = new int[stacks.count()];
        Arrays.fill(newId, DROPPED);
        newId[StackTable.ROOT] = StackTable.ROOT;
        for (Kept kept : all) {
            for (int sample : kept.order) {
                newId[kept.raw.stack()[sample]] = 0;
            }
        }
        for (int node = stacks.count() - 1; node > StackTable.ROOT; node--) {
            if (newId[node] != DROPPED) {
                newId[stacks.parent()[node]] = 0;
            }
        }
        int[] parent = new int[stacks.count()];
        int[] frame = new int[stacks.count()];
        int count = 0;
        for (int node = 0; node < stacks.count(); node++) {
            if (newId[node] != DROPPED) {
                newId[node] = count;
                parent[count] =
                        node == StackTable.ROOT ? StackTable.NONE : newId[stacks.parent()[node]];
                frame[count++] = stacks.frame()[node];
            }
        }
        for (Kept kept : all) {
            for (int sample : kept.order) {
                kept.raw.stack()[sample] = newId[kept.raw.stack()[sample]];
            }
        }
        return new StackTable(count, parent, frame);
    }

    /// Addresses differ from one start of a program to the next; once the function is known they only make
    /// equal frames look different.
    private static void forgetAddresses(SymbolTable symbols) {
        SymbolTable.Mappings mappings = symbols.mappings();
        boolean any = false;
        for (int mapping = 0; mapping < mappings.count(); mapping++) {
            if (hasFunctions(mappings, mapping)) {
                mappings.memoryStart()[mapping] = 0;
                mappings.memoryLimit()[mapping] = 0;
                mappings.fileOffset()[mapping] = 0;
                any = true;
            }
        }
        SymbolTable.Frames frames = symbols.frames();
        for (int frame = 0; any && frame < frames.count(); frame++) {
            int mapping = frames.mapping()[frame];
            if (mapping != SymbolTable.NONE
                    && frames.function()[frame] != SymbolTable.NONE
                    && hasFunctions(mappings, mapping)) {
                frames.address()[frame] = 0;
            }
        }
    }

    private static boolean hasFunctions(SymbolTable.Mappings mappings, int mapping) {
        return (mappings.flags()[mapping] & SymbolTable.Mappings.HAS_FUNCTIONS) != 0;
    }

    /// Gives equal values equal numbers, smaller than their count, in the order of the values.
    private static int[] ranks(long[] value) {
        long[] sorted = value.clone();
        Arrays.sort(sorted);
        int[] rank = new int[value.length];
        Arrays.setAll(rank, i -> firstIndex(sorted, value[i]));
        return rank;
    }

    private static int firstIndex(long[] sorted, long value) {
        int low = 0;
        int high = sorted.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// **Hot path.** Counting sort of samples by `key[sample]`, stable. Benchmark: `PprofDecodeBenchmark`.
    ///
    /// @param keyCount every key is below it
    private static int[] sorted(int[] order, int[] key, int keyCount) {
        if (order.length < keyCount >>> FEW_SHIFT) {
            return sortedFew(order, key);
        }
        int[] next = new int[keyCount + 1];
        for (int sample : order) {
            next[key[sample] + 1]++;
        }
        for (int i = 1; i <= keyCount; i++) {
            next[i] += next[i - 1];
        }
        int[] result = new int[order.length];
        for (int sample : order) {
            result[next[key[sample]]++] = sample;
        }
        return result;
    }

    /// The same without a look at every key, for the few samples of a program that shares its stacks with others.
    private static int[] sortedFew(int[] order, int[] key) {
        long[] keyAndPlace = new long[order.length];
        Arrays.setAll(keyAndPlace, i -> ((long) key[order[i]] << Integer.SIZE) | i);
        Arrays.sort(keyAndPlace);
        int[] result = new int[order.length];
        Arrays.setAll(result, i -> order[(int) keyAndPlace[i]]);
        return result;
    }

    /// The rows of one group for one type after the other. Samples `order[start..end)` are sorted by stack,
    /// then span, then trace.
    private static final class Rows {
        private final RawProfile raw;
        private final long[] span;
        private final boolean withSpans;
        private final int[] trace;
        private final List<TraceId> traces;
        private final boolean withTraces;
        private final int[] order;
        private final int start;
        private final int end;
        private final int[] stackOfRow;
        private final long[] valueOfRow;
        private final long[] spanOfRow;
        private final int[] traceOfRow;
        private int count;

        Rows(
                RawProfile raw,
                long[] span,
                boolean withSpans,
                int[] trace,
                List<TraceId> traces,
                int[] order,
                int start,
                int end) {
            this.raw = raw;
            this.span = span;
            this.withSpans = withSpans;
            this.trace = trace;
            this.traces = traces;
            this.withTraces = traces.size() > 1;
            this.order = order;
            this.start = start;
            this.end = end;
            this.stackOfRow = new int[end - start];
            this.valueOfRow = new long[end - start];
            this.spanOfRow = new long[withSpans ? end - start : 0];
            this.traceOfRow = new int[withTraces ? end - start : 0];
        }

        /// **Hot path.** Returns the number of rows. Benchmark: `PprofDecodeBenchmark`.
        int collect(int type) {
            int types = raw.sampleTypes().size();
            int[] stack = raw.stack();
            long[] value = raw.value();
            count = 0;
            for (int i = start, next; i < end; i = next) {
                int first = order[i];
                long sum = value[first * types + type];
                next = i + 1;
                while (next < end
                        && stack[order[next]] == stack[first]
                        && span[order[next]] == span[first]
                        && trace[order[next]] == trace[first]) {
                    sum = SaturatedMath.add(sum, value[order[next++] * types + type]);
                }
                if (sum > 0) {
                    stackOfRow[count] = stack[first];
                    valueOfRow[count] = sum;
                    if (withSpans) {
                        spanOfRow[count] = span[first];
                    }
                    if (withTraces) {
                        traceOfRow[count] = trace[first];
                    }
                    count++;
                }
            }
            return count;
        }

        int[] stack() {
            return Arrays.copyOf(stackOfRow, count);
        }

        long[] value() {
            return Arrays.copyOf(valueOfRow, count);
        }

        /// Nothing if no row of this type has a span or a trace.
        long[] spanId() {
            for (int row = 0; withSpans && row < count; row++) {
                if (spanOfRow[row] != 0) {
                    return Arrays.copyOf(spanOfRow, count);
                }
            }
            return new long[hasTraces() ? count : 0];
        }

        /// Nothing if no row of this type has a trace.
        long[] traceId() {
            if (!hasTraces()) {
                return new long[0];
            }
            long[] ids = new long[2 * count];
            for (int row = 0; row < count; row++) {
                TraceId id = traces.get(traceOfRow[row]);
                ids[2 * row] = id.high();
                ids[2 * row + 1] = id.low();
            }
            return ids;
        }

        private boolean hasTraces() {
            for (int row = 0; withTraces && row < count; row++) {
                if (traceOfRow[row] != 0) {
                    return true;
                }
            }
            return false;
        }
    }
}
