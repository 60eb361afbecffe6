package io.flamekeeper.http;

import static io.flamekeeper.model.ErrorCode.BODY_TOO_LARGE;
import static io.flamekeeper.model.ErrorCode.CANCELLED;
import static io.flamekeeper.model.ErrorCode.SLOW_REQUEST;

import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.ProtocolViolationException;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.flamekeeper.model.FlamekeeperException;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One request from its headers to its answer. The only class that knows both thread worlds: the body
/// arrives on an event loop that never waits; what is done with it is straight-line code on a virtual
/// thread. Whoever is first decides the answer: that code, a deadline, or a broken connection.
final class Exchange {
    /// What differs between plain HTTP and the RPC protocols.
    interface Script {
        String route();

        /// Runs on a virtual thread.
        Result answer(byte[] body, Call call, BodyBudget.Share share);

        Result refuse(Problem problem);
    }

    /// @param status of HTTP
    record Result(HttpResponse response, int status) {}

    private final ServiceRequestContext context;
    private final HttpRequest request;
    private final Script script;
    private final Call call;
    private final BodyBudget.Share share;
    private final CallObserver observer;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    private final AtomicBoolean answered = new AtomicBoolean();

    Exchange(
            ServiceRequestContext context,
            HttpRequest request,
            Script script,
            Call call,
            BodyBudget.Share share,
            CallObserver observer) {
        this.context = context;
        this.request = request;
        this.script = script;
        this.call = call;
        this.share = share;
        this.observer = observer;
    }

    HttpResponse run(HttpLimits limits, Executor virtualThreads) {
        List<ScheduledFuture<?>> timers =
                List.of(
                        after(limits.bodyTimeout(), this::bodyIsLate),
                        after(call.timeout(), this::answerIsLate));
        ScheduledFuture<?> bodyTimer = timers.getFirst();
        var _ = context.whenRequestCancelled().thenRun(call::abandon);
        var _ = response.whenComplete((_, _) -> timers.forEach(timer -> timer.cancel(false)));
        var _ =
                BodyReader.read(request, limits.bodyBytesMax(), share, context.eventLoop())
                        .whenComplete((_, _) -> bodyTimer.cancel(false))
                        .thenAcceptAsync(this::answer, virtualThreads)
                        .whenComplete((_, failure) -> end(failure));
        return HttpResponse.of(response);
    }

    private ScheduledFuture<?> after(Duration time, Runnable action) {
        return context.eventLoop().schedule(action, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void answer(byte[] body) {
        finish(script.answer(body, call, share), Optional.empty());
    }

    /// The last thing that happens, whoever answered.
    private void end(@Nullable Throwable failure) {
        share.close();
        if (failure != null) {
            refuse(Problem.of(named(failure)));
        }
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause == null ? failure : cause;
    }

    /// Names the failure for what it is if the body ended because the connection did.
    static Throwable named(Throwable wrapped) {
        Throwable failure = unwrap(wrapped);
        boolean gone =
                failure instanceof ResponseCompleteException
                        || failure instanceof ClosedSessionException
                        || failure instanceof ClosedStreamException
                        || failure instanceof AbortedStreamException
                        || failure instanceof CancelledSubscriptionException
                        || failure instanceof ProtocolViolationException;
        return gone
                ? new FlamekeeperException(
                        failure,
                        SLOW_REQUEST,
                        "body: ended early with %s (expected: all of it)",
                        failure)
                : failure;
    }

    private void bodyIsLate() {
        refuse(
                new Problem(
                        SLOW_REQUEST,
                        "body: not here after its time (expected: all of it sooner)"));
        request.abort();
    }

    private void answerIsLate() {
        refuse(
                new Problem(
                        CANCELLED,
                        "call: no answer within %d ms (expected: one)"
                                .formatted(call.timeout().toMillis())));
        call.abandon();
    }

    private void refuse(Problem problem) {
        finish(script.refuse(problem), Optional.of(problem));
    }

    private void finish(Result result, Optional<Problem> problem) {
        if (answered.compareAndSet(false, true)) {
            observer.answered(
                    new CallObserver.Answered(
                            script.route(),
                            request.headers().get("user-agent", ""),
                            result.status(),
                            problem,
                            Optional.of(call.scope().tenant()),
                            call.refuseUnseen(),
                            System.nanoTime() - startNanos));
            boolean bodyIsUnread =
                    problem.map(Problem::code)
                            .filter(code -> code == BODY_TOO_LARGE || code == SLOW_REQUEST)
                            .isPresent();
            // What is still to come of the body is not drained.
            response.complete(
                    bodyIsUnread && !context.sessionProtocol().isMultiplex()
                            ? result.response().mapHeaders(Exchange::lastOfConnection)
                            : result.response());
        }
    }

    private static ResponseHeaders lastOfConnection(ResponseHeaders headers) {
        return headers.toBuilder().set("connection", "close").build();
    }
}
