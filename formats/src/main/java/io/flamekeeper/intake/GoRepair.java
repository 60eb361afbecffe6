package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.StackTableBuilder;
import io.flamekeeper.format.Strings;
import io.flamekeeper.model.IntSequence;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// What a tenant may ask for profiles of Go programs: see [GoStacks], and functions that differ only in their type
/// parameters as one. Off by default: what is stored is then what was sent.
final class GoRepair {
    /// How the compiler writes the shape of a type parameter; plain `[int]` is what the program says.
    private static final String SHAPE = "[go.shape.";

    /// Frames of all stacks together beyond which none is repaired: no program has so many, but a few bytes can say
    /// so.
    private static final long FRAMES_MAX = 4_000_000;

    private static final long SEED = new SecureRandom().nextLong();

    /// Who sends what, as far as it can be told.
    private static final List<Trace> TRACES =
            List.of(
                    new Trace(true, List.of(".go", "/usr/local/go/")),
                    new Trace(
                            false,
                            List.of(
                                    "java/",
                                    "sun/",
                                    ".rb",
                                    "gems/",
                                    "./node_modules/",
                                    ".js",
                                    "System.",
                                    "Microsoft.",
                                    ".py",
                                    "main.rs",
                                    "core.rs")));

    /// Beginnings or ends of strings by which a language is known.
    private record Trace(boolean isGo, List<String> marks) {
        boolean isIn(String text) {
            return marks.stream().anyMatch(mark -> text.startsWith(mark) || text.endsWith(mark));
        }
    }

    private GoRepair() {}

    static RawProfile apply(RawProfile raw, Labels series, IntakeOptions options) {
        if (!(options.repairStacks() || options.foldTypes()) || !isGo(raw, series)) {
            return raw;
        }
        RawProfile folded = options.foldTypes() ? foldTypes(raw) : raw;
        return options.repairStacks() ? repairStacks(folded) : folded;
    }

    /// The sender's profiler says so, or the first string does that says anything.
    static boolean isGo(RawProfile raw, Labels series) {
        return switch (series.value(LabelNames.SPY)) {
            case "gospy" -> true;
            case "dotnetspy",
                    "phpspy",
                    "pyspy",
                    "rbspy",
                    "nodespy",
                    "javaspy",
                    "grafana-agent.java",
                    "pyroscope-rs" ->
                    false;
            default -> looksLikeGo(raw.symbols().strings());
        };
    }

    private static boolean looksLikeGo(StringTable strings) {
        for (int string = 0; string < strings.count(); string++) {
            String text = strings.get(string);
            for (Trace trace : TRACES) {
                if (trace.isIn(text)) {
                    return trace.isGo();
                }
            }
        }
        return false;
    }

    /// `pkg.(*T[go.shape.struct { F []uint8 }]).M` is `pkg.(*T).M`.
    static String withoutShapes(String name) {
        int start = name.indexOf(SHAPE);
        if (start < 0) {
            return name;
        }
        var kept = new StringBuilder();
        int at = 0;
        while (start >= 0) {
            int end = endOfGroup(name, start);
            if (end < 0) {
                break;
            }
            kept.append(name, at, start);
            at = end;
            start = name.indexOf(SHAPE, at);
        }
        return kept.append(name, at, name.length()).toString();
    }

    private static int endOfGroup(String name, int start) {
        int depth = 0;
        for (int at = start; at < name.length(); at++) {
            char c = name.charAt(at);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (depth == 0) {
                return at + 1;
            }
        }
        return -1;
    }

    private static RawProfile foldTypes(RawProfile raw) {
        SymbolTable symbols = raw.symbols();
        List<String> strings = new ArrayList<>();
        for (int string = 0; string < symbols.strings().count(); string++) {
            strings.add(symbols.strings().get(string));
        }
        SymbolTable.Functions functions = symbols.functions();
        boolean any = fold(strings, functions.count(), functions.name());
        any |= fold(strings, functions.count(), functions.systemName());
        if (!any) {
            return raw;
        }
        int[] function = firstOfEqualFunctions(functions, strings);
        int[] frame = firstOfEqualFrames(symbols.frames(), function);
        var builder = builder(raw.stacks().count());
        int[] node = new int[raw.stacks().count()];
        for (int old = StackTable.ROOT + 1; old < node.length; old++) {
            node[old] =
                    builder.child(
                            node[raw.stacks().parent()[old]], frame[raw.stacks().frame()[old]]);
        }
        Arrays.setAll(raw.stack(), sample -> node[raw.stack()[sample]]);
        return with(
                raw,
                new SymbolTable(
                        StringTable.of(strings), functions, symbols.mappings(), symbols.frames()),
                builder.build());
    }

    /// Gives strings that change a new number, so that whatever else has them keeps them.
    private static boolean fold(List<String> strings, int count, int[] column) {
        boolean any = false;
        for (int row = 0; row < count; row++) {
            String name = strings.get(column[row]);
            String folded = withoutShapes(name);
            if (!folded.equals(name)) {
                column[row] = strings.size();
                strings.add(folded);
                any = true;
            }
        }
        return any;
    }

