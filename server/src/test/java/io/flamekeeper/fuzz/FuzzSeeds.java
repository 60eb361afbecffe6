package io.flamekeeper.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.OtlpJsonText;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.RandomOtlp;
import io.flamekeeper.testkit.RandomPprof;
import io.flamekeeper.testkit.SnapshotBytes;
import io.flamekeeper.testkit.StackBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Writes the seeds that are in the repository, those of [FuzzTarget] into folders of their names.
public final class FuzzSeeds {
    private FuzzSeeds() {}

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        byte[] go =
                PprofBytes.empty()
                        .sampleType("inuse_space", "bytes")
                        .file("main", "/src/main.go")
                        .draw(
                                """
                                7{pod=a,worker=None}  2{worker=b}          1{span_id=00000bac2a5ab0c7}
                                main                  main                 main
                                F[go.shape.int]+in    F[go.shape.string]   F[int]
                                """)
                        .time(1)
                        .bytes();
        write(root, FuzzTarget.PPROF, 0, go);
        write(root, FuzzTarget.PPROF, 1, PprofBytes.gzip(go));
        write(root, FuzzTarget.PPROF, 2, PprofBytes.cpu("1\n" + "f\ng\nh\n".repeat(11)).bytes());
        var random = new SplittableRandom(20_261_126);
        for (int i = 3; i < 8; i++) {
            write(root, FuzzTarget.PPROF, i, RandomPprof.next(random));
        }
        write(root, FuzzTarget.SCRIPT_PPROF, 0, go);
        write(
                root,
                FuzzTarget.SAMPLE_TYPE_CONFIG,
                0,
                """
                {"inuse_space": {"units": "bytes", "display-name": "mem", "sampled": true, "cumulative": false}}
                """
                        .getBytes(UTF_8));
        byte[] recording =
                new JfrBytes()
                        .setting("event", "wall")
                        .event(
                                "jdk.ExecutionSample",
                                "Main.main:3;Main.work:7",
                                "state",
                                "STATE_DEFAULT",
                                "contextId",
                                1L)
                        .event("jdk.JavaMonitorEnter", "Main.main:3", "duration", 5L)
                        .event("jdk.ObjectAllocationSample", null, "weight", 64L)
                        .bytes();
        write(root, FuzzTarget.JFR, 0, recording);
        write(root, FuzzTarget.JFR, 1, PprofBytes.gzip(recording));
        write(
                root,
                FuzzTarget.JFR_LABELS,
                0,
                new SnapshotBytes().context(1, "component", "a").context(2, "b", "c").bytes());
        write(
                root,
                FuzzTarget.FOLDED,
                0,
                "main;a;b 10\nmain;a 3\r\n;; 1\nmain -1\n".getBytes(UTF_8));
        write(root, FuzzTarget.LINES, 0, "main;a;b\n\nmain;größe\n".getBytes(UTF_8));
        var stacks =
                new StackBytes(
                        Map.of(
                                List.of("main", "a", "b"), 10L,
                                List.of("main", "größe"), 3L,
                                List.of("main"), 1L),
                        new SplittableRandom(7));
        write(root, FuzzTarget.TRIE, 0, stacks.trie());
        write(root, FuzzTarget.TREE, 0, stacks.tree());
        write(root, FuzzTarget.SPEEDSCOPE, 0, stacks.sampled("milliseconds"));
        write(root, FuzzTarget.SPEEDSCOPE, 1, stacks.evented("seconds"));
        for (int i = 0; i < 3; i++) {
            var message = RandomOtlp.next(random);
            write(root, FuzzTarget.OTLP, i, RandomOtlp.written(message, random));
            write(root, FuzzTarget.OTLP_JSON, i, OtlpJsonText.of(message).getBytes(UTF_8));
        }
        write(root, FuzzTarget.GZIP, 0, PprofBytes.gzip(go));
        var members = new ByteArrayOutputStream();
        List.of("a", "", "b")
                .forEach(text -> members.writeBytes(PprofBytes.gzip(text.getBytes(UTF_8))));
        write(root, FuzzTarget.GZIP, 1, members.toByteArray());
        write(
                root,
                FuzzTarget.MULTIPART,
                0,
                """
                --x\r
                Content-Disposition: form-data; name="profile"; filename="p"\r
                \r
                abc\r
                --x\r
                Content-Disposition: form-data; name=y\r
                \r
                \r
                --x--\r
                """
                        .getBytes(ISO_8859_1));
        write(
                root,
                FuzzTarget.SELECTOR,
                0,
                "process_cpu{service_name=\"a\\u00e9\", b!~'x.*', \"a.b\"=~`(c|d)+`, } # end"
                        .getBytes(UTF_8));
        write(root, FuzzTarget.REGEX, 0, "^(a|b{2,3}?)*[^[:alpha:]\\d\\Qx\\E-]+$".getBytes(UTF_8));
        write(
                root,
                FuzzTarget.PUSH_JSON,
                0,
                """
                {"series": [{"labels": [{"name": "a", "value": "\\u00e9"}], "samples": [{"rawProfile": "AAE=", "ID": 7}]}]}
                """
                        .getBytes(UTF_8));
        write(root, FuzzTarget.INGEST_NAME, 0, "app.cpu{region=eu, zone = a}".getBytes(UTF_8));
        write(root, FuzzTarget.INGEST_NAME, 1, "now-1h30min".getBytes(UTF_8));
    }

    private static void write(Path root, FuzzTarget target, int number, byte[] data)
            throws IOException {
        Path folder = Files.createDirectories(root.resolve(target.label()));
        Files.write(folder.resolve("seed-" + number), data);
    }
}
