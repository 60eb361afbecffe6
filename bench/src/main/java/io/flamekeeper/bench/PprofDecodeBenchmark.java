package io.flamekeeper.bench;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.pprof.PprofDialect;
import io.flamekeeper.format.pprof.PprofFormat;
import io.flamekeeper.intake.Gzip;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.SeriesLabels;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.PprofBytes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What one profile costs before it reaches the store: inflating, decoding, and all of intake.
///
/// The profile is that of a server: 800 functions with long names, stacks of about 20 frames whose outer
/// parts are shared.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PprofDecodeBenchmark {
    private static final Labels SERIES =
            SeriesLabels.of(
                    List.of(
                            Map.entry("__name__", "process_cpu"),
                            Map.entry("service_name", "checkout"),
                            Map.entry("pod", "checkout-7d9f-1")),
                    IntakeLimits.DEFAULTS);

    private final PprofFormat format =
            new PprofFormat(DecodeLimits.DEFAULTS, PprofDialect.STANDARD);
    private final Intake intake = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());

    /// Samples that repeat the stack of an earlier one, of ten.
    @Param({"0", "8"})
    int repeated;

    private byte[] plain = {};
    private byte[] gzip = {};

    @Setup
    public void draw() {
        PprofBytes bytes = PprofBytes.cpu("1\nmain");
        for (List<String> stack : stacks(repeated)) {
            bytes.sample(stack, List.of(), 10_000_000);
        }
        plain = bytes.bytes();
        gzip = PprofBytes.gzip(plain);
    }

    /// Of 600 samples, outermost frames first.
    ///
    /// @param repeated as the benchmark's parameter
    static List<List<String>> stacks(int repeated) {
        var random = new SplittableRandom(20260307);
        List<List<String>> drawn = new ArrayList<>();
        List<List<String>> ofSample = new ArrayList<>();
        for (int sample = 0; sample < 600; sample++) {
            if (drawn.isEmpty() || random.nextInt(10) >= repeated) {
                drawn.add(stack(random));
            }
            ofSample.add(drawn.get(random.nextInt(drawn.size())));
        }
        return ofSample;
    }

    private static List<String> stack(SplittableRandom random) {
        List<String> rootFirst = new ArrayList<>();
        int depth = 10 + random.nextInt(20);
        int function = 0;
        for (int level = 0; level < depth; level++) {
            function = (function * 3 + 1 + random.nextInt(level < 8 ? 2 : 30)) % 800;
            rootFirst.add("org.example.checkout.Handler" + function / 8 + ".method" + function);
        }
        return rootFirst;
    }

    @Benchmark
    public byte[] inflate() {
        return Gzip.inflate(gzip, 4 << 20, "profile");
    }

    @Benchmark
    public RawProfile decode() {
        return format.decodeOne(plain);
    }

    @Benchmark
    public ProfileGroup intake() {
        return intake.push(SERIES, gzip);
    }
}
