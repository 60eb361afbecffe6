package io.flamekeeper.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.access.Permission;
import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.JsonText;
import io.flamekeeper.http.Request;
import io.flamekeeper.ingest.TenantGates;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.store.Store;
import java.util.List;

/// Routes for whoever runs the server, and for the page's first look.
public final class OpsEndpoints {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final BuildInfo build;
    private final Readiness readiness;
    private final Metrics metrics;
    private final Rejections rejections;
    private final Store store;
    private final TenantGates gates;

    public OpsEndpoints(
            BuildInfo build,
            Readiness readiness,
            Metrics metrics,
            Rejections rejections,
            Store store,
            TenantGates gates) {
        this.build = build;
        this.readiness = readiness;
        this.metrics = metrics;
        this.rejections = rejections;
        this.store = store;
        this.gates = gates;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/ready", Permission.NONE, _ -> ready()),
                Endpoint.get(
                        "/metrics",
                        Permission.METRICS,
                        _ -> Answer.of(200, PROMETHEUS_TEXT, metrics.scrape().getBytes(UTF_8))),
                Endpoint.get("/api/v1/status/buildinfo", Permission.NONE, _ -> buildInfo()),
                Endpoint.get("/api/v1/status", Permission.QUERY, this::status));
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

    private Answer status(Request request) {
        TenantId tenant = request.call().scope().tenant();
        String rejection =
                rejections
                        .last(tenant)
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
                                gates.of(tenant).counters().storedProfiles(),
                                store.statistics().unreadLogBytes(),
                                rejection));
    }

    private static Answer json(String text) {
        return Answer.json(text.getBytes(UTF_8));
    }
}