    private static int[] firstOfEqualFunctions(
            SymbolTable.Functions functions, List<String> strings) {
        var texts = new Strings(SEED);
        int[] text = new int[strings.size()];
        Arrays.setAll(
                text,
                string -> {
                    byte[] bytes = strings.get(string).getBytes(UTF_8);
                    return texts.add(bytes, 0, bytes.length);
                });
        var lines = new LongIndex(SEED);
        return firstOfEqual(
                functions.count(),
                one ->
                        new IntSequence(
                                text[functions.name()[one]],
                                text[functions.systemName()[one]],
                                text[functions.fileName()[one]],
                                lines.add(functions.startLine()[one])));
    }

    /// @param firstFunction the function that stands for each
    private static int[] firstOfEqualFrames(SymbolTable.Frames frames, int[] firstFunction) {
        var lines = new LongIndex(SEED);
        var addresses = new LongIndex(SEED);
        return firstOfEqual(
                frames.count(),
                one -> {
                    int function = frames.function()[one];
                    return new IntSequence(
                            function == SymbolTable.NONE ? 0 : 1 + firstFunction[function],
                            lines.add(frames.line()[one]),
                            1 + frames.mapping()[one],
                            addresses.add(frames.address()[one]),
                            frames.inlined()[one] ? 1 : 0);
                });
    }

    /// Of each row the first that has the same content.
    private static int[] firstOfEqual(int rows, IntFunction<IntSequence> content) {
        Map<IntSequence, Integer> first = new HashMap<>();
        int[] firstOf = new int[rows];
        for (int row = 0; row < rows; row++) {
            Integer before = first.putIfAbsent(content.apply(row), row);
            firstOf[row] = before == null ? row : before;
        }
        return firstOf;
    }

    private static RawProfile repairStacks(RawProfile raw) {
        if (frameCount(raw) > FRAMES_MAX) {
            return raw;
        }
        var locations = new Locations(raw);
        List<int[]> stacks = new ArrayList<>();
        int longest = 0;
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            stacks.add(locations.ofStack(raw.stack()[sample]));
            longest = Math.max(longest, stacks.getLast().length);
        }
        boolean isHeap =
                hasType(raw, "alloc_objects", "alloc_space", "inuse_objects", "inuse_space");
        if (!GoStacks.areCut(isHeap, hasType(raw, "cpu"), longest)) {
            return raw;
        }
        Map<Integer, int[]> missing = GoStacks.missingCallers(stacks);
        if (missing.isEmpty()) {
            return raw;
        }
        var builder = builder(raw.stacks().count() + missing.size() * longest);
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            int node =
                    locations.append(
                            builder, StackTable.ROOT, missing.getOrDefault(sample, new int[0]));
            raw.stack()[sample] = locations.append(builder, node, stacks.get(sample));
        }
        return with(raw, raw.symbols(), builder.build());
    }

    private static long frameCount(RawProfile raw) {
        int[] depth = new int[raw.stacks().count()];
        for (int node = StackTable.ROOT + 1; node < depth.length; node++) {
            depth[node] = depth[raw.stacks().parent()[node]] + 1;
        }
        long frames = 0;
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            frames += depth[raw.stack()[sample]];
        }
        return frames;
    }

    private static boolean hasType(RawProfile raw, String... types) {
        return raw.sampleTypes().stream().anyMatch(one -> List.of(types).contains(one.type()));
    }

    private static StackTableBuilder builder(int expected) {
        return new StackTableBuilder(SEED, Integer.MAX_VALUE - 8, expected);
    }

    private static RawProfile with(RawProfile raw, SymbolTable symbols, StackTable stacks) {
        return new RawProfile(
                symbols,
                stacks,
                raw.sampleTypes(),
                raw.periodType(),
                raw.period(),
                raw.timeNanos(),
                raw.durationNanos(),
                raw.sampleCount(),
                raw.stack(),
                raw.value(),
                raw.labelStart(),
                raw.labelName(),
                raw.labelValue());
    }

    /// Frames put together to the locations that pprof has: a frame with what is inlined in it.
    private static final class Locations {
        private final RawProfile raw;
        private final Map<IntSequence, Integer> idByFrames = new HashMap<>();
        private final List<List<Integer>> framesOfId = new ArrayList<>();

        Locations(RawProfile raw) {
            this.raw = raw;
        }

        /// Leaf first.
        int[] ofStack(int leaf) {
            List<Integer> ids = new ArrayList<>();
            List<Integer> innermostFirst = new ArrayList<>();
            for (int node = leaf; node != StackTable.ROOT; node = raw.stacks().parent()[node]) {
                int frame = raw.stacks().frame()[node];
                innermostFirst.add(frame);
                if (!raw.symbols().frames().inlined()[frame]) {
                    ids.add(id(List.copyOf(innermostFirst)));
                    innermostFirst.clear();
                }
            }
            if (!innermostFirst.isEmpty()) {
                ids.add(id(List.copyOf(innermostFirst)));
            }
            return ids.stream().mapToInt(Integer::intValue).toArray();
        }

        private int id(List<Integer> frames) {
            return idByFrames.computeIfAbsent(
                    new IntSequence(frames.stream().mapToInt(Integer::intValue).toArray()),
                    _ -> {
                        framesOfId.add(frames);
                        return framesOfId.size() - 1;
                    });
        }

        /// Puts locations, leaf first, below a node.
        int append(StackTableBuilder builder, int caller, int[] locations) {
            int node = caller;
            for (int i = locations.length - 1; i >= 0; i--) {
                for (int frame : framesOfId.get(locations[i]).reversed()) {
                    node = builder.child(node, frame);
                }
            }
            return node;
        }
    }
}
