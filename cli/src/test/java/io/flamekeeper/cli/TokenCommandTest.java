package io.flamekeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCommandTest {
    @TempDir private Path folder = Path.of("");

    private record Printed(int code, String out, String err) {}

    private Printed token(String command, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] line = new String[arguments.length + 3];
        line[0] = "token";
        line[1] = command;
        line[2] = "--file=" + folder.resolve("tokens.yaml");
        System.arraycopy(arguments, 0, line, 3, arguments.length);
        int code =
                Main.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(line);
        return new Printed(code, out.toString(), err.toString());
    }

    @Test
    void token_madeListedAndRevoked_isGoneAndWasNeverWritten() throws IOException {
        Printed made = token("create", "--tenant=a,b", "--permission=query", "--note=Grafana");
        assertThat(made.code()).as(made.err()).isZero();
        String[] parts = made.out().strip().split("_");
        assertThat(parts).hasSize(3);
        assertThat(Files.readString(folder.resolve("tokens.yaml")))
                .contains(parts[1])
                .doesNotContain(parts[2]);
        assertThat(token("list").out())
                .isEqualToNormalizingNewlines(parts[1] + "  a,b  query  never  Grafana\n");

        assertThat(token("revoke", parts[1]).code()).isZero();
        assertThat(token("list").out()).isEmpty();
        Printed again = token("revoke", parts[1]);
        assertThat(again.code()).isEqualTo(Main.FAILED);
        assertThat(again.err()).contains("token: '" + parts[1] + "' (expected: one of the file)");
    }

    @Test
    void token_days_isWorthNothingAfterThem() {
        token("create", "--tenant=a", "--days=30");
        assertThat(token("list").out()).containsPattern("  20\\d\\d-\\d\\d-\\d\\dT.*Z  ");
    }

    @Test
    void create_unknownPermissionOrTenant_isRefusedWithTheReason() {
        assertThat(token("create", "--tenant=a", "--permission=all").err())
                .contains("permission: 'all' (expected: ingest, query, admin or metrics)");
        assertThat(token("create", "--tenant=a/b").err()).contains("tenant: 'a/b' (expected: ");
        assertThat(Files.exists(folder.resolve("tokens.yaml"))).isFalse();
    }
}
