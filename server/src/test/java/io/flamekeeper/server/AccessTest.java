package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.NOW;
import static io.flamekeeper.server.RunningServer.around;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.access.Permission;
import io.flamekeeper.access.TokenFile;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.PprofBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server with tokens: who is let in, to what, and whose data that is.
class AccessTest {
    private static final Set<Permission> USUAL = Set.of(Permission.INGEST, Permission.QUERY);

    @TempDir private Path folder = Path.of("");

    private final RandomGenerator random = new SplittableRandom(20_261_126);
    private TokenFile tokens = new TokenFile(Path.of(""));
    private RunningServer server = unstarted();

    @SuppressWarnings("NullAway") // set before each test
    private static RunningServer unstarted() {
        return null;
    }

    @BeforeEach
    void start() throws IOException {
        Path file = folder.resolve("tokens.yaml");
        tokens = new TokenFile(file);
        token(USUAL, "nobody");
        server = RunningServer.in(folder.resolve("data"), Map.of("tokens", file.toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// To be made before the first request: the server looks once a second.
    private String token(Set<Permission> permissions, String... tenants) throws IOException {
        return made(permissions, Optional.empty(), tenants).text();
    }

    private TokenFile.Made made(
            Set<Permission> permissions, Optional<Duration> life, String... tenants)
            throws IOException {
        return tokens.add(
                Arrays.stream(tenants).map(TenantId::new).toList(),
                permissions,
                life.map(NOW::plus),
                "",
                random);
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    private static String basic(String user, String password) {
        return "Basic "
                + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    private Reply push(String authorization, String stacks, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        if (!authorization.isEmpty()) {
            all.addAll(List.of("Authorization", authorization));
        }
        return server.call(
                "push.v1.PusherService/Push",
                RunningServer.pushJson(
                        PprofBytes.cpu(stacks).time(RunningServer.nanos(NOW)).gzip(),
                        "__name__=process_cpu",
                        "service_name=svc"),
                all.toArray(String[]::new));
    }

    private Reply stacks(String... headers) {
        return server.query(
                "SelectMergeStacktraces",
                "{\"profileTypeID\":\"%s\",\"labelSelector\":\"{}\",%s}".formatted(CPU, around()),
                headers);
    }

    private static String names(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("flamegraph").path("names").toString();
    }

    /// Every route, asked by everybody.
    @Test
    void everyRoute_answersWhoeverMayAndNobodyElse() throws IOException {
        Map<Permission, String> only = new EnumMap<>(Permission.class);
        for (Permission one : Permission.values()) {
            if (one != Permission.NONE) {
                only.put(one, bearer(token(Set.of(one), "a")));
            }
        }
        String expired = bearer(made(USUAL, Optional.of(Duration.ofSeconds(-1)), "a").text());
        String known = token(USUAL, "a");
        String wrongSecret =
                bearer(known.substring(0, known.length() - 1) + (known.endsWith("0") ? "1" : "0"));
        List<String> strangers =
                List.of("Bearer x", "Digest a", "Basic !", basic("a", "x"), expired, wrongSecret);

        assertThat(server.routes()).hasSizeGreaterThan(25);
        for (ProfilingServer.Route route : server.routes()) {
            Reply none = ask(route);
            boolean isPublic = route.permission() == Permission.NONE;
            assertThat(none.status() == 401)
                    .as("%s, asked by nobody", route)
                    .isNotEqualTo(isPublic);
            if (isPublic) {
                continue;
            }
            assertThat(none.header("www-authenticate")).startsWith("Basic realm=");
            assertThat(none.text()).contains("authorization: none (expected: ");
            for (String stranger : strangers) {
                assertThat(ask(route, "Authorization", stranger).status())
                        .as("%s, asked with %s", route, stranger)
                        .isEqualTo(401);
            }
            only.forEach((permission, credential) -> {
                int status = ask(route, "Authorization", credential).status();
                if (permission == route.permission()) {
                    assertThat(status).as("%s for %s", route, permission).isNotIn(401, 403, 500);
                } else {
                    assertThat(status).as("%s for %s", route, permission).isEqualTo(403);
                }
                assertThat(ask(route, "Authorization", credential, "X-Scope-OrgID", "b").status())
                        .as("%s for another tenant", route)
                        .isEqualTo(403);
            });
        }
    }

    private Reply ask(ProfilingServer.Route route, String... headers) {
        return route.method().equals("POST")
                ? server.post(route.path(), "application/json", "{}".getBytes(UTF_8), headers)
                : server.method(route.method(), route.path(), headers);
    }

    /// The same service, by every question there is.
    @Test
    void tenants_sameService_seeTheirOwnAlone() throws IOException {
        String[] a = {"Authorization", bearer(token(USUAL, "a"))};
        String[] b = {"Authorization", basic("b", token(USUAL, "b"))};
        String[] stranger = {"Authorization", bearer(token(USUAL, "c"))};
        String[] admin = {"Authorization", bearer(token(Set.of(Permission.ADMIN), "b"))};
        assertThat(push(a[1], "3\nmain\nof_a\n").status()).isEqualTo(200);
        assertThat(push(b[1], "5\nmain\nof_b\n").status()).isEqualTo(200);
        assertThat(push(b[1], "7\nmain\nof_b\n").status()).isEqualTo(200);

        assertThat(names(stacks(a))).contains("of_a").doesNotContain("of_b");
        assertThat(names(stacks(b))).contains("of_b").doesNotContain("of_a");
        assertThat(stacks(a).json().path("flamegraph").path("total").asLong()).isEqualTo(3);
        assertThat(stacks(b).json().path("flamegraph").path("total").asLong()).isEqualTo(12);
        assertThat(names(stacks(stranger))).doesNotContain("of_");
        for (String question : List.of("ProfileTypes", "LabelNames", "Series")) {
            assertThat(server.query(question, "{%s}".formatted(around()), a).json()).isNotEmpty();
            assertThat(server.query(question, "{%s}".formatted(around()), stranger).text())
                    .as(question)
                    .isEqualTo("{}");
        }
        String render = "/pyroscope/render?from=now-1h&until=now%2B1h&query=" + CPU + "%7B%7D";
        assertThat(server.get(render, a).text()).contains("of_a").doesNotContain("of_b");
        assertThat(server.get("/api/v1/status", a).json().path("profilesStored").asText())
                .isEqualTo("1");
        assertThat(server.get("/api/v1/status", b).json().path("profilesStored").asText())
                .isEqualTo("2");

        assertThat(
                        server.post(
                                        "/api/v1/delete?match[]=%7Bservice_name%3D%22svc%22%7D",
                                        "", new byte[0], admin)
                                .status())
                .isEqualTo(200);
        assertThat(names(stacks(b))).doesNotContain("of_b");
        assertThat(names(stacks(a))).contains("of_a");
    }

    /// What one tenant's client did wrong is shown to that tenant.
    @Test
    void refusedUpload_isShownToItsTenantAlone() throws IOException {
        String[] a = {"Authorization", bearer(token(USUAL, "a"))};
        String[] b = {"Authorization", bearer(token(USUAL, "b"))};
        Reply refused = server.post("/ingest?name=", "", "x 1".getBytes(UTF_8), a);
        assertThat(refused.status()).isBetween(400, 499);
        assertThat(server.get("/api/v1/status", a).text()).contains("\"path\":\"/ingest\"");
        assertThat(server.get("/api/v1/status", b).json().path("lastRejected").isNull()).isTrue();
    }

    /// @param expected the tenant, or what the refusal says
    private record Form(String scheme, String user, String orgId, int status, String expected) {}

    /// How SDKs, Grafana and gateways say who they are.
    @Test
    void credentials_inEveryForm_nameTheTenant() throws IOException {
        String token = token(USUAL, "a", "b");
        List<Form> forms =
                List.of(
                        new Form("Bearer", "", "", 200, "a"),
                        new Form("bearer", "", "", 200, "a"),
                        new Form("Basic", "a", "", 200, "a"),
                        new Form("Basic", "b", "", 200, "b"),
                        new Form("Basic", "", "", 200, "a"),
                        new Form("Basic", "me", "", 401, "user: 'me' (expected: a tenant of"),
                        new Form("Bearer", "", "a", 200, "a"),
                        new Form("Bearer", "", "b", 200, "b"),
                        new Form("Basic", "a", "b", 200, "b"),
                        new Form("Bearer", "", "b:zone=eu", 200, "b"),
                        new Form("Bearer", "", "c", 403, "x-scope-orgid: 'c' (expected: a tenant"),
                        new Form("Bearer", "", "a|b", 403, "names several tenants"),
                        new Form("Bearer", "", "a/b", 401, "tenant: 'a/b'"));
        for (Form form : forms) {
            String authorization =
                    form.scheme().equals("Basic")
                            ? basic(form.user(), token)
                            : form.scheme() + " " + token;
            String function = "f" + forms.indexOf(form) + "_";
            String[] headers =
                    form.orgId().isEmpty()
                            ? new String[0]
                            : new String[] {"X-Scope-OrgID", form.orgId()};
            Reply reply = push(authorization, "3\nmain\n" + function + "\n", headers);
            assertThat(reply.status()).as("%s: %s", form, reply.text()).isEqualTo(form.status());
            if (form.status() == 200) {
                String other = form.expected().equals("a") ? "b" : "a";
                assertThat(names(stacks("Authorization", basic(form.expected(), token))))
                        .as("%s", form)
                        .contains(function);
                assertThat(names(stacks("Authorization", basic(other, token))))
                        .as("%s", form)
                        .doesNotContain(function);
            } else {
                assertThat(reply.text()).as("%s", form).contains(form.expected());
            }
        }
    }

    @Test
    void gRpc_withoutACredential_isUnauthenticated() {
        Reply reply =
                server.post(
                        "/push.v1.PusherService/Push",
                        "application/grpc-web+proto",
                        new byte[] {0, 0, 0, 0, 0});
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("grpc-status") + reply.text()).contains("16");
    }

    @Test
    void start_fileOfTokensThatIsNone_isRefusedWithTheReason() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "- id: a\n  tenants: [x]\n");
        assertThatThrownBy(() ->
                        RunningServer.in(
                                folder.resolve("other"), Map.of("tokens", file.toString())))
                .hasMessageContaining("token 1: sha256 is 'null' (expected: text)");
    }
}
