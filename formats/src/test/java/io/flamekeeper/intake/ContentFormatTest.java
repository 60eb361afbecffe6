package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentFormatTest {
    @ParameterizedTest
    @CsvSource({
        "'main;work 3\nmain 4\n', GROUPS",
        "'# austin: 3.0\n\nP1;T2;main (a.py:3) 250\r\nx 1\r\n', GROUPS",
        "'a\nb\nc 1', UNKNOWN",
        "'', UNKNOWN",
        "' {\"profiles\":[],\"$schema\":\"https://www.speedscope.app/file-format-schema.json\"}', SPEEDSCOPE",
        "'{\"resourceProfiles\":[],\"dictionary\":{}}', OTLP_JSON",
        "'{\"nodes\":[]}', UNKNOWN",
        "'a b c 1\nbinary\u0001 2', UNKNOWN",
        "'just some words', UNKNOWN",
    })
    void of_text(String content, ContentFormat expected) {
        assertThat(ContentFormat.of(content.getBytes(UTF_8))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "464c5200000200, JFR",
        // A sample type, a string, a time.
        "0a0408011002 3200 48d209, PPROF",
        "0a0408011002 320178 680168026a020304 8201024142, PPROF",
        // A time is a varint.
        "0a0408011002 3200 4a00, UNKNOWN",
        "0a0408011002 3200 4900000000000000ff, UNKNOWN",
        "0a0408011002 48d209, UNKNOWN",
        "0a021200 12020a00, OTLP_PROTOBUF",
        "0a021200, OTLP_PROTOBUF",
        "12020a00, OTLP_PROTOBUF",
        "0a021200 1801, UNKNOWN",
        "0a7f00, UNKNOWN",
        "1f8b0800, UNKNOWN",
        "00, UNKNOWN",
    })
    void of_bytes(String hex, ContentFormat expected) {
        assertThat(ContentFormat.of(bytes(hex.replace(" ", "")))).isEqualTo(expected);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /// A text must be read to its end before it is none.
    @Test
    void of_latin1_isUnknown() {
        assertThat(ContentFormat.of("mäin 1".getBytes(ISO_8859_1)))
                .isEqualTo(ContentFormat.UNKNOWN);
    }
}
