package io.flamekeeper.http;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.flamekeeper.access.Authenticator;
import io.flamekeeper.access.Permission;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantScope;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// Finds who answers a request by its path, then by its method, then, for an [RpcMethod], by its content
/// type. What needs no body to be refused is refused before one is read.
final class Router implements HttpService {
    private static final String NO_SNIFF = "x-content-type-options";

    private final Map<String, RpcMethod<?, ?>> rpcByPath = new HashMap<>();
    private final Map<String, Endpoint> endpointByPath = new HashMap<>();
    private final Endpoint.Handler fallback;
    private final HttpLimits limits;
    private final BrowserGuard guard;
    private final Authenticator authenticator;
    private final Compression compression;
    private final BodyBudget budget;
    private final CallObserver observer;
    private final Executor virtualThreads;

    Router(Offer offer, HttpLimits limits, BrowserGuard guard, Tools tools) {
        for (RpcMethod<?, ?> method : offer.methods()) {
            boolean first = rpcByPath.put(method.path(), method) == null;
            assert first : method.path() + " is offered twice";
        }
        for (Endpoint endpoint : offer.endpoints()) {
            boolean first = endpointByPath.put(endpoint.path(), endpoint) == null;
            assert first : endpoint.path() + " is offered twice";
        }
        this.fallback = offer.fallback();
        this.limits = limits;
        this.guard = guard;
        this.authenticator = tools.authenticator();
        this.compression = new Compression(tools.inflater(), limits.bodyBytesMax());
        this.budget = tools.budget();
        this.observer = tools.observer();
        this.virtualThreads = tools.virtualThreads();
    }

    /// Everything there is to call.
    ///
    /// @param fallback answers `GET` on every other path
    record Offer(
            List<RpcMethod<?, ?>> methods, List<Endpoint> endpoints, Endpoint.Handler fallback) {}

