package io.flamekeeper.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.StackBytes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that are pushed by one process are the flame graphs of another.
class PushIT {
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    private static final Instant CHANGED = Instant.parse("2026-01-31T12:00:00Z");
    private static final long SAMPLE_NANOS = 10_000_000;
    private static final StackBytes STACKS =
            new StackBytes(
                    Map.of(List.of("main", "work"), 3L, List.of("main"), 2L),
                    new SplittableRandom(1));

    @TempDir Path folder;

    /// What a push printed, line by line, and how it ended.
    private record Pushed(int code, List<String> lines) {
        String line(String file) {
            return lines.stream().filter(line -> line.contains(file)).findFirst().orElseThrow();
        }
    }

    private Pushed push(URI server, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("push", "--url=" + server));
        command.addAll(List.of(arguments));
        try (var process = FlamekeeperProcess.command(folder, command)) {
            String printed = process.restOfOutput();
            return new Pushed(process.awaitEnd(Duration.ofSeconds(60)), printed.lines().toList());
        }
    }

    private String file(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        Files.setLastModifiedTime(file, FileTime.from(CHANGED));
        return file.toString();
    }

    private static long total(Wire wire, String service, String type) throws Exception {
        return wire.totalByJson(
                type, "{service_name=\"" + service + "\",team=\"a b\"}", 1, 4_000_000_000_000L);
    }

    @Test
    void push_everyFormatThatCanBeTold_isItsFlameGraphAndCountsOnce() throws Exception {
        byte[] pprof =
                PprofBytes.cpu("7\nmain\nwork")
                        .time(CHANGED.getEpochSecond() * 1_000_000_000)
                        .bytes();
        byte[] undated = PprofBytes.cpu("8\nmain\nwork").bytes();
        byte[] jfr =
                new JfrBytes()
                        .event("jdk.ExecutionSample", "A.b:1", "state", "STATE_RUNNABLE")
                        .bytes();
        Map<String, byte[]> contents = new TreeMap<>();
        contents.put("go.pb", pprof);
        contents.put("go-gzip.pb.gz", PprofBytes.gzip(pprof));
        contents.put("undated.pprof", PprofBytes.gzip(undated));
        contents.put("java.jfr", jfr);
        contents.put("java-gzip.jfr.gz", PprofBytes.gzip(jfr));
        contents.put("folded.txt", STACKS.groups());
        contents.put("folded-gzip.txt.gz", PprofBytes.gzip(STACKS.groups()));
        contents.put("scope.speedscope.json", STACKS.sampled("seconds"));
        Map<String, Long> expected =
                Map.of(
                        "go",
                        7L,
                        "go-gzip",
                        7L,
                        "undated",
                        8L,
                        "java",
                        SAMPLE_NANOS,
                        "java-gzip",
                        SAMPLE_NANOS,
                        "folded",
                        5 * SAMPLE_NANOS,
                        "folded-gzip",
                        5 * SAMPLE_NANOS,
                        "scope",
                        5_000_000_000L);
        List<String> arguments =
                new ArrayList<>(List.of("--label=team=a b", "--label=x=1", "--parallel=3"));
        for (var content : contents.entrySet()) {
            arguments.add(file(content.getKey(), content.getValue()));
        }
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            Pushed first = push(server.uri(), arguments.toArray(String[]::new));

            assertThat(first.code()).as("%s", first).isZero();
            assertThat(first.line("java-gzip")).contains("jfr").endsWith("stored, 1 profile");
            assertThat(first.line("folded.txt")).contains("groups").endsWith("stored, 1 profile");
            assertThat(first.line("scope")).contains("speedscope").endsWith("stored, 1 profile");
            assertThat(first.line("undated")).contains("pprof").endsWith("stored, 1 profile");
            assertThat(first.lines())
                    .as("in the order in which they were named, and a sum")
                    .hasSize(9)
                    .last()
                    .asString()
                    .startsWith("8 files, ")
                    .endsWith("8 stored (8 profiles), 0 repeated, 0 empty, 0 failed");
            assertTotals(wire, expected);

            Pushed second = push(server.uri(), arguments.toArray(String[]::new));

            assertThat(second.code()).isZero();
            assertThat(second.lines().subList(0, 8))
                    .allSatisfy(line -> assertThat(line).contains("repeated: stored before"));
            assertThat(second.lines().getLast())
                    .endsWith("0 stored (0 profiles), 8 repeated, 0 empty, 0 failed");
            assertTotals(wire, expected);
        }
    }

    private static void assertTotals(Wire wire, Map<String, Long> expected) throws Exception {
        Map<String, Long> found = new TreeMap<>();
        for (String service : expected.keySet()) {
            found.put(service, total(wire, service, CPU));
        }
        assertThat(found).isEqualTo(new TreeMap<>(expected));
    }

    @Test
    void push_formatTypeNameAndTimeThatAreSaid_areThoseOfTheProfile() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            Map<String, byte[]> byFormat =
                    Map.of("lines", STACKS.lines(), "trie", STACKS.trie(), "tree", STACKS.tree());
            for (var content : byFormat.entrySet()) {
                Pushed pushed =
                        push(
                                server.uri(),
                                "--format=" + content.getKey(),
                                "--name=my.app/" + content.getKey(),
                                "--label=team=a b",
                                "--type=alloc_space",
                                file(content.getKey(), content.getValue()));
                assertThat(pushed.code()).as("%s", pushed).isZero();
                assertThat(total(wire, "my.app/" + content.getKey(), "memory:alloc_space:bytes::"))
                        .isEqualTo(5);
            }
            Pushed retimed =
                    push(
                            server.uri(),
                            "--name=retimed",
                            "--label=team=a b",
                            "--from=2026-01-31T13:00:00+01:00",
                            "--until=2026-01-31T12:00:10Z",
                            file("old.pb.gz", PprofBytes.cpu("7\nmain").time(1).gzip()));
            assertThat(retimed.code()).as("%s", retimed).isZero();
            assertThat(total(wire, "retimed", CPU)).isEqualTo(7);
        }
    }

    @Test
    void push_filesThatCannotBeTaken_areNamedAndTheOthersStored() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            Pushed pushed =
                    push(
                            server.uri(),
                            "--label=team=a b",
                            file("picture.png", new byte[] {(byte) 0x89, 'P', 'N', 'G'}),
                            file("good.txt", STACKS.groups()),
                            file("broken.jfr", "FLR\0 and no more".getBytes(UTF_8)),
                            folder.resolve("missing").toString());

            assertThat(pushed.code()).isEqualTo(1);
            assertThat(pushed.lines()).hasSize(5);
            assertThat(pushed.line("picture.png"))
                    .contains("FAILED: format: nobody knows what begins with 89 50 4e 47");
            assertThat(pushed.line("broken.jfr")).contains("jfr").contains("FAILED: 422 jfr: ");
            assertThat(pushed.line("missing")).contains("FAILED: no such file");
            assertThat(pushed.lines().getLast())
                    .endsWith("1 stored (1 profile), 0 repeated, 0 empty, 3 failed");
            assertThat(total(wire, "good", CPU)).isEqualTo(5 * SAMPLE_NANOS);
        }
    }
}
