package io.flamekeeper.testkit;

import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.store.Part;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.store.Snapshot;
import io.flamekeeper.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Profiles as text that is equal exactly when they are: labels, type, time, sum, and the amount of every
/// stack, each frame with all that is known of it, also by span and by trace. What was sent and what is stored
/// come out the same, in whatever ids.
///
/// Profiles of one series must differ in milliseconds, as those of [RandomProfiles] do; spans are 0 to 3, traces
/// are [RandomProfiles#TRACES].
public final class StoredText {
    private static final List<SampleFilter> FILTERS =
            Stream.of(
                            Stream.of(SampleFilter.ALL),
                            LongStream.rangeClosed(1, 3).mapToObj(SampleFilter::ofSpans),
                            RandomProfiles.TRACES.stream()
                                    .filter(trace -> !trace.isNone())
                                    .map(SampleFilter::ofTraces))
                    .flatMap(filters -> filters)
                    .toList();

    private StoredText() {}

    /// One text for each profile of the group, in order.
    public static List<String> of(ProfileGroup group) {
        return group.profiles().stream().map(profile -> of(group, profile)).toList();
    }

    private static String of(ProfileGroup group, Profile profile) {
        List<Map<String, Long>> byFilter = new ArrayList<>();
        for (SampleFilter filter : FILTERS) {
            long[] self = new long[group.stacks().count()];
            for (int pair = 0; pair < profile.stack().length; pair++) {
                int node = profile.stack()[pair];
                if (NaiveStore.counts(profile, pair, filter)) {
                    self[node] = SaturatedMath.add(self[node], profile.value()[pair]);
                }
            }
            byFilter.add(stacks(group.symbols(), group.stacks(), self));
        }
        long total = 0;
        for (long value : profile.value()) {
            total = SaturatedMath.add(total, value);
        }
        return text(profile.labels(), profile.type(), profile.timeMillis(), total, byFilter);
    }

    private static String text(
            Labels labels,
            ProfileType type,
            long timeMillis,
            long total,
            List<Map<String, Long>> byFilter) {
        return labels + " " + type + " @" + timeMillis + " total " + total + " " + byFilter;
    }

    /// One text for each profile of the tenant, in no order.
    public static List<String> of(Store store, TenantScope scope) {
        try (Snapshot snapshot = store.snapshot(scope)) {
            return snapshot.parts().stream().flatMap(part -> of(part).stream()).toList();
        }
    }

    /// One text for each profile of the part, in no order.
    public static List<String> of(Part part) {
        List<String> texts = new ArrayList<>();
        for (int series = 0; series < part.series().count(); series++) {
            int id = series;
            part.forEachTotal(
                    series,
                    TimeRange.ALWAYS,
                    Part.Grid.FINEST,
                    (timeMillis, total, _) -> texts.add(of(part, id, timeMillis, total)));
        }
        return texts;
    }

    private static String of(Part part, int series, long timeMillis, long total) {
        var instant = new TimeRange(timeMillis, timeMillis + 1);
        if (!part.hasRows(series, instant)
                || timeMillis < part.firstMillis()
                || timeMillis > part.lastMillis()) {
            throw new AssertionError("a row at " + timeMillis + " that the part does not own to");
        }
        List<Map<String, Long>> byFilter = new ArrayList<>();
        for (SampleFilter filter : FILTERS) {
            long[] self = new long[part.stacks().count()];
            part.addSelf(new int[] {series}, instant, filter, self, Part.ScanMeter.UNLIMITED);
            byFilter.add(stacks(part.symbols(), part.stacks(), self));
        }
        Labels labels = part.series().labels(series);
        if (!new LabelMatcher.Equal("service_name", part.service()).matches(labels)) {
            throw new AssertionError(labels + " in the part of service " + part.service());
        }
        return text(labels, part.series().type(series), timeMillis, total, byFilter);
    }

    /// Amount by stack of all nodes that have any.
    private static Map<String, Long> stacks(SymbolTable symbols, StackTable stacks, long[] self) {
        var byStack = new TreeMap<String, Long>();
        for (int leaf = 0; leaf < stacks.count(); leaf++) {
            if (self[leaf] != 0) {
                var text = new StringBuilder();
                for (int node = leaf; node != StackTable.ROOT; node = stacks.parent()[node]) {
                    frame(text, symbols, stacks.frame()[node]);
                    text.append(';');
                }
                byStack.merge(text.toString(), self[leaf], SaturatedMath::add);
            }
        }
        return byStack;
    }

    private static void frame(StringBuilder text, SymbolTable symbols, int frame) {
        SymbolTable.Frames frames = symbols.frames();
        function(text, symbols, frames.function()[frame]);
        text.append(':').append(frames.line()[frame]).append(' ');
        mapping(text, symbols, frames.mapping()[frame]);
        text.append(' ').append(frames.address()[frame]);
        text.append(frames.inlined()[frame] ? " inlined" : "");
    }

    private static void function(StringBuilder text, SymbolTable symbols, int function) {
        if (function == SymbolTable.NONE) {
            text.append('?');
            return;
        }
        SymbolTable.Functions functions = symbols.functions();
        text.append(symbols.strings().get(functions.name()[function])).append('(');
        text.append(symbols.strings().get(functions.systemName()[function])).append(") ");
        text.append(symbols.strings().get(functions.fileName()[function])).append(':');
        text.append(functions.startLine()[function]);
    }

    private static void mapping(StringBuilder text, SymbolTable symbols, int mapping) {
        if (mapping == SymbolTable.NONE) {
            text.append('-');
            return;
        }
        SymbolTable.Mappings mappings = symbols.mappings();
        text.append(symbols.strings().get(mappings.fileName()[mapping])).append('[');
        text.append(symbols.strings().get(mappings.buildId()[mapping])).append("] ");
        text.append(mappings.memoryStart()[mapping]).append('-');
        text.append(mappings.memoryLimit()[mapping]).append('+');
        text.append(mappings.fileOffset()[mapping]).append(" flags ");
        text.append(mappings.flags()[mapping]);
    }
}
