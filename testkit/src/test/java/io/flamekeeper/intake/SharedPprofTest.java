package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.pprof.PprofDialect;
import io.flamekeeper.format.pprof.PprofFormat;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.RawSample;
import io.flamekeeper.testkit.ReferencePprof;
import io.flamekeeper.testkit.SharedData;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files of real clients, with what is known about them from elsewhere.
class SharedPprofTest {
    private static final String FOLDER = "data/formats/pprof/";
    private static final Intake INTAKE = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());

    /// Columns: file, profiler, samples sent, distinct samples left, sums of all sample types.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cpu.pprof                | gospy     |    7 |   7 | 47 470000000",
                "cpu.pb.gz                | gospy     |    7 |   7 | 47 470000000",
                "heap_delta               | gospy     |   38 |  37 | 208258 17778269 101874 9992695",
                "heap.pb                  | gospy     | 1150 | 585 | 196607841 13434386318 22156072 1602645059",
                "heap.pb.gz               | gospy     | 1150 | 585 | 196607841 13434386318 22156072 1602645059",
                "profile_java             | javaspy   | 2614 | 171 | 5020648123",
                "dotnet-pprof-211.pb.gz   | dotnetspy | 2076 |  53 | 3213000000 0 1750 56064 0 0",
                "profile_python           | gospy     |  438 | 438 | 234084",
                "profile_nodejs           | nodespy   |   27 |  27 | 39670000",
                "req_2.pprof              | gospy     |    6 |   6 | 10",
                "req_3.pprof              | gospy     |    5 |   5 | 43 22674240703",
                "single_group_with_optional_span_id.pb.gz | gospy | 63 | 63 | 132 1320000000",
            })
    void ingestPprof_realFile_keepsItsSums(
            String file, String spy, int sent, int left, String sums) {
        byte[] body = SharedData.bytes(FOLDER + file);
        RawProfile raw = decoded(body, spy);
        ProfileGroup group =
                INTAKE.ingestPprof(
                        IngestParameters.parse(
                                Map.of("name", "app", "spyName", spy), InstantSource.system()),
                        body,
                        Optional.empty());

        assertThat(raw.sampleCount()).isEqualTo(sent);
        assertThat(
                        raw.sampleTypes().stream()
                                .map(type ->
                                        Long.toString(
                                                group.profiles().stream()
                                                        .filter(one ->
                                                                one.type().sample().equals(type))
                                                        .flatMapToLong(
                                                                one -> Arrays.stream(one.value()))
                                                        .sum()))
                                .collect(Collectors.joining(" ")))
                .isEqualTo(sums);
        var rows = new TreeSet<String>();
        group.profiles()
                .forEach(one -> {
                    String series =
                            one.labels()
                                    .with(
                                            Map.of(
                                                    "__profile_type__",
                                                    "",
                                                    "__type__",
                                                    "",
                                                    "__unit__",
                                                    ""))
                                    .toString();
                    for (int row = 0; row < one.stack().length; row++) {
                        rows.add(series + one.stack()[row]);
                    }
                });
        assertThat(rows).hasSize(left);
    }

    @ParameterizedTest
    @CsvSource({
        "cpu.pprof",
        "heap_delta",
        "heap.pb",
        "profile_java",
        "profile_python",
        "profile_nodejs",
        "cpu-js.pb.gz",
        "heap-js.pprof",
        "req_2.pprof",
        "req_3.pprof",
        "single_group_with_optional_span_id.pb.gz"
    })
    void decode_realFile_isWhatTheReferenceReads(String file) throws IOException {
        byte[] body = SharedData.bytes(FOLDER + file);
        byte[] plain = Gzip.isGzip(body) ? Gzip.inflate(body, 4 << 20, "file") : body;
        List<RawSample> expected = ReferencePprof.decode(plain).samples();
        assertThat(RawSample.of(decoded(plain, "gospy"))).isEqualTo(expected);
    }

    @Test
    void ingestPprof_labelsOfARealFile_makeThreeGroups() {
        ProfileGroup group =
                INTAKE.ingestPprof(
                        IngestParameters.parse(Map.of("name", "app"), InstantSource.system()),
                        SharedData.bytes(FOLDER + "req_2.pprof"),
                        Optional.of(SharedData.bytes(FOLDER + "req_2.st.json")));
        assertThat(group.profiles())
                .extracting(one -> Arrays.stream(one.value()).sum())
                .containsExactlyInAnyOrder(7L, 2L, 1L);
        assertThat(group.profiles().getFirst().type().id())
                .isEqualTo("goroutines:goroutine:count:goroutine:count");
    }

    @Test
    void ingestPprof_configuredBlockProfile_isBlock() {
        ProfileGroup group =
                INTAKE.ingestPprof(
                        IngestParameters.parse(Map.of("name", "app"), InstantSource.system()),
                        SharedData.bytes(FOLDER + "req_3.pprof"),
                        Optional.of(SharedData.bytes(FOLDER + "req_3.st.json")));
        assertThat(group.profiles())
                .extracting(one -> one.type().id())
                .containsExactly(
                        "block:contentions:count:contentions:count",
                        "block:delay:nanoseconds:contentions:count");
    }

    @Test
    void ingestPprof_textThatIsNoText_isRefused() {
        byte[] body = SharedData.bytes(FOLDER + "invalid_utf8.pb.gz");
        assertThatThrownBy(() ->
                        INTAKE.ingestPprof(
                                IngestParameters.parse(
                                        Map.of("name", "app"), InstantSource.system()),
                                body,
                                Optional.empty()))
                .hasMessageContaining("invalid utf8 string hex: ")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE));
    }

    private static RawProfile decoded(byte[] body, String spy) {
        byte[] plain = Gzip.isGzip(body) ? Gzip.inflate(body, 4 << 20, "file") : body;
        PprofDialect dialect =
                spy.equals("dotnetspy") ? PprofDialect.DOTNET : PprofDialect.STANDARD;
        return new PprofFormat(DecodeLimits.DEFAULTS, dialect).decodeOne(plain);
    }
}
