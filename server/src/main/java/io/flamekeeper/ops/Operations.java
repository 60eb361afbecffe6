package io.flamekeeper.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.http.Answer;
import io.flamekeeper.http.BodyBudget;
import io.flamekeeper.http.CallObserver;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.JsonText;
import io.flamekeeper.http.Request;
import io.flamekeeper.ingest.UploadCounters;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreStatistics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/// `/ready`, `/metrics`, `/api/v1/status…` and the page.
public final class Operations implements AutoCloseable {
    private static final String EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS =
            "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final Readiness readiness;
    private final Store store;
    private final Build build = Build.read();
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Observations observations;
    private final Metrics metrics;
    private final UiFiles files = new UiFiles();

    /// @param uploadRoutes routes that profiles are sent to
    public Operations(
            Readiness readiness,
            Store store,
            UploadCounters uploads,
            BodyBudget bodies,
            InstantSource clock,
            Set<String> uploadRoutes) {
        this.readiness = readiness;
        this.store = store;
        this.observations = new Observations(registry, clock, uploadRoutes);
        this.metrics = new Metrics(registry, uploads, store, bodies, readiness);
    }

    public CallObserver observer() {
        return observations;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/ready", _ -> ready()),
                Endpoint.get("/metrics", this::metrics),
                Endpoint.get("/api/v1/status/buildinfo", _ -> buildInfo()),
                Endpoint.get("/api/v1/status", _ -> status()));
    }

    /// Answers every other `GET`.
    public Endpoint.Handler page() {
        return files::answer;
    }

    private Answer ready() {
        return readiness
                .reason()
                .map(reason -> Answer.text(503, "not available: " + reason + "\n"))
                .orElseGet(() -> Answer.text(200, "ready\n"));
    }

    private Answer metrics(Request request) {
        boolean open = request.header("accept").contains("application/openmetrics-text");
        String type = open ? OPEN_METRICS : EXPOSITION;
        return Answer.of(200, type, registry.scrape(type).getBytes(UTF_8));
    }

    /// The shape is that of Prometheus and its kin, whose tools read it.
    private Answer buildInfo() {
        String json =
                """
                {"status":"success","data":{"version":%s,"revision":"","branch":"","buildUser":"",\
                "buildDate":%s,"goVersion":%s}}"""
                        .formatted(
                                JsonText.quote(build.version()),
                                JsonText.quote(build.date()),
                                JsonText.quote("java " + Runtime.version()));
        return Answer.json(json.getBytes(UTF_8));
    }

    private Answer status() {
        StoreStatistics stored = store.statistics();
        String json =
                """
                {"version":%s,"ready":%s,"profilesStored":"%d","lastRejected":%s}"""
                        .formatted(
                                JsonText.quote(build.version()),
                                readiness.isReady(),
                                stored.appendedProfiles() + stored.recoveredProfiles(),
                                observations
                                        .lastRejected()
                                        .map(Operations::rejectedJson)
                                        .orElse("null"));
        return Answer.json(json.getBytes(UTF_8)).with("cache-control", "no-store");
    }

    private static String rejectedJson(Observations.Rejected rejected) {
        return """
        {"timeMillis":%d,"path":%s,"status":%d,"code":%s,"message":%s,"client":%s}"""
                .formatted(
                        rejected.timeMillis(),
                        JsonText.quote(rejected.path()),
                        rejected.status(),
                        JsonText.quote(rejected.problem().code().name()),
                        JsonText.quote(rejected.problem().message()),
                        JsonText.quote(rejected.client()));
    }

    @Override
    public void close() {
        metrics.close();
        registry.close();
    }
}
