package io.flamekeeper.bench;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.MergeQuery;
import io.flamekeeper.query.QueryBudget;
import io.flamekeeper.query.QueryEngine;
import io.flamekeeper.query.QueryLimits;
import io.flamekeeper.store.Appended;
import io.flamekeeper.store.Part;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.store.Snapshot;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreStatistics;
import io.flamekeeper.store.UpkeepStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// A part of one series, decoded in memory, in the proportions of a real service: four frames for three
/// functions, ten nodes for one function, stacks of some twenty frames, 229 pairs a row.
final class SyntheticPart implements Part {
    static final ProfileType TYPE =
            ProfileType.parse("process_cpu:cpu:nanoseconds:cpu:nanoseconds");

    static final int PAIRS = 2_400 * 229;

    private static final int PAIRS_PER_ROW = 229;
    private static final int ROWS = 2_400;

    private final SymbolTable symbols;
    private final StackTable stacks;
    private final SeriesTable series;
    private final boolean foldOnly;
    private final int[] node = new int[ROWS * PAIRS_PER_ROW];
    private final long[] value = new long[ROWS * PAIRS_PER_ROW];

    /// @param foldOnly scan nothing: every node has an amount, and what remains to do is the fold
    SyntheticPart(int nodes, boolean foldOnly, long seed) {
        this(nodes, foldOnly, seed, oneSeries());
    }

    SyntheticPart(int nodes, boolean foldOnly, long seed, SeriesTable series) {
        this.foldOnly = foldOnly;
        this.series = series;
        var random = new SplittableRandom(seed);
        int functions = Math.max(1, Math.min(nodes / 10, 40_000));
        int frames = functions * 4 / 3 + 1;
        this.symbols = symbols(functions, frames);
        int[] parent = new int[nodes];
        int[] frame = new int[nodes];
        int[] depth = new int[nodes];
        parent[0] = StackTable.NONE;
        frame[0] = StackTable.NONE;
        for (int i = 1; i < nodes; i++) {
            int recent = Math.max(0, i - 20);
            int caller = random.nextInt(4) == 0 ? random.nextInt(i) : random.nextInt(recent, i);
            parent[i] = depth[caller] < 60 ? caller : 0;
            depth[i] = depth[parent[i]] + 1;
            frame[i] = random.nextInt(frames);
        }
        this.stacks = new StackTable(nodes, parent, frame);
        for (int i = 0; i < node.length; i++) {
            node[i] = random.nextInt(nodes);
            value[i] = 10_000_000L * (1 + random.nextInt(8));
        }
    }

    private static SeriesTable oneSeries() {
        var dictionary = new Dictionary(1);
        dictionary.internSeries(Labels.of(Map.of("service_name", "bench")), TYPE);
        return dictionary.view().series();
    }

    private static SymbolTable symbols(int functions, int frames) {
        List<String> strings = new ArrayList<>(List.of(""));
        int[] name = new int[functions];
        for (int i = 0; i < functions; i++) {
            strings.add("org.example.project.component" + i % 97 + ".SomeService$Inner.method" + i);
            name[i] = i + 1;
        }
        int[] function = new int[frames];
        int[] mapping = new int[frames];
        long[] line = new long[frames];
        for (int i = 0; i < frames; i++) {
            function[i] = i % functions;
            mapping[i] = SymbolTable.NONE;
            line[i] = i / functions;
        }
        return new SymbolTable(
                StringTable.of(strings),
                new SymbolTable.Functions(
                        functions,
                        name,
                        new int[functions],
                        new int[functions],
                        new long[functions]),
                SymbolTable.Mappings.EMPTY,
                new SymbolTable.Frames(
                        frames, function, line, mapping, new long[frames], new boolean[frames]));
    }

    /// A query over all of this part alone, in the caller's thread.
    StackTree mergeStacks() {
        var engine = new QueryEngine(storeOf(this), QueryLimits.DEFAULTS, Runnable::run, 1);
        return engine.mergeStacks(
                TenantScope.grant(TenantId.ANONYMOUS),
                new MergeQuery(
                        TYPE, Selector.EVERYTHING, TimeRange.ALWAYS, List.of(), SampleFilter.ALL),
                QueryBudget.of(QueryLimits.DEFAULTS, System::nanoTime));
    }

    static Store storeOf(Part part) {
        return new Store() {
            @Override
            public List<Appended> append(TenantScope scope, List<ProfileGroup> groups) {
                throw new UnsupportedOperationException("read only");
            }

            @Override
            public Snapshot snapshot(TenantScope scope) {
                return new Snapshot() {
                    @Override
                    public List<Part> parts() {
                        return List.of(part);
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public void delete(TenantScope scope, Selector selector, TimeRange range) {
                throw new UnsupportedOperationException("read only");
            }

            @Override
            public StoreStatistics statistics() {
                return new StoreStatistics(
                        0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, false, UpkeepStatistics.NONE);
            }

            @Override
            public Optional<String> fault() {
                return Optional.empty();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public String service() {
        return "bench";
    }

    @Override
    public long firstMillis() {
        return 0;
    }

    @Override
    public long lastMillis() {
        return 0;
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
    public SeriesTable series() {
        return series;
    }

    @Override
    public boolean hasRows(int one, TimeRange range) {
        return range.contains(0);
    }

    @Override
    public void forEachTotal(int one, TimeRange range, Grid grid, TotalVisitor visitor) {
        for (int row = 0; row < ROWS; row++) {
            visitor.total(0, 1, 1);
        }
    }

    @Override
    public void addSelf(
            int[] all, TimeRange range, SampleFilter filter, long[] self, ScanMeter meter) {
        if (foldOnly) {
            for (int i = 0; i < stacks.count(); i++) {
                self[i] = i % 1_000 + 1L;
            }
            return;
        }
        for (int row = 0; row < ROWS; row++) {
            meter.scan(1, PAIRS_PER_ROW);
            int end = (row + 1) * PAIRS_PER_ROW;
            for (int i = row * PAIRS_PER_ROW; i < end; i++) {
                self[node[i]] += value[i];
            }
        }
    }

    @Override
    public SymbolTable symbols() {
        return symbols;
    }

    @Override
    public StackTable stacks() {
        return stacks;
    }
}
