package io.flamekeeper.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.PushResponse;
import io.flamekeeper.api.querier.v1.FlameGraph;
import io.flamekeeper.api.querier.v1.Level;
import io.flamekeeper.api.querier.v1.ProfileFormat;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesRequest;
import io.flamekeeper.api.querier.v1.SelectSeriesRequest;
import io.flamekeeper.api.types.v1.LabelNamesRequest;
import io.flamekeeper.api.types.v1.ProfileType;
import io.flamekeeper.api.types.v1.TimeSeriesAggregationType;
import io.flamekeeper.api.version.v1.VersionResponse;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireJsonTest {
    @Test
    void merge_camelAndSnakeCaseInOneObject_bothTaken() {
        var request =
                stacktraces("{\"profileTypeID\":\"t\",\"label_selector\":\"{}\",\"max_nodes\":7}");
        assertThat(request.getProfileTypeID()).isEqualTo("t");
        assertThat(request.getLabelSelector()).isEqualTo("{}");
        assertThat(request.getMaxNodes()).isEqualTo(7);
        assertThat(stacktraces("{\"profile_typeID\":\"t\"}").getProfileTypeID()).isEqualTo("t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"start\":1767225600000}",
                "{\"start\":\"1767225600000\"}",
                "{\"start\":1767225600000.0}",
                "{\"start\":1.7672256e12}"
            })
    void merge_int64AsNumberOrString_sameValue(String json) {
        assertThat(labelNames(json).getStart()).isEqualTo(1_767_225_600_000L);
    }

    @Test
    void merge_unknownFieldsOfAnyShape_dropped() {
        var request =
                labelNames("{\"new\":{\"a\":[1,{\"b\":null}]},\"start\":3,\"other\":[[true]]}");
        assertThat(request).isEqualTo(LabelNamesRequest.newBuilder().setStart(3).build());
    }

    @Test
    void merge_enum_byNameOrNumberAndUnknownNameDropped() {
        assertThat(stacktraces("{\"format\":\"PROFILE_FORMAT_TREE\"}").getFormat())
                .isEqualTo(ProfileFormat.PROFILE_FORMAT_TREE);
        assertThat(stacktraces("{\"format\":4}").getFormat())
                .isEqualTo(ProfileFormat.PROFILE_FORMAT_PPROF);
        assertThat(stacktraces("{\"format\":\"PROFILE_FORMAT_FUNCTIONS\",\"start\":1}"))
                .isEqualTo(stacktraces("{\"start\":1}"));
    }

    @Test
    void merge_nullAndOptionalField_presenceKept() {
        assertThat(stacktraces("{\"maxNodes\":null}").hasMaxNodes()).isFalse();
        assertThat(stacktraces("{\"maxNodes\":0}").hasMaxNodes()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+/8=", "+/8", "-_8=", "-_8"})
    void merge_bytesInAnyBase64_sameBytes(String base64) {
        var request = PushRequest.newBuilder();
        WireJson.merge(
                utf8("{\"series\":[{\"samples\":[{\"rawProfile\":\"" + base64 + "\"}]}]}"),
                request);
        assertThat(request.getSeries(0).getSamples(0).getRawProfile())
                .isEqualTo(ByteString.copyFrom(new byte[] {(byte) 0xfb, (byte) 0xff}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"15", "15.0", "\"15\"", "1.5e1"})
    void merge_doubleAsNumberOrString_sameValue(String text) {
        var request = SelectSeriesRequest.newBuilder();
        WireJson.merge(utf8("{\"step\":" + text + "}"), request);
        assertThat(request.getStep()).isEqualTo(15.0);
    }

    @Test
    void merge_doubleThatIsNoNumber_taken() {
        var request = SelectSeriesRequest.newBuilder();
        WireJson.merge(utf8("{\"step\":\"NaN\"}"), request);
        assertThat(request.getStep()).isNaN();
        WireJson.merge(utf8("{\"step\":\"Infinity\"}"), request.clear());
        assertThat(request.getStep()).isInfinite();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "\"{}\"",
                "{}{}",
                "{} x",
                "{'start':1}",
                "{start:1}",
                "{\"start\":1,}",
                "{\"start\":\"yesterday\"}",
                "{\"start\":1.5}",
                "{\"start\":9223372036854775808}",
                "{\"start\":{}}",
                "{\"matchers\":[{}]}",
                "// no\n{}"
            })
    void merge_textThatIsNoMessage_invalidRequest(String json) {
        assertInvalid(utf8(json), LabelNamesRequest.newBuilder());
    }

    @Test
    void merge_bytesThatAreNoUtf8_invalidRequest() {
        assertInvalid(
                new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'},
                LabelNamesRequest.newBuilder());
    }

    @Test
    @Timeout(5)
    void merge_deepNesting_invalidRequestWithoutDeepStack() {
        for (String opening : new String[] {"[", "{\"a\":"}) {
            assertInvalid(
                    utf8("{\"unknown\":" + opening.repeat(1_000_000)),
                    LabelNamesRequest.newBuilder());
        }
    }

    /// An exponent costs nothing to send, but its integer has as many digits as it says.
    @ParameterizedTest
    @Timeout(5)
    @ValueSource(strings = {"1e999999999", "1E+2147483647", "1e-999999999", "1e0000000000000001"})
    void merge_hugeExponent_invalidRequestAtOnce(String number) {
        assertInvalid(
                utf8("{\"stackTraceSelector\":{\"goPgo\":{\"keepLocations\":" + number + "}}}"),
                SelectMergeStacktracesRequest.newBuilder());
    }

    @Test
    @Timeout(5)
    void merge_hugeNumber_invalidRequestAtOnce() {
        assertInvalid(
                utf8("{\"start\":" + "9".repeat(1_000_000) + "}"), LabelNamesRequest.newBuilder());
    }

    @Test
    void bytes_emptyMessage_twoBytes() {
        assertThat(text(PushResponse.getDefaultInstance())).isEqualTo("{}");
    }

    @Test
    void bytes_int64_asString() {
        var graph =
                FlameGraph.newBuilder()
                        .addNames("total")
                        .addLevels(
                                Level.newBuilder()
                                        .addValues(0)
                                        .addValues(10)
                                        .addValues(0)
                                        .addValues(0))
                        .setTotal(12_345)
                        .build();
        assertThat(text(graph))
                .isEqualTo(
                        "{\"names\":[\"total\"],\"levels\":[{\"values\":[\"0\",\"10\",\"0\",\"0\"]}],"
                                + "\"total\":\"12345\"}");
    }

    @Test
    void bytes_namesOutOfLine_asClientsKnowThem() {
        assertThat(text(ProfileType.newBuilder().setID("a:b").setSampleType("b").build()))
                .isEqualTo("{\"ID\":\"a:b\",\"sampleType\":\"b\"}");
        assertThat(text(VersionResponse.newBuilder().setQuerierAPI(1).build()))
                .isEqualTo("{\"QuerierAPI\":\"1\"}");
        assertThat(text(SelectMergeStacktracesRequest.newBuilder().setProfileTypeID("t").build()))
                .isEqualTo("{\"profileTypeID\":\"t\"}");
    }

    @Test
    void bytes_optionalAndEnum_emittedWhenSetAndByName() {
        var request =
                SelectSeriesRequest.newBuilder()
                        .setStep(0.5)
                        .setLimit(0)
                        .setAggregation(
                                TimeSeriesAggregationType.TIME_SERIES_AGGREGATION_TYPE_AVERAGE)
                        .build();
        assertThat(text(request))
                .isEqualTo(
                        "{\"step\":0.5,\"aggregation\":\"TIME_SERIES_AGGREGATION_TYPE_AVERAGE\","
                                + "\"limit\":\"0\"}");
    }

    private static void assertInvalid(byte[] json, Message.Builder message) {
        assertThatThrownBy(() -> WireJson.merge(json, message))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    private static SelectMergeStacktracesRequest stacktraces(String json) {
        var request = SelectMergeStacktracesRequest.newBuilder();
        WireJson.merge(utf8(json), request);
        return request.build();
    }

    private static LabelNamesRequest labelNames(String json) {
        var request = LabelNamesRequest.newBuilder();
        WireJson.merge(utf8(json), request);
        return request.build();
    }

    private static String text(Message message) {
        return new String(WireJson.bytes(message), UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
