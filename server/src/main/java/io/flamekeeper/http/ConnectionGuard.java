package io.flamekeeper.http;

import com.linecorp.armeria.common.logging.RequestLogAccess;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Closes a connection whose peer keeps it busy without getting anywhere: headers that do not end, and answers
/// that are not read. What is idle without a byte is the idle timeout's.
///
/// Once a connection has brought a request as HTTP/2, its bytes may be about the connection itself, such as pings,
/// and are not taken for headers any more.
///
/// Runs on the connection's event loop.
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<ConnectionGuard> KEY =
            AttributeKey.valueOf(ConnectionGuard.class, "guard");

    private final Duration headerTimeout;
    private final Duration answerTimeout;
    private int requests;
    private boolean isTrusted;
    private @Nullable ScheduledFuture<?> headersAreDue;

    private ConnectionGuard(HttpLimits limits) {
        this.headerTimeout = limits.headerTimeout();
        this.answerTimeout = limits.answerTimeout();
    }

    static void install(Channel channel, HttpLimits limits) {
        var guard = new ConnectionGuard(limits);
        channel.attr(KEY).set(guard);
        channel.pipeline().addFirst(guard);
    }

    /// The headers of a request are here.
    static void began(ServiceRequestContext context) {
        RequestLogAccess log = context.log();
        Channel channel =
                Objects.requireNonNull(
                        log.ensureAvailable(RequestLogProperty.SESSION).channel(), "no channel");
        ConnectionGuard guard = channel.attr(KEY).get();
        guard.headersAreHere(context.sessionProtocol().isMultiplex());
        var _ =
                log.whenAvailable(RequestLogProperty.RESPONSE_HEADERS)
                        .thenRun(() -> guard.answerBegan(channel, log));
        var _ = log.whenComplete().thenRun(() -> channel.eventLoop().execute(guard::ended));
    }

    private void headersAreHere(boolean multiplex) {
        requests++;
        isTrusted |= multiplex;
        if (headersAreDue != null) {
            headersAreDue.cancel(false);
            headersAreDue = null;
        }
    }

    private void answerBegan(Channel channel, RequestLogAccess log) {
        ScheduledFuture<?> isDue =
                channel.eventLoop()
                        .schedule(
                                () -> channel.close(),
                                answerTimeout.toMillis(),
                                TimeUnit.MILLISECONDS);
        var _ = log.whenComplete().thenRun(() -> isDue.cancel(false));
    }

    private void ended() {
        requests--;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (requests == 0 && !isTrusted && headersAreDue == null) {
            headersAreDue =
                    context.executor()
                            .schedule(
                                    () -> context.close(),
                                    headerTimeout.toMillis(),
                                    TimeUnit.MILLISECONDS);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (headersAreDue != null) {
            headersAreDue.cancel(false);
        }
        context.fireChannelInactive();
    }
}
