package io.flamekeeper.testkit;

import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TraceId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Profile groups by chance, small and nasty: shared names, inlined and not symbolised frames, spans, traces, empty
/// stacks, names that sort differently as UTF-16, names that views use themselves.
public final class RandomGroups {
    public static final ProfileType ALLOC =
            ProfileType.parse("memory:alloc_space:bytes:space:bytes");

    /// Times lie in `[0, END_MILLIS)`.
    public static final long END_MILLIS = 100_000;

    private static final List<String> NAMES =
            List.of(
                    "a",
                    "b",
                    "c",
                    "main",
                    "other",
                    "total",
                    "ü",
                    "\uffee",
                    "\ud834\udd1e",
                    "a;b",
                    "");
    private static final List<String> FILES = List.of("", "a.c", "b.c");

    private RandomGroups() {}

    public static List<ProfileGroup> list(SplittableRandom random, int count) {
        List<ProfileGroup> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            groups.add(group(random, random.nextBoolean() ? "web" : "shop"));
        }
        return groups;
    }

    public static ProfileGroup group(SplittableRandom random, String service) {
        SymbolTable symbols = symbols(random);
        StackTable stacks = stacks(random, symbols.frames());
        List<Profile> profiles = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            profiles.add(profile(random, service, stacks.count()));
        }
        return new ProfileGroup(service, symbols, stacks, profiles);
    }

    private static Profile profile(SplittableRandom random, String service, int nodes) {
        ProfileType type = random.nextInt(3) == 0 ? ALLOC : TextProfiles.CPU;
        Map<String, String> labels = new HashMap<>();
        if (random.nextBoolean()) {
            labels.put("region", random.nextBoolean() ? "eu" : "us");
        }
        if (random.nextInt(3) == 0) {
            labels.put("otel.scope", "x" + random.nextInt(3));
        }
        boolean spans = random.nextInt(3) == 0;
        boolean traces = spans && random.nextBoolean();
        List<long[]> rows = new ArrayList<>();
        List<TraceId> traceOfRow = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            if (random.nextInt(3) == 0) {
                for (int span = 0; span < (spans ? 1 + random.nextInt(3) : 1); span++) {
                    boolean huge = random.nextInt(200) == 0;
                    long value = huge ? Long.MAX_VALUE - random.nextInt(5) : 1 + random.nextInt(50);
                    List<TraceId> all = RandomProfiles.TRACES;
                    int trace = traces ? random.nextInt(all.size()) : 0;
                    rows.add(new long[] {node, value, span});
                    traceOfRow.add(all.get(trace));
                    if (trace > 1) {
                        rows.add(new long[] {node, 1, span});
                        traceOfRow.add(all.get(trace - 1));
                    }
                }
            }
        }
        return new Profile(
                TextProfiles.labels(service, type, labels),
                type,
                timeMillis(random) * 1_000_000 + random.nextInt(1_000_000),
                0,
                0,
                rows.stream().mapToInt(row -> (int) row[0]).toArray(),
                rows.stream().mapToLong(row -> row[1]).toArray(),
                spans ? rows.stream().mapToLong(row -> row[2]).toArray() : new long[0],
                traces ? RandomProfiles.halves(traceOfRow.stream()) : new long[0]);
    }

    /// Half of them at full seconds, so that they meet the ends of ranges and steps.
    private static long timeMillis(SplittableRandom random) {
        return random.nextBoolean()
                ? random.nextLong(END_MILLIS)
                : random.nextLong(END_MILLIS / 1000) * 1000;
    }

    private static StackTable stacks(SplittableRandom random, SymbolTable.Frames frames) {
        int count = 1 + random.nextInt(30);
        int[] parent = new int[count];
        int[] frame = new int[count];
        parent[0] = StackTable.NONE;
        frame[0] = StackTable.NONE;
        for (int node = 1; node < count; node++) {
            parent[node] = random.nextInt(Math.max(0, node - 6), node);
            boolean mayInline =
                    parent[node] != 0 && frames.function()[frame[parent[node]]] != SymbolTable.NONE;
            frame[node] = random.nextInt(frames.count());
            if (frames.inlined()[frame[node]] && !mayInline) {
                frame[node] = 0;
            }
        }
        return new StackTable(count, parent, frame);
    }

    private static SymbolTable symbols(SplittableRandom random) {
        List<String> strings = new ArrayList<>(List.of(""));
        strings.addAll(NAMES);
        strings.addAll(FILES);
        int functions = 1 + random.nextInt(8);
        int frames = 1 + random.nextInt(12);
        int[] name = new int[functions];
        int[] systemName = new int[functions];
        int[] file = new int[functions];
        long[] startLine = new long[functions];
        for (int id = 0; id < functions; id++) {
            name[id] = 1 + random.nextInt(NAMES.size());
            systemName[id] = random.nextBoolean() ? 0 : 1 + random.nextInt(NAMES.size());
            file[id] = 1 + NAMES.size() + random.nextInt(FILES.size());
            startLine[id] = random.nextInt(2);
        }
        int[] function = new int[frames];
        int[] mapping = new int[frames];
        long[] address = new long[frames];
        long[] line = new long[frames];
        boolean[] inlined = new boolean[frames];
        boolean fullySymbolised = random.nextBoolean();
        for (int id = 0; id < frames; id++) {
            boolean symbolised = fullySymbolised || random.nextInt(4) > 0;
            function[id] = symbolised ? random.nextInt(functions) : SymbolTable.NONE;
            mapping[id] = random.nextInt(3) - 1;
            address[id] = random.nextInt(3) == 0 ? 0 : random.nextLong() | 1;
            line[id] = random.nextInt(3);
            inlined[id] = id > 0 && symbolised && random.nextInt(3) == 0;
        }
        int[] mappingFile = {1 + NAMES.size(), 2 + NAMES.size()};
        var mappings =
                new SymbolTable.Mappings(
                        2,
                        new long[] {4096, -4096},
                        new long[] {8192, -1},
                        new long[2],
                        mappingFile,
                        new int[2],
                        new byte[] {0, 3});
        return new SymbolTable(
                StringTable.of(strings),
                new SymbolTable.Functions(functions, name, systemName, file, startLine),
                mappings,
                new SymbolTable.Frames(frames, function, line, mapping, address, inlined));
    }

    /// A chain of calls, as deep as asked, with amount 1 at its end.
    public static ProfileGroup deep(String service, int depth) {
        int[] parent = new int[depth + 1];
        int[] frame = new int[depth + 1];
        Arrays.setAll(parent, node -> node - 1);
        frame[0] = StackTable.NONE;
        var symbols =
                new SymbolTable(
                        StringTable.of(List.of("", "f")),
                        new SymbolTable.Functions(
                                1, new int[] {1}, new int[1], new int[1], new long[1]),
                        SymbolTable.Mappings.EMPTY,
                        new SymbolTable.Frames(
                                1,
                                new int[1],
                                new long[1],
                                new int[] {SymbolTable.NONE},
                                new long[1],
                                new boolean[1]));
        var profile =
                new Profile(
                        TextProfiles.labels(service, TextProfiles.CPU, Map.of()),
                        TextProfiles.CPU,
                        0,
                        0,
                        0,
                        new int[] {depth},
                        new long[] {1},
                        new long[0],
                        new long[0]);
        return new ProfileGroup(
                service, symbols, new StackTable(depth + 1, parent, frame), List.of(profile));
    }
}
