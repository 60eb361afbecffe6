package io.flamekeeper.testkit;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.store.Appended;
import io.flamekeeper.store.Part;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.store.Snapshot;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreStatistics;
import io.flamekeeper.store.UpkeepStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The slow twin of the real store: keeps the groups as they are, in memory.
///
/// Each [#append] makes one part for every service in it, so a test decides how profiles lie in parts.
/// Tables of a part's groups stand one after another; nothing is shared.
public final class NaiveStore implements Store {
    private final Map<TenantId, List<Part>> partsByTenant = new ConcurrentHashMap<>();

    @Override
    public List<Appended> append(TenantScope scope, List<ProfileGroup> groups) {
        Map<String, List<ProfileGroup>> byService = new LinkedHashMap<>();
        for (ProfileGroup group : groups) {
            byService.computeIfAbsent(group.service(), _ -> new ArrayList<>()).add(group);
        }
        List<Part> parts =
                partsByTenant.computeIfAbsent(scope.tenant(), _ -> new CopyOnWriteArrayList<>());
        byService.forEach((service, ofService) -> {
            if (ofService.stream().anyMatch(group -> !group.profiles().isEmpty())) {
                parts.add(part(service, ofService));
            }
        });
        return groups.stream().map(_ -> Appended.STORED).toList();
    }

