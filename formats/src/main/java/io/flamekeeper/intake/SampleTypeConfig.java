package io.flamekeeper.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// The `sample_type_config` part of `/ingest`: what a client calls its sample types.
///
/// `{"contentions": {"display-name": "mutex_count", "units": "lock_samples"}}`; all but `display-name` is
/// read over. What a client sends replaces [#DEFAULT] entirely.
///
/// @param displayNameByType `""` for a type that is listed without a display name
record SampleTypeConfig(Map<String, String> displayNameByType) {
    static final SampleTypeConfig DEFAULT =
            new SampleTypeConfig(
                    Map.of(
                            "samples", "cpu",
                            "goroutine", "goroutines",
                            "contentions", "mutex_count",
                            "delay", "mutex_duration"));

    private static final JsonFactory JSON = new JsonFactory();

    SampleTypeConfig {
        displayNameByType = Map.copyOf(displayNameByType);
    }

    /// @throws FlamekeeperException `MALFORMED_PROFILE` unless `json` is an object of objects whose
    ///     `display-name`s are strings
    static SampleTypeConfig parse(byte[] json) {
        Map<String, String> displayNameByType = new HashMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String type = parser.currentName();
                expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
                displayNameByType.put(type, displayName(parser));
            }
            JsonToken after = parser.nextToken();
            if (after != null) {
                throw unexpected(parser, after, "nothing more");
            }
        } catch (JsonProcessingException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.MALFORMED_PROFILE,
                    "sample_type_config: not JSON at byte %d: %s (expected: an object)",
                    e.getLocation() == null ? 0 : e.getLocation().getByteOffset(),
                    e.getOriginalMessage());
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.MALFORMED_PROFILE,
                    "sample_type_config: %s (expected: UTF-8)",
                    String.valueOf(e.getMessage()));
        }
        return new SampleTypeConfig(displayNameByType);
    }

    private static String displayName(JsonParser parser) throws IOException {
        String displayName = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals("display-name");
            JsonToken value = parser.nextToken();
            if (wanted) {
                expect(parser, value, JsonToken.VALUE_STRING);
                displayName = parser.getText();
            } else {
                parser.skipChildren();
            }
        }
        return displayName;
    }

    private static void expect(JsonParser parser, JsonToken actual, JsonToken expected) {
        if (actual != expected) {
            throw unexpected(parser, actual, expected.toString());
        }
    }

    private static FlamekeeperException unexpected(
            JsonParser parser, JsonToken actual, String expected) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE,
                "sample_type_config: %s before byte %d (expected: %s)",
                actual,
                parser.currentLocation().getByteOffset(),
                expected);
    }

    String displayName(String sampleType) {
        String configured = displayNameByType.getOrDefault(sampleType, "");
        return configured.isEmpty() ? sampleType : configured;
    }

    boolean mentions(String sampleType) {
        return displayNameByType.containsKey(sampleType);
    }
}
