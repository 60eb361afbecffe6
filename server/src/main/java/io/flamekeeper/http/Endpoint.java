package io.flamekeeper.http;

import io.flamekeeper.access.Permission;

/// A plain HTTP route.
///
/// @param path       exact
/// @param permission what the caller needs
/// @param handler    called on a virtual thread; may block
public record Endpoint(Method method, String path, Permission permission, Handler handler) {
    /// How a route is called. `HEAD` is answered wherever `GET` is.
    public enum Method {
        GET,
        POST
    }

    /// Answers a request or throws a [io.flamekeeper.model.FlamekeeperException].
    @FunctionalInterface
    public interface Handler {
        Answer answer(Request request);
    }

    public static Endpoint get(String path, Permission permission, Handler handler) {
        return new Endpoint(Method.GET, path, permission, handler);
    }

    public static Endpoint post(String path, Permission permission, Handler handler) {
        return new Endpoint(Method.POST, path, permission, handler);
    }
}
