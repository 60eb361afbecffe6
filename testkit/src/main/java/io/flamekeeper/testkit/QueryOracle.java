package io.flamekeeper.testkit;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.MergedProfile;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.query.Aggregation;
import io.flamekeeper.query.MergeQuery;
import io.flamekeeper.query.SeriesQuery;
import io.flamekeeper.store.SampleFilter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Answers queries the slow and obvious way: one profile, one sample, one list of names at a time, in
/// [BigInteger]s. Sums are cut to [Long#MAX_VALUE] at the very end.
public record QueryOracle(List<ProfileGroup> groups) {
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    /// Amount by stack of function names, outermost first.
    public Map<List<String>, Long> stacks(MergeQuery query) {
        return merge(query, QueryOracle::functionName);
    }

    /// Amount by stack of frames, each described in full, outermost first.
    public Map<List<String>, Long> frames(MergeQuery query) {
        return merge(query, QueryOracle::describe);
    }

    /// Amount by end of step, by group.
    public Map<Labels, Map<Long, Double>> series(SeriesQuery query) {
        long start = query.range().startMillis();
        long end = query.range().endMillis();
        Map<Labels, Map<Long, List<BigInteger>>> amounts = new HashMap<>();
        for (ProfileGroup group : groups) {
            for (Profile profile : group.profiles()) {
                if (!profile.type().equals(query.type())
                        || !query.selector().matches(profile.labels())
                        || profile.timeMillis() >= end
                        || profile.timeMillis() <= start - query.stepMillis()) {
                    continue;
                }
                long step = start;
                while (step < profile.timeMillis()) {
                    step += query.stepMillis();
                }
                if (step <= end) {
                    amounts.computeIfAbsent(
                                    profile.labels().only(query.groupBy()), _ -> new TreeMap<>())
                            .computeIfAbsent(step, _ -> new ArrayList<>())
                            .add(amount(group, profile, query.callSite()));
                }
            }
        }
        Map<Labels, Map<Long, Double>> points = new HashMap<>();
        amounts.forEach((labels, bySteps) ->
                bySteps.forEach((step, list) -> {
                    BigInteger sum = list.stream().reduce(BigInteger.ZERO, BigInteger::add);
                    double value = sum.min(LONG_MAX).doubleValue();
                    if (value != 0) {
                        points.computeIfAbsent(labels, _ -> new TreeMap<>())
                                .put(
                                        step,
                                        query.aggregation() == Aggregation.SUM
                                                ? value
                                                : value / list.size());
                    }
                }));
        return points;
    }

    /// The same shape as [#stacks], of what is to be checked.
    public static Map<List<String>, Long> stacks(StackTree tree) {
        Map<List<String>, Long> stacks = new HashMap<>();
        for (int node = 0; node < tree.count(); node++) {
            if (tree.self()[node] > 0) {
                List<String> stack = new ArrayList<>();
                for (int at = node; at != StackTable.ROOT; at = tree.parent()[at]) {
                    stack.add(tree.names().get(tree.name()[at]));
                }
                Collections.reverse(stack);
                if (stacks.put(stack, tree.self()[node]) != null) {
                    throw new IllegalStateException("two nodes are " + stack);
                }
            }
        }
        return stacks;
    }

    /// The same shape as [#frames], of what is to be checked.
    public static Map<List<String>, Long> frames(MergedProfile profile) {
        Map<List<String>, Long> stacks = new HashMap<>();
        for (int node = 0; node < profile.stacks().count(); node++) {
            if (profile.self()[node] > 0) {
                List<String> stack =
                        stack(profile.symbols(), profile.stacks(), node, QueryOracle::describe);
                if (stacks.put(stack, profile.self()[node]) != null) {
                    throw new IllegalStateException("two nodes are " + stack);
                }
            }
        }
        return stacks;
    }

    private interface FrameText {
        String of(SymbolTable symbols, int frame);
    }

    private Map<List<String>, Long> merge(MergeQuery query, FrameText text) {
        Map<List<String>, BigInteger> sums = new HashMap<>();
        for (ProfileGroup group : groups) {
            for (Profile profile : group.profiles()) {
                if (profile.type().equals(query.type())
                        && query.selector().matches(profile.labels())
                        && query.range().contains(profile.timeMillis())) {
                    for (int i = 0; i < profile.stack().length; i++) {
                        if (counts(group, profile, i, query.callSite(), query.samples())) {
                            sums.merge(
                                    stack(
                                            group.symbols(),
                                            group.stacks(),
                                            profile.stack()[i],
                                            text),
                                    BigInteger.valueOf(profile.value()[i]),
                                    BigInteger::add);
                        }
                    }
                }
            }
        }
        Map<List<String>, Long> capped = new HashMap<>();
        sums.forEach((stack, sum) -> capped.put(stack, sum.min(LONG_MAX).longValueExact()));
        return capped;
    }

    private static BigInteger amount(ProfileGroup group, Profile profile, List<String> callSite) {
        BigInteger sum = BigInteger.ZERO;
        for (int i = 0; i < profile.stack().length; i++) {
            if (counts(group, profile, i, callSite, SampleFilter.ALL)) {
                sum = sum.add(BigInteger.valueOf(profile.value()[i]));
            }
        }
        return sum;
    }

    private static boolean counts(
            ProfileGroup group,
            Profile profile,
            int row,
            List<String> callSite,
            SampleFilter samples) {
        List<String> stack =
                stack(
                        group.symbols(),
                        group.stacks(),
                        profile.stack()[row],
                        QueryOracle::functionName);
        return NaiveStore.counts(profile, row, samples)
                && stack.size() >= callSite.size()
                && stack.subList(0, callSite.size()).equals(callSite);
    }

    private static List<String> stack(
            SymbolTable symbols, StackTable stacks, int leaf, FrameText text) {
        List<String> stack = new ArrayList<>();
        for (int node = leaf; node != StackTable.ROOT; node = stacks.parent()[node]) {
            stack.add(text.of(symbols, stacks.frame()[node]));
        }
        Collections.reverse(stack);
        return stack;
    }

    private static String functionName(SymbolTable symbols, int frame) {
        int function = symbols.frames().function()[frame];
        if (function != SymbolTable.NONE) {
            return symbols.strings().get(symbols.functions().name()[function]);
        }
        int mapping = symbols.frames().mapping()[frame];
        String file =
                mapping == SymbolTable.NONE
                        ? ""
                        : symbols.strings().get(symbols.mappings().fileName()[mapping]);
        String address = "0x" + Long.toHexString(symbols.frames().address()[frame]);
        return file.isEmpty() ? address : file + "!" + address;
    }

    private static String describe(SymbolTable symbols, int frame) {
        SymbolTable.Frames frames = symbols.frames();
        int function = frames.function()[frame];
        String rest = ":" + frames.line()[frame] + (frames.inlined()[frame] ? " inlined" : "");
        if (function == SymbolTable.NONE) {
            int mapping = frames.mapping()[frame];
            String where =
                    mapping == SymbolTable.NONE
                            ? ""
                            : symbols.mappings().memoryStart()[mapping]
                                    + symbols.strings().get(symbols.mappings().fileName()[mapping]);
            return where + "@" + frames.address()[frame];
        }
        SymbolTable.Functions functions = symbols.functions();
        String name = symbols.strings().get(functions.name()[function]);
        String systemName = symbols.strings().get(functions.systemName()[function]);
        return name
                + "|"
                + (systemName.equals(name) ? "" : systemName)
                + "|"
                + symbols.strings().get(functions.fileName()[function])
                + "|"
                + functions.startLine()[function]
                + rest;
    }
}
