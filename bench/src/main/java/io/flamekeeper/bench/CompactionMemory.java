package io.flamekeeper.bench;

import io.flamekeeper.compaction.JoinMemory;
import io.flamekeeper.compaction.MergedSource;
import io.flamekeeper.compaction.RowFilter;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.testkit.TextProfiles;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/// What heap a join of four segments of one large service needs, beside what the compactor estimates: the smallest
/// in which a process can do it, less the smallest in which it can open the segments.
///
/// ```
/// CompactionMemory measure FOLDER [SHAPE …]   draws services, `corpus` the one of the corpus, and joins each in ever smaller heaps
/// CompactionMemory open FOLDER                what it runs for that
/// CompactionMemory join FOLDER
/// ```
public final class CompactionMemory {
    private static final int INPUTS = 4;
    private static final int PROFILES = 20;
    private static final String CORPUS = "corpus";
    private static final int CORPUS_GROUPS = 1_000;
    private static final long START_MILLIS = 1_700_000_000_000L;
    private static final long SEED = 7;
    private static final int HEAP_MAX_MB = 2_048;
    private static final int STEP_MB = 4;
    private static final long MB = 1 << 20;

    private CompactionMemory() {}

    /// A service by what it has much of, in each input.
    ///
    /// @param nodes     of stacks
    /// @param functions all inputs draw from twice as many, so that each has half of another's
    /// @param lines     frames of a function
    /// @param nameBytes of a function
    /// @param series    each with a value of a label that no other has
    /// @param isChain   whether every node is called by the one before, with the next frame, which takes the fewest
    ///     bytes; else calls are drawn
    private record Shape(
            int nodes, int functions, int lines, int nameBytes, int series, boolean isChain) {}

    private static final Map<String, Shape> SHAPES =
            Map.of(
                    "jvm", new Shape(400_000, 20_000, 3, 60, 20, false),
                    "deep", new Shape(1_000_000, 2_000, 2, 40, 20, false),
                    "wide", new Shape(150_000, 100_000, 1, 50, 20, false),
                    "lines", new Shape(400_000, 4_000, 80, 12, 20, false),
                    "chain", new Shape(1_000_000, 200_000, 4, 8, 20, true),
                    "series", new Shape(2_000, 500, 1, 40, 200_000, false));

