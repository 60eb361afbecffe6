package io.flamekeeper.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.flamekeeper.access.Authenticator;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The socket: HTTP/1.1 and HTTP/2 without TLS, told apart by their first bytes.
public final class HttpServer implements AutoCloseable {
    /// Without any request for so long, a server that is stopping believes that no more will come.
    private static final Duration QUIET = Duration.ofMillis(20);

    private final Server server;
    private final EventLoopGroup eventLoops;
    private final ExecutorService virtualThreads;
    private final BodyBudget budget;
    private final Duration shutdownTimeout;

    private HttpServer(
            Server server,
            EventLoopGroup eventLoops,
            ExecutorService virtualThreads,
            BodyBudget budget,
            Duration shutdownTimeout) {
        this.server = server;
        this.eventLoops = eventLoops;
        this.virtualThreads = virtualThreads;
        this.budget = budget;
        this.shutdownTimeout = shutdownTimeout;
    }

    /// What the server is made of besides its limits.
    ///
    /// @param listen    port 0 picks a free one
    /// @param methods   answered on their paths in every RPC protocol
    /// @param endpoints answered on their paths
    /// @param fallback  answers `GET` on every other path
    public record Parts(
            InetSocketAddress listen,
            List<RpcMethod<?, ?>> methods,
            List<Endpoint> endpoints,
            Endpoint.Handler fallback,
            Authenticator authenticator,
            Inflater inflater,
            BodyBudget budget,
            CallObserver observer) {}

    /// Listens and answers.
    ///
    /// @throws FlamekeeperException `INVALID_CONFIGURATION` if the address cannot be listened on
    public static HttpServer start(Parts parts, HttpLimits limits) {
        ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
        EventLoopGroup eventLoops =
                EventLoopGroups.newEventLoopGroup(
                        Runtime.getRuntime().availableProcessors(), "flamekeeper-http");
        var router =
                new Router(
                        new Router.Offer(parts.methods(), parts.endpoints(), parts.fallback()),
                        limits,
                        new BrowserGuard(parts.listen().getAddress().isLoopbackAddress()),
                        new Router.Tools(
                                parts.authenticator(),
                                parts.inflater(),
                                parts.budget(),
                                parts.observer(),
                                virtualThreads));
        Server server =
                Server.builder()
                        .http(parts.listen())
                        .workerGroup(eventLoops, false)
                        .meterRegistry(NoopMeterRegistry.get())
                        .serviceUnder("/", router)
                        .errorHandler(new LastResort())
                        .absoluteUriTransformer(HttpServer::pathAndQuery)
                        .maxRequestLength(0)
                        .requestTimeoutMillis(0)
                        .idleTimeout(limits.idleTimeout())
                        .maxNumConnections(limits.connectionsMax())
                        .childChannelPipelineCustomizer(
                                pipeline -> ConnectionGuard.install(pipeline.channel(), limits))
                        .http2MaxStreamsPerConnection(HttpLimits.STREAMS_PER_CONNECTION_MAX)
                        .http2MaxHeaderListSize(HttpLimits.HEADER_BYTES_MAX)
                        .http1MaxHeaderSize(HttpLimits.HEADER_BYTES_MAX)
                        .http1MaxInitialLineLength(HttpLimits.REQUEST_LINE_BYTES_MAX)
                        .gracefulShutdownTimeout(QUIET, limits.shutdownTimeout())
                        .build();
        try {
            server.start().join();
        } catch (CompletionException e) {
            virtualThreads.shutdown();
            var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_CONFIGURATION,
                    "listen: cannot listen on %s: %s (expected: a free address of this machine)",
                    parts.listen(),
                    String.valueOf(e.getCause()));
        }
        return new HttpServer(
                server, eventLoops, virtualThreads, parts.budget(), limits.shutdownTimeout());
    }

    /// A client that takes us for its proxy sends `POST http://name:4040/ingest`.
    private static String pathAndQuery(String absoluteUri) {
        int authority = absoluteUri.indexOf("://");
        int path = authority < 0 ? -1 : absoluteUri.indexOf('/', authority + 3);
        return path < 0 ? "/" : absoluteUri.substring(path);
    }

    /// Where it listens, with the real port.
    public InetSocketAddress address() {
        return java.util.Objects.requireNonNull(server.activePort(), "not started").localAddress();
    }

    /// Open ones.
    public int connections() {
        return server.numConnections();
    }

    /// Bytes of request bodies under way.
    public long bodyBytes() {
        return budget.bytes();
    }

    /// Takes no more connections, lets requests under way finish within the shutdown timeout, and returns
    /// when no handler runs any more or that time is over.
    @Override
    public void close() {
        server.stop().join();
        virtualThreads.shutdown();
        awaitHandlers();
        eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void awaitHandlers() {
        try {
            boolean ended =
                    virtualThreads.awaitTermination(
                            shutdownTimeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                org.slf4j.LoggerFactory.getLogger(HttpServer.class)
                        .warn("stopping while handlers still run");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts our threads", e);
        }
    }

    /// Turns what escaped every exchange into an answer, without a stack trace in it.
    private static final class LastResort implements ServerErrorHandler {
        @Override
        public HttpResponse onServiceException(ServiceRequestContext context, Throwable failure) {
            return Router.unexpected(context.request().headers(), failure);
        }
    }
}
