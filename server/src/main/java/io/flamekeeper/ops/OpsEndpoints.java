package io.flamekeeper.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.JsonText;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreStatistics;
import java.util.List;

/// Routes for whoever runs the server, and for the page's first look.
public final class OpsEndpoints {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final BuildInfo build;
    private final Readiness readiness;
    private final Metrics metrics;
    private final Rejections rejections;
    private final Store store;

    public OpsEndpoints(
            BuildInfo build,
            Readiness readiness,
            Metrics metrics,
            Rejections rejections,
            Store store) {
        this.build = build;
        this.readiness = readiness;
        this.metrics = metrics;
        this.rejections = rejections;
        this.store = store;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/ready", _ -> ready()),
                Endpoint.get(
                        "/metrics",
                        _ -> Answer.of(200, PROMETHEUS_TEXT, metrics.scrape().getBytes(UTF_8))),
                Endpoint.get("/api/v1/status/buildinfo", _ -> buildInfo()),
                Endpoint.get("/api/v1/status", _ -> status()));
    }

    private Answer ready() {
        return readiness
                .obstacle()
                .map(why -> Answer.text(503, "not ready: " + why + "\n"))
                .orElseGet(() -> Answer.text(200, "ready\n"));
    }

    private Answer buildInfo() {
        return json(
                """
                {"status":"success","data":{"version":%s,"revision":%s,"branch":"","buildUser":"","buildDate":"",\
                "goVersion":""}}\
                """
                        .formatted(
                                JsonText.quote(build.version()), JsonText.quote(build.revision())));
    }

    private Answer status() {
        StoreStatistics statistics = store.statistics();
        String rejection =
                rejections
                        .last()
                        .map(last ->
                                """
                                {"timeMillis":"%d","path":%s,"status":%d,"code":%s,"message":%s,"client":%s}\
                                """
                                        .formatted(
                                                last.timeMillis(),
                                                JsonText.quote(last.path()),
                                                last.status(),
                                                JsonText.quote(last.code()),
                                                JsonText.quote(last.message()),
                                                JsonText.quote(last.client())))
                        .orElse("null");
        return json(
                """
                {"version":%s,"ready":%b,"profilesStored":"%d","recoveryPendingBytes":"%d","lastRejected":%s}\
                """
                        .formatted(
                                JsonText.quote(build.version()),
                                readiness.obstacle().isEmpty(),
                                statistics.appendedProfiles(),
                                statistics.unreadLogBytes(),
                                rejection));
    }

    private static Answer json(String text) {
        return Answer.json(text.getBytes(UTF_8));
    }
}
