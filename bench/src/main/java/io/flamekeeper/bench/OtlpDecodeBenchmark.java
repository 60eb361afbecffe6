package io.flamekeeper.bench;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.otlp.OtlpExport;
import io.flamekeeper.format.otlp.OtlpFormat;
import io.flamekeeper.format.otlp.OtlpJson;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.Intake.OtlpEncoding;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.OtlpUpload;
import io.flamekeeper.testkit.OtlpJsonText;
import io.flamekeeper.testkit.OtlpMessage;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What the profile of [PprofDecodeBenchmark] costs as a message of OpenTelemetry: the same 600 samples, functions and
/// stacks in a dictionary.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class OtlpDecodeBenchmark {
    private final OtlpFormat format = new OtlpFormat(DecodeLimits.DEFAULTS);
    private final Intake intake = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());

    /// Samples that repeat the stack of an earlier one, of ten.
    @Param({"0", "8"})
    int repeated;

    private byte[] plain = {};
    private byte[] json = {};

    @Setup
    public void draw() {
        var message =
                new OtlpMessage()
                        .resource(Map.of("service.name", "checkout", "pod", "checkout-7d9f-1"))
                        .profile("cpu", "nanoseconds");
        for (List<String> stack : PprofDecodeBenchmark.stacks(repeated)) {
            message.sample(stack, Map.of()).addValues(10_000_000);
        }
        plain = message.bytes();
        json = OtlpJsonText.of(message.request()).getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public OtlpExport decode() {
        return format.decodeProto(plain);
    }

    @Benchmark
    public OtlpUpload intake() {
        return intake.exportOtlp(plain, OtlpEncoding.PROTO);
    }

    @Benchmark
    public byte[] fromJson() {
        return OtlpJson.toProto(json, 16 << 20);
    }
}
