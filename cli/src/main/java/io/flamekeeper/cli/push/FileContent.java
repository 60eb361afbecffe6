package io.flamekeeper.cli.push;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.flamekeeper.intake.ContentFormat;
import io.flamekeeper.intake.Gzip;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// A file that has been read.
///
/// @param bytes   as they are in the file
/// @param plain   the same, uncompressed
/// @param changed when it was changed last
record FileContent(Path file, byte[] bytes, byte[] plain, FileFormat format, Instant changed) {
    static final Path STANDARD_INPUT = Path.of("-");

    private static final int INFLATED_BYTES_MAX = 1 << 29;
    private static final int BYTES_SHOWN = 16;

    /// @param format what the file is, if that is not to be found out
    /// @throws FlamekeeperException if it cannot be read, or if nobody knows what it is
    static FileContent read(Path file, Optional<FileFormat> format) {
        boolean isStandardInput = file.equals(STANDARD_INPUT);
        byte[] bytes;
        Instant changed;
        try {
            if (!isStandardInput && Files.isDirectory(file)) {
                throw new FlamekeeperException(
                        ErrorCode.INVALID_REQUEST, "a folder (expected: a file)");
            }
            bytes = isStandardInput ? System.in.readAllBytes() : Files.readAllBytes(file);
            changed = isStandardInput ? Instant.now() : Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.NOT_FOUND, "no such file (expected: a file of profiles)");
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.NOT_FOUND, "cannot be read: %s (expected: a file)", e);
        }
        byte[] plain = Gzip.isGzip(bytes) ? Gzip.inflate(bytes, INFLATED_BYTES_MAX, "file") : bytes;
        FileFormat known =
                format.or(() -> FileFormat.of(ContentFormat.of(plain)))
                        .orElseThrow(() -> unknown(plain));
        return new FileContent(file, bytes, plain, known, changed);
    }

    private static FlamekeeperException unknown(byte[] plain) {
        byte[] start = Arrays.copyOf(plain, Math.min(plain.length, BYTES_SHOWN));
        String text = new String(start, US_ASCII);
        return new FlamekeeperException(
                ErrorCode.UNKNOWN_FORMAT,
                "format: nobody knows what begins with %s (expected: pprof, JFR, collapsed stacks, speedscope or OTLP; or --format)",
                text.matches("[ -~]*")
                        ? "'" + text + "'"
                        : HexFormat.ofDelimiter(" ").formatHex(start));
    }

    boolean isGzip() {
        return Gzip.isGzip(bytes);
    }
}
