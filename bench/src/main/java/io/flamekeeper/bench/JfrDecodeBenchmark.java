package io.flamekeeper.bench;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.jfr.JfrFormat;
import io.flamekeeper.format.jfr.JfrRecording;
import io.flamekeeper.format.jfr.JfrWalk;
import io.flamekeeper.intake.Gzip;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordingFile;
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
/// | ours      | does                                               | theirs           | does                 |
/// |-----------|----------------------------------------------------|------------------|----------------------|
/// | `parse`   | reads constants, stacks and events                 | `peerParse`, `jdk` | read them into objects |
/// | `decode`  | and stacks in words, and the sums of every family  | `peerDecode`     | the same             |
/// | `intake`  | and all of intake, from gzip                       | –                |                      |
///
/// That `decode` and `peerDecode` find the same is checked before they are measured.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JfrDecodeBenchmark {
    private static final byte[] NO_LABELS = {};
    private static final long PERIOD_NANOS = 10_000_000;

    private final JfrFormat format = new JfrFormat(DecodeLimits.DEFAULTS);
    private final Intake intake = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());
    private final IngestParameters parameters =
            IngestParameters.parse(Map.of("name", "app"), InstantSource.system());

    /// One of ours, or the path of a file that is a recording in gzip.
    @Param({"cpu-alloc-lock", "wall-live-malloc", "jdk-allocation"})
    String recording = "";

    private byte[] plain = {};
    private byte[] gzip = {};
    private Path file = Path.of("");

    @Setup
    public void read() throws IOException {
        plain =
                recording.endsWith(".gz")
                        ? Gzip.inflate(Files.readAllBytes(Path.of(recording)), 1 << 28, recording)
                        : JvmRecording.own(recording);
        System.out.printf("# recording of %d bytes%n", plain.length);
        PeerComparison.check(decode(), PERIOD_NANOS, peerDecode());
        gzip = PprofBytes.gzip(plain);
        file = Files.write(Files.createTempFile("recording", ".jfr"), plain);
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
        return format.decode(plain, NO_LABELS, PERIOD_NANOS);
    }

    @Benchmark
    public JfrUpload intake() {
        return intake.ingestJfr(parameters, gzip, NO_LABELS);
    }

    @Benchmark
    public long peerParse() throws IOException {
        long sum = 0;
        try (var reader = new JfrReader(ByteBuffer.wrap(plain))) {
            for (Event event = reader.readEvent(); event != null; event = reader.readEvent()) {
                sum += event.stackTraceId;
            }
            return sum + reader.stackTraces.size();
        }
    }

    @Benchmark
    public Map<PeerDecode.Kind, List<PeerDecode.Row>> peerDecode() throws IOException {
        return PeerDecode.decode(plain);
    }

    @Benchmark
    public int jdk() throws IOException {
        return RecordingFile.readAllEvents(file).size();
    }
}
