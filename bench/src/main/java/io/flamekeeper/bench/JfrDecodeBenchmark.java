package io.flamekeeper.bench;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.jfr.JfrFormat;
import io.flamekeeper.format.jfr.JfrRecording;
import io.flamekeeper.format.jfr.JfrWalk;
import io.flamekeeper.intake.IngestParameters;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.JfrUpload;
import io.flamekeeper.testkit.JvmRecording;
import io.flamekeeper.testkit.PprofBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordingFile;
import one.convert.Arguments;
import one.convert.JfrToFlame;
import one.jfr.JfrReader;
import one.jfr.event.Event;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What one JFR recording costs, beside a reader that is known to be fast and the JDK's.
///
/// | ours      | does                                        | theirs              | does                                  |
/// |-----------|---------------------------------------------|---------------------|---------------------------------------|
/// | `parse`   | reads constants, stacks and events          | `otherParse`, `jdk` | read them into objects                |
/// | `decode`  | and all families: names, stacks merged, sums | `otherFlameGraph`  | and one family: names, stacks merged  |
/// | `intake`  | and all of intake, from gzip                | –                   |                                       |
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JfrDecodeBenchmark {
    private static final byte[] NO_LABELS = {};

    private final JfrFormat format = new JfrFormat(DecodeLimits.DEFAULTS);
    private final Intake intake = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());
    private final IngestParameters parameters =
            IngestParameters.parse(Map.of("name", "app"), InstantSource.system());

    @Param({"cpu-alloc-lock", "wall-live-malloc", "jdk-allocation"})
    String recording = "";

    private byte[] plain = {};
    private byte[] gzip = {};
    private Path file = Path.of("");

    @Setup
    public void read() throws IOException {
        plain = JvmRecording.own(recording);
        gzip = PprofBytes.gzip(plain);
        file = Files.write(Files.createTempFile(recording, ".jfr"), plain);
    }

    @TearDown
    public void delete() throws IOException {
        Files.delete(file);
    }

    @Benchmark
    public long parse() {
        return JfrWalk.walk(plain);
    }

    @Benchmark
    public JfrRecording decode() {
        return format.decode(plain, NO_LABELS, 10_000_000);
    }

    @Benchmark
    public JfrUpload intake() {
        return intake.ingestJfr(parameters, gzip, NO_LABELS);
    }

    @Benchmark
    public long otherParse() throws IOException {
        long sum = 0;
        try (var reader = new JfrReader(ByteBuffer.wrap(plain))) {
            for (Event event = reader.readEvent(); event != null; event = reader.readEvent()) {
                sum += event.stackTraceId;
            }
            return sum + reader.stackTraces.size();
        }
    }

    @Benchmark
    public JfrToFlame otherFlameGraph() throws IOException {
        try (var reader = new JfrReader(ByteBuffer.wrap(plain))) {
            var arguments = new Arguments("--cpu", "--lines");
            var graph = new JfrToFlame(reader, arguments);
            graph.convert();
            return graph;
        }
    }

    @Benchmark
    public int jdk() throws IOException {
        return RecordingFile.readAllEvents(file).size();
    }
}
