package io.flamekeeper.format.jfr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedNamesTest {
    @ParameterizedTest
    @CsvSource({
        "jdk/internal/reflect/GeneratedMethodAccessor17, jdk/internal/reflect/GeneratedMethodAccessor_",
        "a/B$$Lambda17, a/B$$Lambda_",
        "a/B$$Lambda$12/0x00000008010c4ad8, a/B$$Lambda_",
        "a/B$$Lambda$12.123, a/B$$Lambda_",
        "a/B$$Lambda.0x00007f3a1c0d1000, a/B$$Lambda_",
        "a/B$$Lambda/0x0000000800cd4000, a/B$$Lambda_",
        "a/B$$EnhancerBySpringCGLIB$$9e1f0c, a/B$$EnhancerBySpringCGLIB$$_",
        "a/B$$EnhancerBySpringCGLIB$$9e1f0c$$FastClass, a/B$$EnhancerBySpringCGLIB$$_",
        "libzstd-jni-1.5.2-3.so, libzstd-jni-_.so",
        "/tmp/libzstd-jni-1.5.2-37164201.so (deleted), libzstd-jni-_.so",
        "./tmp/libzstd-jni-1.5.2-37164201.so, libzstd-jni-_.so",
        "libamazonCorrettoCryptoProvider0123456789abcdef.so, libamazonCorrettoCryptoProvider_.so",
        "amazonCorrettoCryptoProviderNativeLibraries.0123456789abcdef/libcrypto.so (deleted),"
                + " libamazonCorrettoCryptoProvider_.so",
        "/tmp/amazonCorrettoCryptoProviderNativeLibraries.0123456789abcdef/libamazonCorrettoCryptoProvider.so,"
                + " libamazonCorrettoCryptoProvider_.so",
        "libasyncProfiler-linux-x64-17b9a1d8156277a98ccc871afa9a8f69215f92.so, libasyncProfiler-_.so",
        "libasyncProfiler-linux-musl-x64-17b9a1d8156277a98ccc871afa9a8f69215f92.so, libasyncProfiler-_.so",
        "libasyncProfiler-macos-17b9a1d8156277a98ccc871afa9a8f69215f92.so, libasyncProfiler-_.so"
    })
    void merge_generatedSymbol_losesWhatDiffersFromRunToRun(String written, String merged) {
        assertThat(merge(written)).isEqualTo(merged);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "java/lang/Thread",
                "jdk/internal/reflect/GeneratedMethodAccessor",
                "jdk/internal/reflect/GeneratedMethodAccessor17x",
                "jdk/internal/reflect/GeneratedConstructorAccessor17",
                "a/B$$Lambda",
                "a/B$$Lambda$",
                "a/B$$Lambda$x/0x12",
                "a/B$$Lambda$20+0x800000029/1811044090",
                "a/B$$Lambda/0xXYZ",
                "$$Lambda17",
                "a/B$$EnhancerBySpringCGLIB$$",
                "libzstd-jni-1.5-3.so",
                "libzstd.so",
                "/var/libzstd-jni-1.5.2-3.so",
                "libamazonCorrettoCryptoProvider0123.so",
                "libasyncProfiler-linux-x64-00b9a1d8156277a98ccc871afa9a8f69215f92.so",
                "libjvm.so",
                "some.special$thing"
            })
    void merge_anyOtherSymbol_staysAsItIs(String symbol) {
        assertThat(merge(symbol)).isEqualTo(symbol);
    }

    private static String merge(String symbol) {
        var buffer = new TextBuffer();
        buffer.append("before.");
        int start = buffer.length();
        buffer.append(symbol);
        GeneratedNames.merge(buffer, start);
        String text = new String(buffer.bytes(), 0, buffer.length(), UTF_8);
        assertThat(text).startsWith("before.");
        return text.substring("before.".length());
    }
}
