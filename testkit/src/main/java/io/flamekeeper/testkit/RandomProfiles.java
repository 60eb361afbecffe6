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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Groups by chance, all of them legal, with everything that is rare in them: no frames, no function, inlined
/// frames, spans, traces of any span or none, non-ASCII names, several profiles, values near the largest, strings nobody refers to.
///
/// The same seed gives the same groups. No two profiles of a generator have the same time, and times do not
/// ascend.
public final class RandomProfiles {
    private static final List<ProfileType> TYPES =
            List.of(
                    TextProfiles.CPU,
                    ProfileType.parse("memory:alloc_space:bytes:space:bytes"),
                    ProfileType.parse("wall:wall:nanoseconds::"));

    /// Those of samples, the first of which is none. Their halves are alike, as is what an index knows of them.
    public static final List<TraceId> TRACES =
            List.of(TraceId.NONE, new TraceId(0, 7), new TraceId(7, 0), new TraceId(-7, -7));

    private final SplittableRandom random;
    private final Shape shape;
    private final long startMillis;
    private long tick;

    /// How large groups are; each is the inclusive maximum.
    ///
    /// @param serviceCount different services
    /// @param functionCount different functions in a service
    public record Shape(
            int serviceCount, int functionCount, int nodesMax, int profilesMax, int samplesMax) {
        /// The smallest groups that still have everything, for thousands of stores.
        public static final Shape TINY = new Shape(2, 3, 4, 2, 3);

        /// Groups of a few hundred bytes.
        public static final Shape SMALL = new Shape(3, 8, 12, 3, 6);

        /// Groups as a JVM's profiler sends them.
        public static final Shape REALISTIC = new Shape(4, 500, 880, 1, 600);
    }

    public RandomProfiles(long seed, Shape shape) {
        this.random = new SplittableRandom(seed);
        this.shape = shape;
        this.startMillis = random.nextLong(1_500_000_000_000L, 1_900_000_000_000L);
    }

    /// A group of any of the services.
    public ProfileGroup next() {
        return next("service-" + random.nextInt(shape.serviceCount));
    }

    public ProfileGroup next(String service) {
        StackTable stacks = stacks();
        SymbolTable symbols = symbols(service);
        List<Profile> profiles = new ArrayList<>();
        int count = random.nextInt(1, shape.profilesMax + 1);
        for (int i = 0; i < count; i++) {
            profiles.add(profile(service, stacks.count()));
        }
        return new ProfileGroup(service, symbols, stacks, profiles);
    }

    /// A tree in which siblings differ in frame.
    private StackTable stacks() {
        Map<List<Integer>, Integer> nodeByEdge = new HashMap<>();
        int nodes = random.nextInt(shape.nodesMax + 1);
        int[] parent = new int[nodes + 1];
        int[] frame = new int[nodes + 1];
        parent[StackTable.ROOT] = StackTable.NONE;
        frame[StackTable.ROOT] = StackTable.NONE;
        int count = 1;
        for (int i = 0; i < nodes; i++) {
            int caller = random.nextInt(Math.max(0, count - 30), count);
            int called = random.nextInt(shape.functionCount + 1);
            if (nodeByEdge.putIfAbsent(List.of(caller, called), count) == null) {
                parent[count] = caller;
                frame[count++] = called;
            }
        }
        return new StackTable(count, parent, frame);
    }

