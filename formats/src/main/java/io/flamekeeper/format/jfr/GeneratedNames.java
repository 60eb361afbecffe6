package io.flamekeeper.format.jfr;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Symbols that differ from one run of a program to the next although they mean the same. What makes them
/// differ becomes `_`, so that their frames are one frame.
///
/// | written                                                                      | becomes                                   |
/// |------------------------------------------------------------------------------|-------------------------------------------|
/// | `jdk/internal/reflect/GeneratedMethodAccessor17`                             | `jdk/internal/reflect/GeneratedMethodAccessor_` |
/// | `a/B$$Lambda`, then digits, or `$` and digits or nothing, `.` or `/`, hex digits | `a/B$$Lambda_`                        |
/// | `a/B$$EnhancerBySpringCGLIB$$9e1f`                                           | `a/B$$EnhancerBySpringCGLIB$$_`           |
/// | `/tmp/libzstd-jni-1.5.2-37164.so (deleted)`                                  | `libzstd-jni-_.so`                        |
/// | `libamazonCorrettoCryptoProvider0f1e….so`, see [#cryptoProvider]             | `libamazonCorrettoCryptoProvider_.so`     |
/// | `libasyncProfiler-linux-x64-17b9….so`, of one release                        | `libasyncProfiler-_.so`                   |
final class GeneratedNames {
    private static final String ACCESSOR = "jdk/internal/reflect/GeneratedMethodAccessor";
    private static final String LAMBDA = "$$Lambda";
    private static final String SPRING = "$$EnhancerBySpringCGLIB$$";
    private static final String ZSTD = "libzstd-jni-";
    private static final String CRYPTO = "amazonCorrettoCryptoProvider";
    private static final int CRYPTO_DIGITS = 16;
    private static final String PROFILER = "libasyncProfiler-";
    private static final String PROFILER_HASH = "-17b9a1d8156277a98ccc871afa9a8f69215f92.so";
    private static final String DELETED = " (deleted)";
    private static final String LIBRARY = ".so";
    private static final String ANY = "_";

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long DOLLARS = '$' * 0x0101010101010101L;
    private static final long DOTS = '.' * 0x0101010101010101L;
    private static final long LETTERS_S = 's' * 0x0101010101010101L;

    private GeneratedNames() {}

    /// Rewrites the symbol that begins at `start` and is the last in the buffer.
    static void merge(TextBuffer buffer, int start) {
        if (mayBeGenerated(buffer.bytes(), start, buffer.length())) {
            String merged = merged(buffer.text(start));
            buffer.cut(start);
            buffer.append(merged);
        }
    }

    /// **Hot path.** Nearly no symbol has what all of the generated ones have: `$$`, `.s` or the accessor's
    /// name. May say yes too often. Benchmark: `JfrDecodeBenchmark`.
    private static boolean mayBeGenerated(byte[] bytes, int start, int end) {
        int at = start;
        // Words overlap by a byte, so that each pair is in one of them.
        for (; end - at >= Long.BYTES; at += Long.BYTES - 1) {
            long word = (long) EIGHT_BYTES.get(bytes, at);
            long dollars = hits(word ^ DOLLARS);
            if ((dollars & (dollars >>> Byte.SIZE)) != 0
                    || (hits(word ^ DOTS) & (hits(word ^ LETTERS_S) >>> Byte.SIZE)) != 0) {
                return true;
            }
        }
        for (; at < end - 1; at++) {
            if ((bytes[at] == '$' && bytes[at + 1] == '$')
                    || (bytes[at] == '.' && bytes[at + 1] == 's')) {
                return true;
            }
        }
        return end - start > ACCESSOR.length()
                && bytes[start] == 'j'
                && bytes[start + ACCESSOR.length() - 1] == 'r';
    }

    /// The high bit of each byte that is 0, and of some that are not.
    private static long hits(long word) {
        return (word - 0x0101010101010101L) & ~word & 0x8080808080808080L;
    }