    /// What every exchange needs.
    record Tools(
            Authenticator authenticator,
            Inflater inflater,
            BodyBudget budget,
            CallObserver observer,
            Executor virtualThreads) {}

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        ConnectionGuard.began(context);
        RpcMethod<?, ?> method = rpcByPath.get(context.path());
        if (method != null) {
            return serve(context, request, method);
        }
        Endpoint endpoint = endpointByPath.get(context.path());
        return serve(
                context,
                request,
                endpoint == null ? Endpoint.get("other", Permission.QUERY, fallback) : endpoint);
    }

    private <Q, A extends Message> HttpResponse serve(
            ServiceRequestContext context, HttpRequest request, RpcMethod<Q, A> method) {
        RequestHeaders headers = request.headers();
        if (request.method() != HttpMethod.POST) {
            return HttpResponse.of(ResponseHeaders.builder(405).set("allow", "POST").build());
        }
        Optional<Envelope> named = Envelope.of(headers, method.dialect());
        if (named.isEmpty()) {
            return HttpResponse.of(
                    ResponseHeaders.builder(415)
                            .set("accept-post", Envelope.contentTypes(method.dialect()))
                            .build());
        }
        Envelope envelope = named.get();
        boolean needsTrailers = envelope instanceof GrpcEnvelope grpc && !grpc.web();
        if (needsTrailers && !context.sessionProtocol().isMultiplex()) {
            return HttpResponse.of(ResponseHeaders.of(505));
        }
        return exchange(
                context,
                request,
                new RpcScript<>(method, envelope),
                Endpoint.Method.POST,
                method.permission(),
                envelope::timeout);
    }

    private HttpResponse serve(
            ServiceRequestContext context, HttpRequest request, Endpoint endpoint) {
        RequestHeaders headers = request.headers();
        boolean head = request.method() == HttpMethod.HEAD;
        String asked = head ? "GET" : request.method().name();
        if (!asked.equals(endpoint.method().name())) {
            // A path that nobody offers is not there, whatever the method.
            return endpoint.path().equals("other")
                    ? respond(Answer.text(404, "404 page not found\n"), headers)
                    : respond(
                            Answer.text(405, "405 method not allowed\n")
                                    .with("allow", endpoint.method().name()),
                            headers);
        }
        return exchange(
                context,
                request,
                new PlainScript(endpoint, context, headers),
                endpoint.method(),
                endpoint.permission(),
                Optional::empty);
    }

    /// @param wanted how long the caller waits, if it says so; fails for what is no time
    private HttpResponse exchange(
            ServiceRequestContext context,
            HttpRequest request,
            Exchange.Script script,
            Endpoint.Method method,
            Permission permission,
            Supplier<Optional<Duration>> wanted) {
        RequestHeaders headers = request.headers();
        boolean utf8LabelNames;
        try {
            utf8LabelNames = AcceptHeader.allowsUtf8LabelNames(headers.getAll("accept"));
        } catch (FlamekeeperException e) {
            // The one error that is text in every protocol: nobody knows what this caller accepts.
            return respond(Answer.text(400, e.getMessage() + "\n"), headers);
        }
        try {
            guard.check(method, headers);
            Duration timeout =
                    wanted.get()
                            .filter(time -> time.compareTo(limits.requestTimeout()) < 0)
                            .orElse(limits.requestTimeout());
            if (timeout.isZero()) {
                throw new FlamekeeperException(
                        ErrorCode.CANCELLED, "call: out of time on arrival (expected: some)");
            }
            TenantScope scope =
                    authenticator.admit(
                            permission,
                            headers.get("authorization", ""),
                            headers.get("x-scope-orgid", ""));
            BodyBudget.Share share = budget.share();
            var call = new Call(scope, utf8LabelNames, timeout, share::take);
            return new Exchange(context, request, script, call, share, observer)
                    .run(limits, virtualThreads);
        } catch (FlamekeeperException e) {
            return refused(script, headers, e);
        }
    }

    private HttpResponse refused(
            Exchange.Script script, RequestHeaders headers, FlamekeeperException e) {
        var problem = Problem.of(e);
        Exchange.Result result = script.refuse(problem);
        observer.answered(
                new CallObserver.Answered(
                        script.route(),
                        headers.get("user-agent", ""),
                        result.status(),
                        Optional.of(problem),
                        authenticator.onlyTenant(),
                        true,
                        0));
        return result.status() == 401
                ? result.response().mapHeaders(Router::askingForCredentials)
                : result.response();
    }

    /// A browser then asks its user.
    private static ResponseHeaders askingForCredentials(ResponseHeaders headers) {
        return headers.toBuilder()
                .set("www-authenticate", "Basic realm=\"Flamekeeper\", charset=\"UTF-8\"")
                .build();
    }

    private final class RpcScript<Q, A extends Message> implements Exchange.Script {
        private final RpcMethod<Q, A> method;
        private final Envelope envelope;

        RpcScript(RpcMethod<Q, A> method, Envelope envelope) {
            this.method = method;
            this.envelope = envelope;
        }

        @Override
        public String route() {
            return method.path();
        }

        @Override
        public Exchange.Result answer(byte[] body, Call call, BodyBudget.Share share) {
            byte[] message = envelope.message(body, compression, share);
            Q request = method.reader().read(envelope.codec(), message, share::take);
            call.handOver();
            A answer = method.handler().answer(call, request);
            return new Exchange.Result(envelope.answer(answer), 200);
        }

        @Override
        public Exchange.Result refuse(Problem problem) {
            return new Exchange.Result(envelope.problem(problem), envelope.status(problem));
        }
    }

    private static final class PlainScript implements Exchange.Script {
        private final Endpoint endpoint;
        private final ServiceRequestContext context;
        private final RequestHeaders headers;

        PlainScript(Endpoint endpoint, ServiceRequestContext context, RequestHeaders headers) {
            this.endpoint = endpoint;
            this.context = context;
            this.headers = headers;
        }

        @Override
        public String route() {
            return endpoint.path();
        }

        @Override
        public Exchange.Result answer(byte[] body, Call call, BodyBudget.Share share) {
            call.handOver();
            String query = context.query();
            var parameters = Parameters.parse(query == null ? "" : query);
            var request =
                    new Request(
                            call, context.path(), parameters, name -> headers.get(name, ""), body);
            return result(endpoint.handler().answer(request));
        }

        @Override
        public Exchange.Result refuse(Problem problem) {
            return result(Answer.of(problem));
        }

        private Exchange.Result result(Answer answer) {
            return new Exchange.Result(respond(answer, headers), answer.status());
        }
    }

    private static HttpResponse respond(Answer answer, RequestHeaders request) {
        ResponseHeadersBuilder response =
                ResponseHeaders.builder(answer.status()).set(NO_SNIFF, "nosniff");
        answer.headers().forEach(response::set);
        if (!answer.contentType().isEmpty()) {
            response.set("content-type", answer.contentType());
        }
        byte[] body = answer.body();
        boolean encoded = answer.headers().containsKey("content-encoding");
        if (!encoded && Compression.pays(request.get("accept-encoding", ""), body.length)) {
            body = Compression.gzip(body);
            response.set("content-encoding", "gzip").set("vary", "accept-encoding");
        }
        if (request.method() == HttpMethod.HEAD) {
            return HttpResponse.of(response.contentLength(body.length).build());
        }
        return HttpResponse.of(response.build(), HttpData.wrap(body));
    }

    /// What a failure outside of any exchange becomes.
    static HttpResponse unexpected(RequestHeaders headers, Throwable failure) {
        var problem = Problem.of(Exchange.named(failure));
        return Envelope.of(headers)
                .map(envelope -> envelope.problem(problem))
                .orElseGet(() -> respond(Answer.of(problem), headers));
    }
}