    @Override
    public Snapshot snapshot(TenantScope scope) {
        List<Part> parts = List.copyOf(partsByTenant.getOrDefault(scope.tenant(), List.of()));
        return new Snapshot() {
            @Override
            public List<Part> parts() {
                return parts;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void delete(TenantScope scope, Selector selector, TimeRange range) {
        List<Part> left =
                partsByTenant.getOrDefault(scope.tenant(), List.of()).stream()
                        .map(part -> ((NaivePart) part).without(selector, range))
                        .filter(part -> !part.isEmpty())
                        .<Part>map(part -> part)
                        .toList();
        partsByTenant.put(scope.tenant(), new CopyOnWriteArrayList<>(left));
    }

    @Override
    public StoreStatistics statistics() {
        long parts = partsByTenant.values().stream().mapToLong(List::size).sum();
        return new StoreStatistics(
                0, 0, 0, 0, parts, 0, 0, 0, 0, 0, 0, false, UpkeepStatistics.NONE);
    }

    @Override
    public Optional<String> fault() {
        return Optional.empty();
    }

    @Override
    public void close() {}

    /// A part of its own, for tests that need no store.
    public static Part part(String service, List<ProfileGroup> groups) {
        var tables = new Tables();
        Map<Series, List<Profile>> rows = new LinkedHashMap<>();
        for (ProfileGroup group : groups) {
            int nodeOffset = tables.add(group);
            for (Profile profile : group.profiles()) {
                rows.computeIfAbsent(
                                new Series(profile.labels(), profile.type()),
                                _ -> new ArrayList<>())
                        .add(moved(profile, nodeOffset));
            }
        }
        rows.values().forEach(list -> list.sort(Comparator.comparingLong(Profile::timeNanos)));
        return new NaivePart(
                service,
                tables.symbols(),
                tables.stacks(),
                TextSeries.of(
                        rows.keySet().stream().map(Series::labels).toList(),
                        rows.keySet().stream().map(Series::type).toList()),
                List.copyOf(rows.values()));
    }

    private static Profile moved(Profile profile, int offset) {
        int[] stack =
                Arrays.stream(profile.stack())
                        .map(node -> node == StackTable.ROOT ? node : node + offset)
                        .toArray();
        return new Profile(
                profile.labels(),
                profile.type(),
                profile.timeNanos(),
                profile.durationNanos(),
                profile.period(),
                stack,
                profile.value(),
                profile.spanId(),
                profile.traceId());
    }

    /// Whether the filter wants the sample.
    static boolean counts(Profile profile, int sample, SampleFilter filter) {
        boolean hasTraces = profile.traceId().length > 0;
        return filter.matches(
                profile.spanId().length == 0 ? 0 : profile.spanId()[sample],
                hasTraces ? profile.traceId()[2 * sample] : 0,
                hasTraces ? profile.traceId()[2 * sample + 1] : 0);
    }

    private record Series(Labels labels, ProfileType type) {}

    private record NaivePart(
            String service,
            SymbolTable symbols,
            StackTable stacks,
            SeriesTable series,
            List<List<Profile>> rows)
            implements Part {
        NaivePart without(Selector selector, TimeRange range) {
            List<List<Profile>> left = new ArrayList<>();
            for (int one = 0; one < rows.size(); one++) {
                boolean matches = selector.matches(series.labels(one));
                left.add(
                        rows.get(one).stream()
                                .filter(row -> !matches || !range.contains(row.timeMillis()))
                                .toList());
            }
            return new NaivePart(service, symbols, stacks, series, left);
        }

        boolean isEmpty() {
            return rows.stream().allMatch(List::isEmpty);
        }

        @Override
        public long firstMillis() {
            return rows.stream()
                    .filter(list -> !list.isEmpty())
                    .mapToLong(list -> list.getFirst().timeMillis())
                    .min()
                    .orElseThrow();
        }

        @Override
        public long lastMillis() {
            return rows.stream()
                    .filter(list -> !list.isEmpty())
                    .mapToLong(list -> list.getLast().timeMillis())
                    .max()
                    .orElseThrow();
        }

        @Override
        public Object dictionaryKey() {
            return this;
        }

        @Override
        public Object contentKey() {
            return this;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public boolean hasRows(int one, TimeRange range) {
            return rows.get(one).stream().anyMatch(row -> range.contains(row.timeMillis()));
        }

        @Override
        public void forEachTotal(int one, TimeRange range, Grid grid, TotalVisitor visitor) {
            for (Profile row : rows.get(one)) {
                if (range.contains(row.timeMillis())) {
                    long total = 0;
                    for (long value : row.value()) {
                        total = SaturatedMath.add(total, value);
                    }
                    visitor.total(row.timeMillis(), total, 1);
                }
            }
        }

        @Override
        public void addSelf(
                int[] all, TimeRange range, SampleFilter filter, long[] self, ScanMeter meter) {
            for (int one : all) {
                for (Profile row : rows.get(one)) {
                    if (range.contains(row.timeMillis())) {
                        meter.scan(1, row.stack().length);
                        addSelf(row, filter, self);
                    }
                }
            }
        }

        private static void addSelf(Profile row, SampleFilter filter, long[] self) {
            for (int i = 0; i < row.stack().length; i++) {
                if (counts(row, i, filter)) {
                    int node = row.stack()[i];
                    self[node] = SaturatedMath.add(self[node], row.value()[i]);
                }
            }
        }
    }

    /// Tables of several groups, one after another.
    private static final class Tables {
        private final List<String> strings = new ArrayList<>(List.of(""));
        private final List<int[]> functions = new ArrayList<>();
        private final List<Long> startLines = new ArrayList<>();
        private final List<long[]> mappings = new ArrayList<>();
        private final List<long[]> frames = new ArrayList<>();
        private final List<Integer> parent = new ArrayList<>(List.of(StackTable.NONE));
        private final List<Integer> frame = new ArrayList<>(List.of(StackTable.NONE));

        /// @return what to add to a node of the group other than the empty stack
        int add(ProfileGroup group) {
            SymbolTable symbols = group.symbols();
            int stringOffset = strings.size() - 1;
            for (int id = 1; id < symbols.strings().count(); id++) {
                strings.add(symbols.strings().get(id));
            }
            int functionOffset = functions.size();
            SymbolTable.Functions f = symbols.functions();
            for (int id = 0; id < f.count(); id++) {
                functions.add(
                        new int[] {
                            moved(f.name()[id], stringOffset),
                            moved(f.systemName()[id], stringOffset),
                            moved(f.fileName()[id], stringOffset)
                        });
                startLines.add(f.startLine()[id]);
            }
            int mappingOffset = mappings.size();
            SymbolTable.Mappings m = symbols.mappings();
            for (int id = 0; id < m.count(); id++) {
                mappings.add(
                        new long[] {
                            m.memoryStart()[id],
                            m.memoryLimit()[id],
                            m.fileOffset()[id],
                            moved(m.fileName()[id], stringOffset),
                            moved(m.buildId()[id], stringOffset),
                            m.flags()[id]
                        });
            }
            int frameOffset = frames.size();
            SymbolTable.Frames r = symbols.frames();
            for (int id = 0; id < r.count(); id++) {
                frames.add(
                        new long[] {
                            r.function()[id] < 0 ? -1 : r.function()[id] + functionOffset,
                            r.line()[id],
                            r.mapping()[id] < 0 ? -1 : r.mapping()[id] + mappingOffset,
                            r.address()[id],
                            r.inlined()[id] ? 1 : 0
                        });
            }
            int nodeOffset = parent.size() - 1;
            StackTable stacks = group.stacks();
            for (int node = 1; node < stacks.count(); node++) {
                parent.add(moved(stacks.parent()[node], nodeOffset));
                frame.add(stacks.frame()[node] + frameOffset);
            }
            return nodeOffset;
        }

        private static int moved(int id, int offset) {
            return id == 0 ? 0 : id + offset;
        }

        StackTable stacks() {
            return new StackTable(
                    parent.size(),
                    parent.stream().mapToInt(Integer::intValue).toArray(),
                    frame.stream().mapToInt(Integer::intValue).toArray());
        }

        SymbolTable symbols() {
            byte[] flags = new byte[mappings.size()];
            for (int id = 0; id < flags.length; id++) {
                flags[id] = (byte) mappings.get(id)[5];
            }
            boolean[] inlined = new boolean[frames.size()];
            for (int id = 0; id < inlined.length; id++) {
                inlined[id] = frames.get(id)[4] != 0;
            }
            return new SymbolTable(
                    StringTable.of(strings),
                    new SymbolTable.Functions(
                            functions.size(),
                            functions.stream().mapToInt(one -> one[0]).toArray(),
                            functions.stream().mapToInt(one -> one[1]).toArray(),
                            functions.stream().mapToInt(one -> one[2]).toArray(),
                            startLines.stream().mapToLong(Long::longValue).toArray()),
                    new SymbolTable.Mappings(
                            mappings.size(),
                            column(mappings, 0),
                            column(mappings, 1),
                            column(mappings, 2),
                            ints(mappings, 3),
                            ints(mappings, 4),
                            flags),
                    new SymbolTable.Frames(
                            frames.size(),
                            ints(frames, 0),
                            column(frames, 1),
                            ints(frames, 2),
                            column(frames, 3),
                            inlined));
        }

        private static long[] column(List<long[]> rows, int column) {
            return rows.stream().mapToLong(row -> row[column]).toArray();
        }

        private static int[] ints(List<long[]> rows, int column) {
            return rows.stream().mapToInt(row -> (int) row[column]).toArray();
        }
    }
}
