package io.flamekeeper.cli;

import io.flamekeeper.access.Permission;
import io.flamekeeper.access.Token;
import io.flamekeeper.access.TokenFile;
import io.flamekeeper.model.TenantId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Makes, lists and revokes the tokens of a server that is started with the setting `tokens`.
@Command(
        name = "token",
        description = "Makes, lists and revokes tokens, in the file that the setting tokens names.",
        mixinStandardHelpOptions = true)
final class TokenCommand {
    @Spec private CommandSpec spec = CommandSpec.create();

    /// Which file.
    static final class FileOption {
        @Option(
                names = "--file",
                paramLabel = "FILE",
                required = true,
                description = "The file of tokens. It holds no secret.")
        private Path path = Path.of("");

        TokenFile file() {
            return new TokenFile(path);
        }
    }

    /// What may fail.
    @FunctionalInterface
    private interface Action {
        int run() throws IOException;
    }

    private int run(Action action) {
        try {
            return action.run();
        } catch (IOException e) {
            spec.commandLine()
                    .getErr()
                    .println("flamekeeper: file: %s (expected: one to write to)".formatted(e));
            return ExitCode.SOFTWARE;
        } finally {
            out().flush();
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(
            name = "create",
            description = "Makes a token and prints it, this once.",
            mixinStandardHelpOptions = true)
    int create(
            @Mixin FileOption file,
            @Option(
                            names = "--tenant",
                            paramLabel = "ID",
                            required = true,
                            split = ",",
                            description =
                                    "Whose data it is for; of several the first, unless the caller says.")
                    List<String> tenants,
            @Option(
                            names = "--permission",
                            paramLabel = "NAME",
                            split = ",",
                            defaultValue = "ingest,query",
                            description =
                                    "ingest, query, admin (deletes), metrics (of the whole server); default: ${DEFAULT-VALUE}")
                    List<String> permissions,
            @Option(
                            names = "--days",
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "How long it is good for; 0 = until it is revoked.")
                    int days,
            @Option(
                            names = "--note",
                            paramLabel = "TEXT",
                            defaultValue = "",
                            description = "For whoever reads the file.")
                    String note) {
        return run(() -> {
            Set<Permission> chosen = EnumSet.noneOf(Permission.class);
            permissions.forEach(one -> chosen.add(TokenFile.permission(one)));
            Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
            TokenFile.Made made =
                    file.file()
                            .add(
                                    tenants.stream().map(TenantId::new).toList(),
                                    chosen,
                                    days > 0
                                            ? Optional.of(now.plus(Duration.ofDays(days)))
                                            : Optional.empty(),
                                    note,
                                    new SecureRandom());
            out().println(made.text());
            return ExitCode.OK;
        });
    }

    @Command(
            name = "list",
            description = "Prints what is known of each token.",
            mixinStandardHelpOptions = true)
    int list(@Mixin FileOption file) {
        return run(() -> {
            for (Token token : file.file().read().values()) {
                out().println(
                                String.join(
                                        "  ",
                                        token.id(),
                                        token.tenants().stream()
                                                .map(TenantId::value)
                                                .collect(Collectors.joining(",")),
                                        token.permissions().stream()
                                                .sorted()
                                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                                .collect(Collectors.joining(",")),
                                        token.expires().map(Instant::toString).orElse("never"),
                                        token.note()));
            }
            return ExitCode.OK;
        });
    }

    @Command(
            name = "revoke",
            description = "Makes a token worthless; a running server knows within seconds.",
            mixinStandardHelpOptions = true)
    int revoke(
            @Mixin FileOption file,
            @Parameters(paramLabel = "ID", description = "As list prints it.") String id) {
        return run(() -> {
            if (!file.file().remove(id)) {
                spec.commandLine()
                        .getErr()
                        .println(
                                "flamekeeper: token: '%s' (expected: one of the file)"
                                        .formatted(id));
                return ExitCode.SOFTWARE;
            }
            return ExitCode.OK;
        });
    }
}
