/// The door: one port for Connect, gRPC, gRPC-Web and plain HTTP, and nothing that knows what is asked.
///
/// Read in this order: [RpcMethod] and [Endpoint] are what is offered, [Router] finds one, [Exchange] runs
/// it, [ConnectEnvelope] and [GrpcEnvelope] wrap messages, [Problem] says what an error becomes,
/// [HttpServer] is the socket.
///
/// Uses `model`, `api` and `access`. The only package that names Armeria; handlers elsewhere are plain
/// blocking methods, called on virtual threads. To offer another call, write an [RpcMethod] or an
/// [Endpoint] and add it where the server is put together.
@NullMarked
package io.flamekeeper.http;

import org.jspecify.annotations.NullMarked;
