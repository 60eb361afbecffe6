package io.flamekeeper.compaction;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.CanonicalSeries;
import io.flamekeeper.segment.PartitionSource;
import io.flamekeeper.segment.RowCursor;
import io.flamekeeper.segment.UploadMark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Several sources of one service as one, restricted to a window: their dictionaries joined, their rows merged.
///
/// In memory are the joined dictionary, one `int` for each node and series of each input, and what the cursors
/// of the inputs hold; rows stream through. Only nodes and series that a row of the window uses are joined.
/// Hashes are never trusted: see [Dictionary].
public final class MergedSource implements PartitionSource {
    private final TenantId tenant;
    private final String service;
    private final TimeRange window;
    private final DictionaryView dictionary;
    private final CanonicalSeries series;
    private final List<Mapped> inputs;
    private final List<UploadMark> uploads;
    private final Pause pause;

    /// One of those joined.
    ///
    /// @param firstMillis time of its earliest row
    /// @param lastMillis  time of its latest row
    public record Input(
            PartitionSource source, long firstMillis, long lastMillis, RowFilter filter) {
        private boolean isWhole(TimeRange window) {
            return filter.equals(RowFilter.ALL) && window.covers(firstMillis, lastMillis);
        }
    }

    /// An input with the joined ids of its nodes and series, -1 for those without rows.
    record Mapped(Input input, int[] node, int[] series) {}

    private MergedSource(
            List<Input> inputs,
            TimeRange window,
            DictionaryView dictionary,
            CanonicalSeries series,
            List<Mapped> mapped,
            List<UploadMark> uploads,
            Pause pause) {
        this.tenant = inputs.getFirst().source().tenant();
        this.service = inputs.getFirst().source().service();
        this.window = window;
        this.dictionary = dictionary;
        this.series = series;
        this.inputs = mapped;
        this.uploads = uploads;
        this.pause = pause;
    }

    /// Joins the dictionaries. Empty if no row is left.
    ///
    /// @param inputs             of one tenant and service, at least one, in order of arrival
    /// @param window             rows that start in it are kept
    /// @param uploadsSinceMillis marks of uploads that came earlier are left out
    /// @param hashSeed           see [Dictionary]
    public static Optional<MergedSource> of(
            List<Input> inputs,
            TimeRange window,
            long uploadsSinceMillis,
            long hashSeed,
            Pause pause)
            throws IOException {
        var dictionary = new Dictionary(hashSeed);
        var interner = new GroupInterner();
        List<Mapped> mapped = new ArrayList<>();
        List<UploadMark> uploads = new ArrayList<>();
        for (Input input : inputs) {
            PartitionSource source = input.source();
            var nodes = new BitSet();
            var series = new BitSet();
            if (!window.overlaps(input.firstMillis(), input.lastMillis())) {
                continue;
            }
            if (input.isWhole(window)) {
                nodes.set(0, source.stacks().count());
                series.set(0, source.series().count());
            } else {
                findUsed(input, window, nodes, series, pause);
            }
            if (series.isEmpty()) {
                continue;
            }
            mapped.add(
                    new Mapped(
                            input,
                            interner.internStacks(
                                    source.symbols(), source.stacks(), nodes, dictionary),
                            GroupInterner.internSeries(source.series(), series, dictionary)));
            for (UploadMark mark : source.uploads()) {
                if (mark.receivedMillis() >= uploadsSinceMillis) {
                    uploads.add(mark);
                }
            }
            pause.between();
        }
        if (mapped.isEmpty()) {
            return Optional.empty();
        }
        DictionaryView joined = dictionary.view();
        CanonicalSeries ordered = CanonicalSeries.of(joined.series());
        int[] rank = ordered.rankByOriginal();
        for (Mapped one : mapped) {
            int[] ids = one.series();
            for (int i = 0; i < ids.length; i++) {
                ids[i] = ids[i] < 0 ? ids[i] : rank[ids[i]];
            }
        }
        return Optional.of(
                new MergedSource(
                        inputs,
                        window,
                        joined,
                        ordered,
                        List.copyOf(mapped),
                        List.copyOf(uploads),
                        pause));
    }

    private static void findUsed(
            Input input, TimeRange window, BitSet nodes, BitSet series, Pause pause)
            throws IOException {
        var rows = new InputRows(new Mapped(input, new int[0], new int[0]), window, pause);
        while (rows.next()) {
            RowCursor row = rows.cursor();
            series.set(row.series());
            int[] node = row.node();
            for (int pair = 0; pair < row.pairCount(); pair++) {
                nodes.set(node[pair]);
            }
        }
    }

    @Override
    public TenantId tenant() {
        return tenant;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public SeriesTable series() {
        return series;
    }

    @Override
    public SymbolTable symbols() {
        return dictionary.symbols();
    }

    @Override
    public StackTable stacks() {
        return dictionary.stacks();
    }

    @Override
    public List<UploadMark> uploads() {
        return uploads;
    }

    @Override
    public RowCursor rows() throws IOException {
        List<InputRows> all = new ArrayList<>();
        for (Mapped input : inputs) {
            all.add(new InputRows(input, window, pause));
        }
        return new MergedRows(all);
    }

    /// The rows of one input that are kept.
    static final class InputRows {
        private static final int ROWS_BETWEEN_PAUSES = 256;
        private static final long NANOS_PER_MILLI = 1_000_000;

        static final Comparator<InputRows> ORDER =
                Comparator.comparingInt(InputRows::series)
                        .thenComparingLong(rows -> rows.cursor.timeNanos());

        private final Mapped mapped;
        private final TimeRange window;
        private final RowCursor cursor;
        private final Pause pause;
        private int rows;

        InputRows(Mapped mapped, TimeRange window, Pause pause) throws IOException {
            this.mapped = mapped;
            this.window = window;
            this.cursor = mapped.input().source().rows();
            this.pause = pause;
        }

        boolean next() throws IOException {
            while (cursor.next()) {
                if (++rows % ROWS_BETWEEN_PAUSES == 0) {
                    pause.between();
                }
                long millis = Math.floorDiv(cursor.timeNanos(), NANOS_PER_MILLI);
                if (window.contains(millis)
                        && mapped.input().filter().keeps(cursor.series(), millis)) {
                    return true;
                }
            }
            return false;
        }

        RowCursor cursor() {
            return cursor;
        }

        int[] node() {
            return mapped.node();
        }

        /// Joined.
        int series() {
            return mapped.series()[cursor.series()];
        }
    }
}
