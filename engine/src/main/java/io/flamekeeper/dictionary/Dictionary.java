package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SymbolTable;

/// Everything that the stacks and series of one service are made of, each thing once, by dense ids in order
/// of arrival. Ids of a node's parent, frame, function and strings are always smaller or older than the node.
///
/// Filled by one writer. What was added since a [Mark] can be taken back, which is how a log write that
/// failed leaves no trace. Others read through a [DictionaryView] that the writer publishes.
///
/// Hashes are seeded, so nobody can choose names that collide, and never trusted: every hit is compared.
public final class Dictionary {
    final StringIds strings;
    final FunctionIds functions;
    final MappingIds mappings;
    final FrameIds frames;
    final NodeIds nodes;
    final SeriesIds series;
    final KnownStacks known;

    /// @param hashSeed unpredictable, different in every process
    public Dictionary(long hashSeed) {
        Hasher64 hasher = Hashing.wyhashFinal4(hashSeed);
        strings = new StringIds(hasher);
        functions = new FunctionIds(hasher);
        mappings = new MappingIds(hasher);
        frames = new FrameIds(hashSeed, hasher);
        nodes = new NodeIds(hashSeed);
        series = new SeriesIds(hasher, strings);
        known = new KnownStacks(hashSeed);
    }

    /// A moment to come back to: how many there were of each.
    public record Mark(
            int strings, int functions, int mappings, int frames, int nodes, int series) {}

    public Mark mark() {
        return new Mark(
                strings.count(),
                functions.count(),
                mappings.count(),
                frames.count(),
                nodes.count(),
                series.count());
    }

    /// Takes back everything added since; nothing of it may have been published.
    public void rollbackTo(Mark mark) {
        series.rollbackTo(mark.series, mark.strings);
        nodes.rollbackTo(mark.nodes);
        frames.rollbackTo(mark.frames);
        mappings.rollbackTo(mark.mappings);
        functions.rollbackTo(mark.functions);
        strings.rollbackTo(mark.strings);
    }

    /// Returns the id of the series, which is added if it is new.
    public int internSeries(Labels labels, ProfileType type) {
        return series.intern(labels, type);
    }

    public DictionaryView view() {
        return new DictionaryView(
                new SymbolTable(strings.view(), functions.view(), mappings.view(), frames.view()),
                nodes.view(),
                series.view());
    }

    public int nodeCount() {
        return nodes.count();
    }

    /// Bytes of all strings.
    public long stringBytes() {
        return strings.byteCount();
    }

    /// What all of it takes in memory, roughly, in bytes.
    public long memoryBytes() {
        return strings.byteCount()
                + 24L * strings.count()
                + 36L * functions.count()
                + 41L * frames.count()
                + 24L * nodes.count()
                + 32L * known.count()
                + 128L * series.count();
    }
}
