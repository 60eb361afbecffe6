package io.flamekeeper.http;

import com.google.protobuf.Message;
import io.flamekeeper.access.Permission;
import java.util.function.LongConsumer;

/// A unary method, offered as gRPC, gRPC-Web and one [Dialect] alike.
///
/// @param path       `/package.Service/Method`, or where else the dialect has it
/// @param dialect    what is spoken on the path beside gRPC
/// @param permission what the caller needs
/// @param reader     makes a request of a message's bytes
/// @param answer     any instance of the answer's type
/// @param handler    called on a virtual thread; may block
public record RpcMethod<Q, A extends Message>(
        String path,
        Dialect dialect,
        Permission permission,
        Reader<Q> reader,
        A answer,
        Handler<Q, A> handler) {
    /// What is spoken beside gRPC.
    public enum Dialect {
        /// Connect, in JSON and proto.
        CONNECT,
        /// OpenTelemetry over HTTP, in JSON and proto.
        OTLP
    }

    /// Makes a request of a message or throws a [io.flamekeeper.model.FlamekeeperException].
    @FunctionalInterface
    public interface Reader<Q> {
        /// @param memory told what the request takes beside the message before it does; may refuse
        Q read(BodyCodec codec, byte[] message, LongConsumer memory);
    }

    /// Answers a request or throws a [io.flamekeeper.model.FlamekeeperException].
    @FunctionalInterface
    public interface Handler<Q, A> {
        A answer(Call call, Q request);
    }

    /// @param service such as `querier.v1.QuerierService`
    /// @param request any instance of the request's type
    public static <Q extends Message, A extends Message> RpcMethod<Q, A> of(
            String service,
            String method,
            Permission permission,
            Q request,
            A answer,
            Handler<Q, A> handler) {
        @SuppressWarnings("unchecked") // built by the builder of the request
        Reader<Q> reader = (codec, message, memory) -> (Q) codec.decode(request, message, memory);
        return new RpcMethod<>(
                "/" + service + "/" + method, Dialect.CONNECT, permission, reader, answer, handler);
    }
}
