package io.flamekeeper.bench;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.DictionaryCodec;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.PairCodec;
import io.flamekeeper.model.ProfileGroup;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a shard's writer computes for one upload, without the disk: intern everything, encode what is new and
/// the rows. The dictionary has seen the windows before, as it has in a service that runs for a while.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AppendBenchmark {
    private final Dictionary dictionary = new Dictionary(7);
    private final GroupInterner interner = new GroupInterner();
    private final ByteSink sink = new ByteSink(1 << 20);
    private List<ProfileGroup> groups = List.of();
    private int next;

    @Setup
    public void draw() throws IOException {
        groups = CorpusGroups.drawn(7, 200);
        groups.forEach(group -> interner.intern(group, dictionary));
    }

    @Benchmark
    public int append() {
        ProfileGroup group = groups.get(next++ % groups.size());
        sink.truncate(0);
        Dictionary.Mark before = dictionary.mark();
        var rows = interner.intern(group, dictionary);
        DictionaryCodec.write(dictionary.view(), before, sink);
        rows.forEach(row -> PairCodec.write(row, sink));
        return sink.size();
    }
}
