package io.flamekeeper.cli.push;

import io.flamekeeper.intake.ContentFormat;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Locale;
import java.util.Optional;

/// What a file is, for the server.
enum FileFormat {
    PPROF,
    JFR,
    GROUPS,
    LINES,
    TRIE,
    TREE,
    SPEEDSCOPE,
    OTLP_PROTOBUF,
    OTLP_JSON;

    /// @throws FlamekeeperException `INVALID_CONFIGURATION`
    static FileFormat parse(String text) {
        for (FileFormat format : values()) {
            if (!format.isOtlp() && format.label().equals(text)) {
                return format;
            }
        }
        throw new FlamekeeperException(
                ErrorCode.INVALID_CONFIGURATION,
                "--format: '%s' (expected: pprof, jfr, groups, lines, trie, tree or speedscope)",
                text);
    }

    static Optional<FileFormat> of(ContentFormat content) {
        return switch (content) {
            case PPROF -> Optional.of(PPROF);
            case JFR -> Optional.of(JFR);
            case GROUPS -> Optional.of(GROUPS);
            case SPEEDSCOPE -> Optional.of(SPEEDSCOPE);
            case OTLP_PROTOBUF -> Optional.of(OTLP_PROTOBUF);
            case OTLP_JSON -> Optional.of(OTLP_JSON);
            case UNKNOWN -> Optional.empty();
        };
    }

    boolean isOtlp() {
        return this == OTLP_PROTOBUF || this == OTLP_JSON;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
