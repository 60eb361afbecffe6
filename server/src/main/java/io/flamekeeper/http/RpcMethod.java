package io.flamekeeper.http;

import com.google.protobuf.Message;

/// A unary method, offered as Connect (JSON and proto), gRPC and gRPC-Web alike.
///
/// @param path    `/package.Service/Method`
/// @param request any instance of the request's type
/// @param answer  any instance of the answer's type
/// @param handler called on a virtual thread; may block
public record RpcMethod<Q extends Message, A extends Message>(
        String path, Q request, A answer, Handler<Q, A> handler) {
    /// Answers a request or throws a [io.flamekeeper.model.FlamekeeperException].
    @FunctionalInterface
    public interface Handler<Q, A> {
        A answer(Call call, Q request);
    }

    /// @param service such as `querier.v1.QuerierService`
    public static <Q extends Message, A extends Message> RpcMethod<Q, A> of(
            String service, String method, Q request, A answer, Handler<Q, A> handler) {
        return new RpcMethod<>("/" + service + "/" + method, request, answer, handler);
    }
}
