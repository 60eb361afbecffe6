package io.flamekeeper.cli.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Uploads profiles in files and says what became of each.
///
/// Standard output has a line for each file, in the order in which they were named, and one for all; a bar on
/// standard error says how far it is, if a person is looking.
@Command(
        name = "push",
        description = "Uploads profiles in files; detects their formats.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Formats: pprof, JFR, collapsed stacks, speedscope, OTLP profiles; each also gzipped.",
            "Exit codes: 0 everything is stored, 1 something is not, 2 wrong usage.",
            "Sent again, a file of the same name, labels and time counts once."
        })
public final class PushCommand implements Callable<Integer> {
    private static final int PARALLEL_MAX = 256;
    private static final String HEADER = "[ -~]*";

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Files of profiles; - is the standard input.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The server (default: ${DEFAULT-VALUE}).")
    private URI url = URI.create("http://127.0.0.1:4040");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The service (default: each file's name without its endings).")
    private @Nullable String name;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE",
            description = "A label of everything that is pushed; repeatable.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = {"--from", "--time"},
            paramLabel = "TIME",
            description =
                    "When sampling began: 2026-01-31T12:00:00Z, now-1h, or a number since 1970"
                            + " (default: what the file says, else when it was changed last).")
    private @Nullable String from;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "When sampling ended (default: what the file says, else --from).")
    private @Nullable String until;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "pprof, jfr, groups, lines, trie, tree or speedscope (default: what the bytes"
                            + " are; lines, trie and tree cannot be told).")
    private @Nullable String format;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "What is counted, of a format that does not say: cpu, wall, alloc_space, …, or"
                            + " name:type:unit:periodType:periodUnit (default: what the file says,"
                            + " else cpu).")
    private String type = "auto";

    @Option(
            names = "--sample-rate",
            paramLabel = "HZ",
            description =
                    "Samples a second that counts of cpu and wall stand for; 0 if they are no time"
                            + " (default: ${DEFAULT-VALUE}).")
    private int sampleRate = 100;

    @Option(
            names = "--user",
            paramLabel = "NAME:PASSWORD",
            description = "Credentials; also $FLAMEKEEPER_USER.")
    private @Nullable String user;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "A bearer token instead; also $FLAMEKEEPER_TOKEN.")
    private @Nullable String token;

    @Option(names = "--tenant", paramLabel = "ID", description = "Sent as X-Scope-OrgID.")
    private @Nullable String tenant;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "Files on their way at a time (default: ${DEFAULT-VALUE}).")
    private int parallel = 4;

    @Option(
            names = "--retries",
            paramLabel = "N",
            description =
                    "How often a file is sent again when the server has no room"
                            + " (default: ${DEFAULT-VALUE}).")
    private int retries = 8;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        checkOptions();
        var rules =
                new UploadRules(
                        Optional.ofNullable(name),
                        labels,
                        span(),
                        Optional.ofNullable(format).map(FileFormat::parse),
                        type,
                        sampleRate);
        var progress = Progress.ofTerminal(files.size());
        var report = new Report(files, spec.commandLine().getOut(), progress);
        try (var client = new PushClient(url, headers(), retries);
                ExecutorService senders = Executors.newFixedThreadPool(parallel)) {
            List<Future<Outcome>> outcomes = new ArrayList<>();
            for (Path file : files) {
                outcomes.add(
                        senders.submit(() -> {
                            Outcome outcome = push(file, rules, client);
                            progress.oneMore();
                            return outcome;
                        }));
            }
            for (Future<Outcome> outcome : outcomes) {
                report.print(outcome.get());
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("a sender ended without an outcome", e);
        }
        progress.end();
        report.printSum();
        return report.isAnyFailed() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    /// Any failure is the outcome of its file: the others go on.
    private static Outcome push(Path file, UploadRules rules, PushClient client) {
        FileContent content;
        try {
            content = FileContent.read(file, rules.format());
        } catch (FlamekeeperException e) {
            return Outcome.failed(file, "-", 0, 0, String.valueOf(e.getMessage()));
        }
        try {
            return client.send(content, rules.upload(content));
        } catch (FlamekeeperException e) {
            return Outcome.failed(
                    file,
                    content.format().label(),
                    content.bytes().length,
                    0,
                    String.valueOf(e.getMessage()));
        }
    }

    private void checkOptions() {
        check(parallel >= 1 && parallel <= PARALLEL_MAX, "--parallel", parallel, "1 to 256");
        check(retries >= 0, "--retries", retries, "0 or more");
        check(sampleRate >= 0, "--sample-rate", sampleRate, "0 or more");
        String scheme = url.getScheme();
        check(
                ("http".equals(scheme) || "https".equals(scheme))
                        && url.getHost() != null
                        && url.getRawUserInfo() == null,
                "--url",
                String.valueOf(url.getHost()),
                "http://HOST:PORT or https://…, credentials by --user or --token");
    }

    private static void check(boolean isRight, String option, Object value, String expected) {
        if (!isRight) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "%s: %s (expected: %s)",
                    option,
                    value,
                    expected);
        }
    }

    private Optional<TimeSpan> span() {
        if (from == null && until == null) {
            return Optional.empty();
        }
        String first = from == null ? String.valueOf(until) : from;
        return Optional.of(TimeSpan.parse(first, until == null ? first : until));
    }

    /// A token before a password, an option before the environment.
    private Map<String, String> headers() {
        Map<String, String> headers = new HashMap<>();
        String bearer = token == null && user == null ? System.getenv("FLAMEKEEPER_TOKEN") : token;
        String basic = user == null ? System.getenv("FLAMEKEEPER_USER") : user;
        if (bearer != null) {
            headers.put("Authorization", "Bearer " + bearer);
        } else if (basic != null) {
            String encoded = Base64.getEncoder().encodeToString(basic.getBytes(UTF_8));
            headers.put("Authorization", "Basic " + encoded);
        }
        if (tenant != null) {
            headers.put("X-Scope-OrgID", tenant);
        }
        headers.forEach((header, value) ->
                check(value.matches(HEADER), header, "unfit for a header", "printable ASCII"));
        return headers;
    }
}