    static String merged(String symbol) {
        if (symbol.startsWith(ACCESSOR)) {
            return isDigits(symbol, ACCESSOR.length()) ? ACCESSOR + ANY : symbol;
        }
        int spring = symbol.indexOf(SPRING);
        if (spring > 0 && spring + SPRING.length() < symbol.length()) {
            return symbol.substring(0, spring + SPRING.length()) + ANY;
        }
        int lambda = symbol.lastIndexOf(LAMBDA);
        if (lambda > 0 && isLambda(symbol, lambda + LAMBDA.length())) {
            return symbol.substring(0, lambda + LAMBDA.length()) + ANY;
        }
        return library(symbol);
    }

    /// Whether what follows `$$Lambda` is a number, or one of a class that has no name of its own.
    private static boolean isLambda(String symbol, int start) {
        if (isDigits(symbol, start)) {
            return true;
        }
        int at = start;
        if (at < symbol.length() && symbol.charAt(at) == '$') {
            int digits = ++at;
            while (at < symbol.length() && isDigit(symbol.charAt(at))) {
                at++;
            }
            if (at == digits) {
                return false;
            }
        }
        if (at == symbol.length() || (symbol.charAt(at) != '.' && symbol.charAt(at) != '/')) {
            return false;
        }
        at++;
        if (symbol.startsWith("0x", at)) {
            at += 2;
        }
        return isHex(symbol, at, symbol.length());
    }

    private static String library(String symbol) {
        String path =
                symbol.endsWith(DELETED)
                        ? symbol.substring(0, symbol.length() - DELETED.length())
                        : symbol;
        if (!path.endsWith(LIBRARY)) {
            return symbol;
        }
        String file =
                path.startsWith("/tmp/")
                        ? path.substring("/tmp/".length())
                        : path.startsWith("./tmp/") ? path.substring("./tmp/".length()) : path;
        if (isZstd(file)) {
            return ZSTD + ANY + LIBRARY;
        }
        if (file.contains(CRYPTO) && cryptoProvider(file)) {
            return "lib" + CRYPTO + ANY + LIBRARY;
        }
        return isProfiler(symbol) ? PROFILER + ANY + LIBRARY : symbol;
    }

    /// `libzstd-jni-1.5.2-37164.so`
    private static boolean isZstd(String file) {
        if (!file.startsWith(ZSTD)) {
            return false;
        }
        String version = file.substring(ZSTD.length(), file.length() - LIBRARY.length());
        int dash = version.indexOf('-');
        if (dash < 0 || !isDigits(version, dash + 1)) {
            return false;
        }
        String[] part = version.substring(0, dash).split("\\.", -1);
        return part.length == 3
                && isDigits(part[0], 0)
                && isDigits(part[1], 0)
                && isDigits(part[2], 0);
    }

    /// `[lib]amazonCorrettoCryptoProvider[NativeLibraries.]<16 hex digits>[/libcrypto|/libamazonCorrettoCryptoProvider].so`
    private static boolean cryptoProvider(String file) {
        String rest = file.startsWith("lib") ? file.substring("lib".length()) : file;
        if (!rest.startsWith(CRYPTO)) {
            return false;
        }
        int at = CRYPTO.length();
        if (rest.startsWith("NativeLibraries.", at)) {
            at += "NativeLibraries.".length();
        }
        int digits = at + CRYPTO_DIGITS;
        if (rest.length() < digits || !isHex(rest, at, digits)) {
            return false;
        }
        String tail = rest.substring(digits);
        return tail.equals(LIBRARY)
                || tail.equals("/libcrypto" + LIBRARY)
                || tail.equals("/lib" + CRYPTO + LIBRARY);
    }

    private static boolean isProfiler(String symbol) {
        if (!symbol.startsWith(PROFILER) || !symbol.endsWith(PROFILER_HASH)) {
            return false;
        }
        return switch (symbol.substring(
                PROFILER.length(),
                Math.max(PROFILER.length(), symbol.length() - PROFILER_HASH.length()))) {
            case "linux-arm64", "linux-musl-x64", "linux-x64", "macos" -> true;
            default -> false;
        };
    }

    private static boolean isDigits(String text, int start) {
        for (int i = start; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return start < text.length();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHex(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!isDigit(c) && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return start < end;
    }
}
