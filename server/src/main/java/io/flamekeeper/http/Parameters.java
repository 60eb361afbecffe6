package io.flamekeeper.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The query of a request target, decoded.
///
/// Escapes are `%xx` and `+`. What is no escape stands for itself, so that a raw `{service_name="x"}` and
/// an escaped one mean the same.
public final class Parameters {
    private static final int COUNT_MAX = 1_000;

    private final Map<String, List<String>> valuesByName = new HashMap<>();

    private Parameters() {}

    /// @param query without the `?`; may be empty
    /// @throws FlamekeeperException `INVALID_REQUEST` for more than 1000 parameters
    public static Parameters parse(String query) {
        var parameters = new Parameters();
        int count = 0;
        for (int start = 0; start < query.length(); ) {
            int end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            if (end > start) {
                if (++count > COUNT_MAX) {
                    throw new FlamekeeperException(
                            ErrorCode.INVALID_REQUEST,
                            "query: more than %d parameters (expected: at most %1$d)",
                            COUNT_MAX);
                }
                parameters.add(query.substring(start, end));
            }
            start = end + 1;
        }
        return parameters;
    }

    private void add(String pair) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
        valuesByName.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    static String decode(String escaped) {
        if (escaped.indexOf('%') < 0) {
            return escaped.replace('+', ' ');
        }
        byte[] bytes = escaped.getBytes(UTF_8);
        var decoded = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (bytes[i] == '%' && high >= 0 && low >= 0) {
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(bytes[i] == '+' ? ' ' : bytes[i]);
            }
        }
        return decoded.toString(UTF_8);
    }

    /// The first value of the parameter, or `""` when there is none.
    public String first(String name) {
        return valuesByName.getOrDefault(name, List.of("")).getFirst();
    }

    /// All its values, in order.
    public List<String> all(String name) {
        return List.copyOf(valuesByName.getOrDefault(name, List.of()));
    }

    /// The first value of every parameter.
    public Map<String, String> firstByName() {
        Map<String, String> first = new HashMap<>();
        valuesByName.forEach((name, values) -> first.put(name, values.getFirst()));
        return first;
    }
}
