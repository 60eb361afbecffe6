package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.around;
import static io.flamekeeper.server.RunningServer.p1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.StackBytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Stacks that are spelled out, through `/ingest`, seen from outside.
class TextIngestTest {
    private static final long SAMPLE_NANOS = 10_000_000;
    private static final Map<List<String>, Long> STACKS =
            Map.of(
                    List.of("main", "read_[j]"), 3L,
                    List.of("main", "write (io.py:7)"), 2L,
                    List.of("idle"), 1L);

    @TempDir private static Path folder = Path.of("");
    private static final List<RunningServer> SERVER = new ArrayList<>();

    @BeforeAll
    static void start() {
        SERVER.add(RunningServer.in(folder, Map.of()));
    }

    @AfterAll
    static void stop() {
        SERVER.forEach(RunningServer::close);
    }

    private static RunningServer server() {
        return SERVER.getFirst();
    }

    private static StackBytes stacks() {
        return new StackBytes(STACKS, new SplittableRandom(5));
    }

    private static byte[] written(String format) {
        return switch (format) {
            case "groups", "folded", "collapsed" -> stacks().groups();
            case "lines" -> stacks().lines();
            case "trie" -> stacks().trie();
            case "tree" -> stacks().tree();
            case "speedscope" -> stacks().sampled("none");
            default -> throw new IllegalArgumentException(format);
        };
    }

    private static Reply ingest(String query, byte[] body) {
        return server().post("/ingest?" + query, "", body);
    }

    private static JsonNode flameGraph(String service, String type) {
        Reply reply =
                server().query(
                                "SelectMergeStacktraces",
                                "{\"profileTypeID\":\"%s\",\"labelSelector\":\"{service_name=\\\"%s\\\"}\",%s}"
                                        .formatted(type, service, around()));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("flamegraph");
    }

    private static long total(String service, String type) {
        return flameGraph(service, type).path("total").asLong();
    }

