package io.flamekeeper.bench;

import io.flamekeeper.api.google.v1.Function;
import io.flamekeeper.api.google.v1.Line;
import io.flamekeeper.api.google.v1.Location;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.google.v1.Sample;
import io.flamekeeper.api.google.v1.ValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/// Records consecutive windows of a real JVM at work and writes each as gzipped pprof: the corpus of every
/// benchmark here. The work is compiling, compressing and matching text on two threads, a hard case: the
/// compiler's recursive descent keeps finding new stacks.
///
/// `CorpusRecorder FOLDER WINDOWS SECONDS`
public final class CorpusRecorder {
    private static final long SAMPLE_NANOS = 10_000_000;

    private CorpusRecorder() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int windows = Integer.parseInt(args[1]);
        Duration length = Duration.ofSeconds(Long.parseLong(args[2]));
        Thread compiling = Thread.ofPlatform().daemon().start(CorpusRecorder::compileForEver);
        Thread packing = Thread.ofPlatform().daemon().start(CorpusRecorder::packForEver);
        for (int window = 0; window < windows; window++) {
            Path recorded = Files.createTempFile("corpus", ".jfr");
            try (Recording recording = new Recording()) {
                recording.enable("jdk.CPUTimeSample").with("throttle", "10ms");
                recording.start();
                compiling.join(length);
                recording.stop();
                recording.dump(recorded);
            }
            byte[] pprof = gzip(toPprof(recorded).toByteArray());
            Files.delete(recorded);
            Files.write(folder.resolve("%03d.pb.gz".formatted(window)), pprof);
            System.err.printf("window %d: %d bytes%n", window, pprof.length);
        }
        assert packing.isAlive();
    }

    private static Profile toPprof(Path recorded) throws IOException {
        var strings = new Strings();
        var profile =
                Profile.newBuilder()
                        .addSampleType(
                                ValueType.newBuilder()
                                        .setType(strings.id("cpu"))
                                        .setUnit(strings.id("nanoseconds")))
                        .setPeriodType(
                                ValueType.newBuilder()
                                        .setType(strings.id("cpu"))
                                        .setUnit(strings.id("nanoseconds")))
                        .setPeriod(SAMPLE_NANOS);
        Map<List<Long>, Long> samples = new HashMap<>();
        Map<String, Long> functions = new HashMap<>();
        Map<List<Long>, Long> locations = new HashMap<>();
        for (var event : RecordingFile.readAllEvents(recorded)) {
            RecordedStackTrace trace =
                    event.getEventType().getName().equals("jdk.CPUTimeSample")
                            ? event.getStackTrace()
                            : null;
            if (trace == null) {
                continue;
            }
            List<Long> stack = new ArrayList<>();
            for (RecordedFrame frame : trace.getFrames()) {
                String name =
                        frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
                long function =
                        functions.computeIfAbsent(
                                name,
                                _ -> {
                                    profile.addFunction(
                                            Function.newBuilder()
                                                    .setId(functions.size() + 1)
                                                    .setName(strings.id(name))
                                                    .setFilename(
                                                            strings.id(
                                                                    frame.getMethod()
                                                                            .getType()
                                                                            .getName())));
                                    return functions.size() + 1L;
                                });
                long line = Math.max(0, frame.getLineNumber());
                stack.add(
                        locations.computeIfAbsent(
                                List.of(function, line),
                                _ -> {
                                    profile.addLocation(
                                            Location.newBuilder()
                                                    .setId(locations.size() + 1)
                                                    .addLine(
                                                            Line.newBuilder()
                                                                    .setFunctionId(function)
                                                                    .setLine(line)));
                                    return locations.size() + 1L;
                                }));
            }
            samples.merge(stack, SAMPLE_NANOS, Long::sum);
        }
        samples.forEach((stack, nanos) ->
                profile.addSample(Sample.newBuilder().addAllLocationId(stack).addValue(nanos)));
        return profile.addAllStringTable(strings.all).build();
    }

    private static final class Strings {
        final List<String> all = new ArrayList<>(List.of(""));
        private final Map<String, Long> ids = new HashMap<>(Map.of("", 0L));

        long id(String text) {
            return ids.computeIfAbsent(
                    text,
                    _ -> {
                        all.add(text);
                        return all.size() - 1L;
                    });
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static void compileForEver() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        for (long round = 0; ; round++) {
            List<JavaFileObject> sources = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sources.add(new Source("C" + i, source("C" + i, round + i)));
            }
            try (var files = compiler.getStandardFileManager(null, null, null)) {
                Path out = Files.createTempDirectory("corpus");
                compiler.getTask(
                                null,
                                files,
                                _ -> {},
                                List.of("-d", out.toString(), "-proc:none"),
                                null,
                                sources)
                        .call();
                try (var made = Files.walk(out)) {
                    made.sorted(java.util.Comparator.reverseOrder())
                            .forEach(path -> path.toFile().delete());
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /// Classes with nested generics, lambdas, switches and loops, so that many parts of a compiler run.
    private static String source(String name, long seed) {
        var text =
                new StringBuilder(
                        "import java.util.*; import java.util.function.*; public class "
                                + name
                                + " {\n");
        for (int i = 0; i < 30; i++) {
            text.append(
                    """
                      sealed interface S%1$d permits A%1$d, B%1$d {} record A%1$d(int x, String y) implements S%1$d {}
                      record B%1$d(List<Map<String, ? extends Number>> z) implements S%1$d {}
                      <T extends Comparable<T>> int m%1$d(S%1$d s, List<T> in, Function<? super T, Integer> f) {
                        int total = %2$d; for (T t : in) { total += f.apply(t) * (total %% 7 + 1); }
                        return switch (s) { case A%1$d(var x, var y) when x > total -> y.length() + x;
                          case A%1$d a -> a.x() - total; case B%1$d(var z) -> z.stream().mapToInt(Map::size).sum(); };
                      }
                    """
                            .formatted(i, (seed * 31 + i) % 1000));
        }
        return text.append("}\n").toString();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static void packForEver() {
        Pattern words = Pattern.compile("(\\w+)\\s*\\((\\w+\\s+\\w+(,\\s*)?)*\\)\\s*\\{");
        for (long round = 0; ; round++) {
            String text = source("P", round);
            long found =
                    words.matcher(text)
                            .results()
                            .filter(match -> match.group(1).length() > 1)
                            .count();
            try (OutputStream out = new GZIPOutputStream(OutputStream.nullOutputStream())) {
                for (int i = 0; i < 20 + found % 5; i++) {
                    out.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
