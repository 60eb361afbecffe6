package io.flamekeeper.testkit;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// A message in OpenTelemetry's JSON, which is protobuf's but for the ids of spans and traces.
public final class OtlpJsonText {
    private static final Pattern IDS =
            Pattern.compile("(\"(?:traceId|spanId|trace_id|span_id)\":\\s*\")([^\"]*)\"");

    private OtlpJsonText() {}

    public static String of(Message message) {
        return hexed(print(message, JsonFormat.printer().omittingInsignificantWhitespace()));
    }

    /// With names as the definitions have them, and spread over lines.
    public static String snakeCaseOf(Message message) {
        return hexed(print(message, JsonFormat.printer().preservingProtoFieldNames()));
    }

    /// With ids in base64, as those write it who know only protobuf's rules.
    public static String base64Of(Message message) {
        return print(message, JsonFormat.printer());
    }

    private static String print(Message message, JsonFormat.Printer printer) {
        try {
            return printer.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static String hexed(String json) {
        return IDS.matcher(json)
                .replaceAll(id ->
                        id.group(1)
                                + HexFormat.of().formatHex(Base64.getDecoder().decode(id.group(2)))
                                + "\"");
    }
}