    @ParameterizedTest
    @ValueSource(strings = {"groups", "folded", "collapsed", "lines", "trie", "tree", "speedscope"})
    void ingest_everyFormat_isItsFlameGraph(String format) {
        String service = "app-" + format;
        Reply reply =
                ingest(
                        "name=" + service + ".cpu&format=" + format,
                        PprofBytes.gzip(written(format)));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
        assertThat(reply.header("flamekeeper-upload")).isEqualTo("stored");
        assertThat(reply.header("flamekeeper-profiles")).isEqualTo("1");
        JsonNode graph = flameGraph(service, CPU);
        assertThat(graph.get("total").asLong()).isEqualTo(6 * SAMPLE_NANOS);
        assertThat(graph.get("names"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("total", "main", "read_[j]", "write (io.py:7)", "idle");
    }

    @ParameterizedTest
    @CsvSource({"trie, binary/octet-stream+trie", "tree, binary/octet-stream+tree"})
    void ingest_formatByContentType_isItsFlameGraph(String format, String contentType) {
        String service = "typed-" + format;
        Reply reply = server().post("/ingest?name=" + service, contentType, written(format));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(total(service, CPU)).isEqualTo(6 * SAMPLE_NANOS);
    }

    @Test
    void ingest_bodyThatNobodyNames_isWhatItsBytesSay() {
        Map.of(
                        "pprof", p1().gzip(),
                        "jfr",
                                new JfrBytes()
                                        .event(
                                                "jdk.ExecutionSample",
                                                "A.b:1",
                                                "state",
                                                "STATE_RUNNABLE")
                                        .bytes(),
                        "speedscope", written("speedscope"),
                        "groups", written("groups"))
                .forEach((format, body) -> {
                    Reply reply = ingest("name=unnamed-" + format, body);
                    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                    assertThat(total("unnamed-" + format, CPU)).as(format).isPositive();
                });
    }

    @Test
    void ingest_formatThatNobodyKnows_isRefusedWithThoseThatAre() {
        Reply reply = ingest("name=app&format=speedscop", written("speedscope"));
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().get("message").asText())
                .startsWith("format: 'speedscop' (expected: groups, lines, trie, tree, speedscope");
    }

    @Test
    void ingest_profileType_saysWhatIsCounted() {
        byte[] body = written("groups");
        assertThat(ingest("name=my.app&profileType=alloc_space", body).status()).isEqualTo(200);
        assertThat(total("my.app", "memory:alloc_space:bytes::")).isEqualTo(6);
        String whole = "off_cpu:off_cpu:nanoseconds::";
        assertThat(ingest("name=my.app&profileType=" + whole, body).status()).isEqualTo(200);
        assertThat(total("my.app", whole)).isEqualTo(6);
        assertThat(ingest("name=my.app&profileType=auto", stacks().evented("seconds")).status())
                .isEqualTo(200);
        assertThat(total("my.app", CPU)).isEqualTo(6_000_000_000L);
    }

    /// Columns: query, body, status, words of the refusal.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name=my.app                       | a 1 | 400 | unknown profile type: QappQ",
                "name=my.app&format=lines          | a 1 | 400 | unknown profile type: QappQ",
                "name=app&profileType=cpus         | a 1 | 400 | unknown profile type: QcpusQ",
                "name=app&profileType=a:b          | a 1 | 400 | profile type: Qa:bQ",
                "name=                             | a 1 | 400 | name: application is QQ",
                "name=app{LONG=x}                  | a 1 | 400 | label name: 3000 bytes",
                "name=app&from=4000000000          | a 1 | 400 | ahead of",
                "name=app                          | a x | 422 | line 1 counts QxQ",
                "name=app                          | a 9223372036854775808 | 422 | a whole number",
                "name=app&format=trie              | 0400 | 422 | truncated",
                "name=app&format=tree              | 0000 | 422 | expected",
                "name=app&format=tree              | ''   | 422 | one more node",
                "name=app&format=speedscope        | {}   | 422 | $schema is QQ",
                "name=my.app&format=speedscope     | ONE  | 422 | unknown profile type: QappQ",
                "name=app{LONG=x}&format=speedscope | ONE | 422 | label name: 3000 bytes",
                "name=app.bytes&format=speedscope  | ONE | 422 | bytes is in bytes, the profile in nanoseconds",
                "name=&format=speedscope           | ONE | 400 | name: application is QQ",
            })
    void ingest_refusals_haveTheStatusThatClientsKnow(
            String query, String body, int status, String words) {
        byte[] bytes =
                switch (body) {
                    case "0400" -> new byte[] {4, 0};
                    case "0000" -> new byte[] {0, 0};
                    case "ONE" -> stacks().evented("seconds");
                    default -> body.getBytes(UTF_8);
                };
        String target =
                query.replace("LONG", "y".repeat(3_000)).replace("{", "%7B").replace("}", "%7D");
        Reply reply = ingest(target, bytes);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.json().get("message").asText())
                .contains(words.replace('Q', '\''))
                .contains("expected");
    }

    @Test
    void ingest_emptyBodies_areSuccessWithNothingToStore() {
        for (String format : List.of("groups", "lines", "trie")) {
            Reply reply = ingest("name=none&format=" + format, new byte[0]);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.header("flamekeeper-upload")).isEqualTo("empty");
        }
    }

    /// Their sender also sends them without the tag.
    @Test
    void ingest_samplesOfASpan_areNotStoredTwice() {
        Reply reply = ingest("name=spans%7Bprofile_id=0123456789abcdef%7D", written("groups"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("flamekeeper-upload")).isEqualTo("empty");
        assertThat(total("spans", CPU)).isZero();
    }

    @Test
    void ingest_sentAgain_saysThatItIsStored() {
        String query = "name=again&format=tree&from=1795521600&until=1795521610";
        assertThat(ingest(query, written("tree")).header("flamekeeper-upload")).isEqualTo("stored");
        assertThat(ingest(query, written("tree")).header("flamekeeper-upload"))
                .isEqualTo("repeated");
        assertThat(total("again", CPU)).isEqualTo(6 * SAMPLE_NANOS);
    }

    @Test
    void metrics_ofLinesWithoutCount_sayHowMany(@TempDir Path other) {
        try (var server = RunningServer.in(other, Map.of())) {
            server.post("/ingest?name=app&format=groups", "", "a 1\nheader\nb 2".getBytes(UTF_8));
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_text_lost_total{reason=\"line_without_count\",tenant=\"anonymous\"} 1.0",
                            "flamekeeper_text_lost_total{reason=\"cut_stack\",tenant=\"anonymous\"} 0.0");
        }
    }

    /// Any bytes at all are 2xx or 4xx.
    @Test
    void ingest_changedBytes_areNeverOurFault() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            for (String format : List.of("groups", "lines", "trie", "tree", "speedscope")) {
                byte[] body = written(format);
                for (int change = random.nextInt(1, 4); change > 0; change--) {
                    body[random.nextInt(body.length)] = (byte) random.nextInt(256);
                }
                Reply reply = ingest("name=hostile&format=" + format, body);
                assertThat(reply.status())
                        .as("seed %d, round %d: %s", seed, round, reply.text())
                        .isBetween(200, 499);
            }
        }
    }
}
