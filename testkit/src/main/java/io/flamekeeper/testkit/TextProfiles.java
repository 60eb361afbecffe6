package io.flamekeeper.testkit;

import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Profiles drawn as text: one stack a column, outermost frame on top, amounts in the first line.
///
/// ```
/// 7      2      1
/// main   main   main
/// serve  serve  idle
/// parse  write
/// ```
///
/// Columns are as wide as their header; a name starts at or after its header's first character and before
/// the next one's, and has no blanks in it. A column without names is the empty stack.
/// Source: the Firefox Profiler's text samples.
public final class TextProfiles {
    public static final ProfileType CPU =
            ProfileType.parse("process_cpu:cpu:nanoseconds:cpu:nanoseconds");

    private TextProfiles() {}

    /// One CPU profile.
    public static ProfileGroup cpu(
            String service, long timeMillis, Map<String, String> labels, String drawing) {
        return group(service, CPU, timeMillis, labels, drawing);
    }

    /// One CPU profile without further labels.
    public static ProfileGroup cpu(String service, long timeMillis, String drawing) {
        return cpu(service, timeMillis, Map.of(), drawing);
    }

    public static ProfileGroup group(
            String service,
            ProfileType type,
            long timeMillis,
            Map<String, String> labels,
            String drawing) {
        var stacks = new TreeMap<List<String>, Long>(TextProfiles::compare);
        for (Drawing.Column column : Drawing.columns(drawing)) {
            stacks.merge(column.rootFirst(), Long.parseLong(column.header()), Long::sum);
        }
        return group(service, type, timeMillis, labels, stacks);
    }

    /// @param stacks amount by stack, outermost frame first
    public static ProfileGroup group(
            String service,
            ProfileType type,
            long timeMillis,
            Map<String, String> labels,
            Map<List<String>, Long> stacks) {
        var builder = new Builder();
        var amountByLeaf = new TreeMap<Integer, Long>();
        stacks.forEach(
                (stack, amount) -> amountByLeaf.merge(builder.intern(stack), amount, Long::sum));
        var profile =
                new Profile(
                        labels(service, type, labels),
                        type,
                        timeMillis * 1_000_000,
                        10_000_000_000L,
                        10_000_000L,
                        amountByLeaf.keySet().stream().mapToInt(Integer::intValue).toArray(),
                        amountByLeaf.values().stream().mapToLong(Long::longValue).toArray(),
                        new long[0],
                        new long[0]);
        return new ProfileGroup(service, builder.symbols(), builder.stacks(), List.of(profile));
    }

    /// The labels a normalised profile of this service and type has, and `labels`.
    public static Labels labels(String service, ProfileType type, Map<String, String> labels) {
        var all = new HashMap<>(labels);
        all.put(LabelNames.SERVICE_NAME, service);
        all.put(LabelNames.PRIVATE_SERVICE_NAME, service);
        all.put(LabelNames.NAME, type.name());
        all.put(LabelNames.PROFILE_TYPE, type.id());
        all.put(LabelNames.TYPE, type.sample().type());
        all.put(LabelNames.UNIT, type.sample().unit());
        all.put(LabelNames.PERIOD_TYPE, type.period().type());
        all.put(LabelNames.PERIOD_UNIT, type.period().unit());
        return Labels.of(all);
    }

    private static int compare(List<String> left, List<String> right) {
        return Arrays.compare(left.toArray(String[]::new), right.toArray(String[]::new));
    }

    /// Interns stacks of names; each name is one function with one frame.
    private static final class Builder {
        private final Map<String, Integer> stringByText = new LinkedHashMap<>(Map.of("", 0));
        private final List<Integer> parent = new ArrayList<>(List.of(StackTable.NONE));
        private final List<Integer> frame = new ArrayList<>(List.of(StackTable.NONE));
        private final Map<List<Integer>, Integer> nodeByCallerAndFrame = new HashMap<>();

        int intern(List<String> rootFirst) {
            int node = StackTable.ROOT;
            for (String name : rootFirst) {
                int function = stringByText.computeIfAbsent(name, _ -> stringByText.size()) - 1;
                int caller = node;
                node =
                        nodeByCallerAndFrame.computeIfAbsent(
                                List.of(caller, function),
                                _ -> {
                                    parent.add(caller);
                                    frame.add(function);
                                    return parent.size() - 1;
                                });
            }
            return node;
        }

        StackTable stacks() {
            return new StackTable(parent.size(), ints(parent), ints(frame));
        }

        SymbolTable symbols() {
            int count = stringByText.size() - 1;
            int[] identity = new int[count];
            Arrays.setAll(identity, i -> i);
            int[] nameString = new int[count];
            Arrays.setAll(nameString, i -> i + 1);
            int[] noMapping = new int[count];
            Arrays.fill(noMapping, SymbolTable.NONE);
            return new SymbolTable(
                    StringTable.of(List.copyOf(stringByText.keySet())),
                    new SymbolTable.Functions(
                            count, nameString, new int[count], new int[count], new long[count]),
                    SymbolTable.Mappings.EMPTY,
                    new SymbolTable.Frames(
                            count,
                            identity,
                            new long[count],
                            noMapping,
                            new long[count],
                            new boolean[count]));
        }

        private static int[] ints(List<Integer> list) {
            return list.stream().mapToInt(Integer::intValue).toArray();
        }
    }
}
