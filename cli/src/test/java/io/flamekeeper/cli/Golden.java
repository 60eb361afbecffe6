package io.flamekeeper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/// Runs a command in this process and compares what it prints with a file in `golden`.
///
/// What it printed last is in `target/golden`, to be looked at and, if it is what it should be, copied.
final class Golden {
    private static final Path PRINTED = Path.of("target", "golden");

    private Golden() {}

    /// What a command printed, and its exit code.
    record Run(int code, String out, String err) {
        static Run of(String... args) {
            var out = new StringWriter();
            var err = new StringWriter();
            int code =
                    Main.commandLine()
                            .setOut(new PrintWriter(out))
                            .setErr(new PrintWriter(err))
                            .execute(args);
            return new Run(code, out.toString(), err.toString());
        }
    }

    static void expect(String name, String printed) throws IOException {
        Files.createDirectories(PRINTED);
        Files.writeString(PRINTED.resolve(name), printed);
        try (InputStream file = Golden.class.getResourceAsStream("/golden/" + name)) {
            assertThat(file).as("golden/%s", name).isNotNull();
            assertThat(printed).isEqualTo(new String(file.readAllBytes(), UTF_8));
        }
    }
}