    /// One frame for each function, and the last one without any.
    private SymbolTable symbols(String service) {
        int functions = shape.functionCount;
        List<String> strings = new ArrayList<>(List.of(""));
        int[] order = shuffled(functions);
        int[] name = new int[functions];
        int[] systemName = new int[functions];
        int[] fileName = new int[functions];
        long[] startLine = new long[functions];
        for (int function = 0; function < functions; function++) {
            int identity = order[function];
            name[function] = strings.size();
            strings.add("%s.λ%d".formatted(service, identity));
            if (identity % 5 == 0) {
                systemName[function] = strings.size();
                strings.add("_Z%d𝄞".formatted(identity));
            }
            fileName[function] = strings.size();
            strings.add("src/%d.java".formatted(identity / 4));
            startLine[function] = identity * 10L;
        }
        int binary = strings.size();
        strings.add("/usr/bin/" + service);
        strings.add("nobody refers to this");
        int frames = functions + 1;
        int[] function = new int[frames];
        long[] line = new long[frames];
        int[] mapping = new int[frames];
        long[] address = new long[frames];
        boolean[] inlined = new boolean[frames];
        for (int frame = 0; frame < frames; frame++) {
            int identity = frame < functions ? order[frame] : functions;
            function[frame] = frame < functions ? frame : SymbolTable.NONE;
            line[frame] = frame < functions ? identity * 10L + random.nextInt(2) : 0;
            mapping[frame] = identity % 3 == 0 ? 0 : SymbolTable.NONE;
            address[frame] = identity % 3 == 0 ? 0xFFFF_FFFF_0000_0000L + identity : 0;
            inlined[frame] = identity % 7 == 6;
        }
        return new SymbolTable(
                StringTable.of(strings),
                new SymbolTable.Functions(functions, name, systemName, fileName, startLine),
                new SymbolTable.Mappings(
                        1,
                        new long[] {0xFFFF_FFFF_0000_0000L},
                        new long[] {-1},
                        new long[] {4096},
                        new int[] {binary},
                        new int[] {0},
                        new byte[] {SymbolTable.Mappings.HAS_FUNCTIONS}),
                new SymbolTable.Frames(frames, function, line, mapping, address, inlined));
    }

    /// Everybody numbers functions differently.
    private int[] shuffled(int count) {
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        for (int i = count - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }

    private Profile profile(String service, int nodeCount) {
        record Key(int node, long spanId, TraceId traceId) {}
        boolean hasSpans = random.nextInt(4) == 0;
        boolean hasTraces = hasSpans && random.nextBoolean();
        var valueByKey =
                new TreeMap<Key, Long>(
                        Comparator.comparingInt(Key::node)
                                .thenComparingLong(Key::spanId)
                                .thenComparing(Key::traceId));
        int samples = random.nextInt(shape.samplesMax + 1);
        for (int i = 0; i < samples; i++) {
            long spanId = hasSpans && random.nextBoolean() ? random.nextLong(1, 4) : 0;
            TraceId traceId = hasTraces ? TRACES.get(random.nextInt(TRACES.size())) : TraceId.NONE;
            valueByKey.put(new Key(random.nextInt(nodeCount), spanId, traceId), value());
        }
        ProfileType type = TYPES.get(random.nextInt(TYPES.size()));
        Map<String, String> labels =
                switch (random.nextInt(3)) {
                    case 0 -> Map.of();
                    case 1 -> Map.of("pod", "pod-" + random.nextInt(3));
                    default -> Map.of("région", "zürich", "worker_id", "" + random.nextInt(2));
                };
        return new Profile(
                TextProfiles.labels(service, type, labels),
                type,
                nextNanos(),
                random.nextInt(3) * 10_000_000_000L,
                random.nextInt(2) * 10_000_000L,
                valueByKey.keySet().stream().mapToInt(Key::node).toArray(),
                valueByKey.values().stream().mapToLong(Long::longValue).toArray(),
                hasSpans
                        ? valueByKey.keySet().stream().mapToLong(Key::spanId).toArray()
                        : new long[0],
                hasTraces ? halves(valueByKey.keySet().stream().map(Key::traceId)) : new long[0]);
    }

    /// The column of these traces.
    static long[] halves(Stream<TraceId> traces) {
        return traces.flatMapToLong(trace -> LongStream.of(trace.high(), trace.low())).toArray();
    }

    private long value() {
        return switch (random.nextInt(100)) {
            case 0 -> Long.MAX_VALUE - random.nextInt(3);
            case 1, 2, 3, 4, 5 -> random.nextLong(1, 1L << 40);
            default -> random.nextInt(1, 100) * 10_000_000L;
        };
    }

    /// Within each eight, in another order than they are made.
    private long nextNanos() {
        long millis = startMillis + (tick++ ^ 5);
        return millis * 1_000_000 + random.nextInt(1_000_000);
    }
}