    static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "measure" ->
                    measure(folder, Arrays.asList(arguments).subList(2, arguments.length));
            case "open" -> open(folder);
            case "join" -> join(folder);
            default -> throw new IllegalArgumentException("expected: measure, open or join");
        }
    }

    private static void measure(Path folder, List<String> names)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(SHAPES.keySet());
        all.add(CORPUS);
        for (String name : names.isEmpty() ? all : names) {
            Path data = folder.resolve(name);
            long estimate = make(data, name);
            int opened = smallestHeap("open", data);
            int joined = smallestHeap("join", data);
            System.out.printf(
                    "%-7s estimate %4d MB, join %4d MB, %.2f of it%n",
                    name,
                    estimate / MB,
                    joined - opened,
                    (double) (joined - opened) * MB / estimate);
        }
    }

    /// @return what the compactor estimates
    private static long make(Path folder, String shape) throws IOException {
        long estimate = 0;
        try (Vfs vfs = DiskVfs.open(folder)) {
            for (int input = 1; input <= INPUTS; input++) {
                try (VfsFile file = vfs.create(name(input))) {
                    var writer = new SegmentWriter(file, SegmentHeader.sealed(input, 0, input));
                    writer.add(source(groups(shape, SEED + input)), SumPlan.ofLevel(0));
                    writer.finish();
                }
                estimate +=
                        JoinMemory.bytes(Segment.open(vfs, name(input)).partitions().getFirst());
            }
        }
        return estimate;
    }

    private static List<ProfileGroup> groups(String shape, long seed) throws IOException {
        return shape.equals(CORPUS)
                ? CorpusGroups.drawn(seed, CORPUS_GROUPS)
                : List.of(
                        group(
                                Objects.requireNonNull(SHAPES.get(shape), shape),
                                new SplittableRandom(seed)));
    }

    private static HeadSource source(List<ProfileGroup> groups) {
        var dictionary = new Dictionary(SEED);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        groups.forEach(group -> rows.addAll(interner.intern(group, dictionary)));
        return new HeadSource(
                TenantId.ANONYMOUS,
                "drawn",
                dictionary.view(),
                HeadSource.Rows.of(rows),
                List.of());
    }

    private static String name(int input) {
        return "segment-" + input + ".seg";
    }

    private static ProfileGroup group(Shape shape, SplittableRandom random) {
        List<String> strings = new ArrayList<>(List.of(""));
        int[] name = new int[shape.functions];
        int frames = shape.functions * shape.lines;
        int[] function = new int[frames];
        long[] line = new long[frames];
        int[] noMapping = new int[frames];
        Arrays.fill(noMapping, SymbolTable.NONE);
        int first = random.nextInt(2 * shape.functions);
        for (int i = 0; i < shape.functions; i++) {
            name[i] = strings.size();
            String text = "f" + (first + i) % (2 * shape.functions);
            strings.add(text + "x".repeat(Math.max(0, shape.nameBytes - text.length())));
            for (int j = 0; j < shape.lines; j++) {
                function[i * shape.lines + j] = i;
                line[i * shape.lines + j] = 10L * i + j;
            }
        }
        var symbols =
                new SymbolTable(
                        StringTable.of(strings),
                        new SymbolTable.Functions(
                                shape.functions,
                                name,
                                new int[shape.functions],
                                new int[shape.functions],
                                new long[shape.functions]),
                        SymbolTable.Mappings.EMPTY,
                        new SymbolTable.Frames(
                                frames,
                                function,
                                line,
                                noMapping,
                                new long[frames],
                                new boolean[frames]));
        int[] parent = new int[shape.nodes];
        int[] frame = new int[shape.nodes];
        parent[StackTable.ROOT] = StackTable.NONE;
        frame[StackTable.ROOT] = StackTable.NONE;
        for (int node = 1; node < shape.nodes; node++) {
            parent[node] = shape.isChain ? node - 1 : random.nextInt(Math.max(0, node - 30), node);
            frame[node] = shape.isChain ? node % frames : random.nextInt(frames);
        }
        List<Profile> profiles = new ArrayList<>();
        int count = Math.max(PROFILES, shape.series);
        for (int i = 0; i < count; i++) {
            profiles.add(profile(i, count, shape, random));
        }
        return new ProfileGroup(
                "drawn", symbols, new StackTable(shape.nodes, parent, frame), profiles);
    }

    /// The i-th of `count` with its share of all nodes, at least one.
    private static Profile profile(int i, int count, Shape shape, SplittableRandom random) {
        int from = (int) ((long) shape.nodes * i / count);
        int to = Math.max(from + 1, (int) ((long) shape.nodes * (i + 1) / count));
        int[] node = new int[to - from];
        Arrays.setAll(node, at -> from + at);
        ProfileType type = TextProfiles.CPU;
        return new Profile(
                TextProfiles.labels(
                        "drawn", type, Map.of("worker", "w" + random.nextInt(2 * shape.series))),
                type,
                (START_MILLIS + i) * 1_000_000,
                10_000_000_000L,
                10_000_000L,
                node,
                random.longs(node.length, 1, 100).toArray(),
                new long[0],
                new long[0]);
    }

    /// To [#STEP_MB].
    private static int smallestHeap(String what, Path folder)
            throws IOException, InterruptedException {
        int tooSmall = 0;
        int enough = HEAP_MAX_MB;
        while (enough - tooSmall > STEP_MB) {
            int middle = (tooSmall + enough) / 2;
            if (fits(what, folder, middle)) {
                enough = middle;
            } else {
                tooSmall = middle;
            }
        }
        return enough;
    }

    /// Nearly all of the heap is the old generation, so that no room of the young one is lost.
    private static boolean fits(String what, Path folder, int heapMb)
            throws IOException, InterruptedException {
        return new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-Xmx" + heapMb + "m",
                                "-Xmn1m",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CompactionMemory.class.getName(),
                                what,
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private static List<MergedSource.Input> inputs(Vfs vfs) throws IOException {
        List<MergedSource.Input> inputs = new ArrayList<>();
        for (int input = 1; input <= INPUTS; input++) {
            Partition partition = Segment.open(vfs, name(input)).partitions().getFirst();
            inputs.add(
                    new MergedSource.Input(
                            partition,
                            partition.firstMillis(),
                            partition.lastMillis(),
                            RowFilter.ALL));
        }
        return inputs;
    }

    private static void open(Path folder) throws IOException {
        try (Vfs vfs = DiskVfs.open(folder)) {
            inputs(vfs).forEach(input -> System.out.println(input.firstMillis()));
        }
    }

    private static void join(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve("joined.seg"));
        try (Vfs vfs = DiskVfs.open(folder);
                VfsFile file = vfs.create("joined.seg")) {
            var header =
                    new SegmentHeader(
                            INPUTS + 1,
                            2,
                            Optional.of(TenantId.ANONYMOUS),
                            new SegmentHeader.Compacted(List.of(1L)));
            var writer = new SegmentWriter(file, header);
            MergedSource merged =
                    MergedSource.of(inputs(vfs), TimeRange.ALWAYS, Long.MAX_VALUE, SEED, () -> {})
                            .orElseThrow();
            System.out.println(writer.add(merged, SumPlan.ofLevel(2)));
            writer.finish();
        }
    }
}
