package io.flamekeeper.http;

import java.util.function.UnaryOperator;

/// A plain HTTP request whose body has arrived.
///
/// @param path   decoded
/// @param header value of a header by its name in lower case, `""` = none
/// @param body   the handler's own
public record Request(
        Call call, String path, Parameters query, UnaryOperator<String> header, byte[] body) {
    public String header(String name) {
        return header.apply(name);
    }
}
