package io.flamekeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.server.Setting;
import io.flamekeeper.server.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `flamekeeper config` prints is a file of the same settings.
class ConfigCommandTest {
    @TempDir private Path folder = Path.of("");

    private record Printed(int code, String out, String err) {}

    private static Printed config(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] line = new String[arguments.length + 1];
        line[0] = "config";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        int code =
                Main.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(line);
        return new Printed(code, out.toString(), err.toString());
    }

    @Test
    void config_tenantsWithTheirOwn_underWhatIsSetForAllByName() {
        Printed printed =
                config(
                        "--set=retention=30d",
                        "--set=retention.umbrella=off",
                        "--set=retention.acme=7d",
                        "--set=retention-bytes.acme=20000000000");

        assertThat(printed.code()).isZero();
        assertThat(printed.out())
                .contains(
                        """
                        FLAMEKEEPER_RETENTION, from --set
                        retention: 30d
                        # the same for one tenant; from --set
                        retention.acme: 7d
                        # the same for one tenant; from --set
                        retention.umbrella: off
                        """)
                .contains(
                        """
                        FLAMEKEEPER_RETENTION_BYTES, from default
                        retention-bytes: 0
                        # the same for one tenant; from --set
                        retention-bytes.acme: 20000000000
                        """);
    }

    @Test
    void config_readBackAsAFile_printsTheSameSettings() throws IOException {
        Path file = folder.resolve("settings.yaml");
        String first =
                config(
                                "--set=shards=3",
                                "--set=retention.!o'b(*)-r.x_=5d",
                                "--set=seal-age=7m",
                                "--set=relabel.acme=- action: drop\n  source_labels: [a]\n  regex: 'x: \"y'")
                        .out();
        Files.writeString(file, first);

        Printed second = config("--config=" + file);

        assertThat(second.code()).isZero();
        assertThat(withoutComments(second.out())).isEqualTo(withoutComments(first));
        assertThat(second.out())
                .contains("retention.!o'b(*)-r.x_: 5d\n")
                .contains("relabel.acme: [{action: drop,");
    }

    /// The reference names every setting, its default, its meaning and whether a tenant may have its own.
    @Test
    void reference_ofTheDocs_hasEverySettingAsItIs() throws IOException {
        String reference = Files.readString(Path.of("../docs/settings.md"));
        for (Setting setting : Setting.values()) {
            String meaning = setting.meaning();
            assertThat(reference)
                    .contains(
                            "| `%s` | %s | %s | %s |"
                                    .formatted(
                                            setting.key(),
                                            "`"
                                                    + Settings.resolve(
                                                                    Optional.empty(),
                                                                    Map.of(),
                                                                    Map.of())
                                                            .value(setting)
                                                            .text()
                                                    + "`",
                                            setting.isPerTenant() ? "yes" : "",
                                            meaning));
        }
    }

    private static String withoutComments(String text) {
        return text.replaceAll("(?m)^#.*\\R", "");
    }

    @Test
    void config_ownOfATenantWhereNoneMayBe_wrongUsageAndTheReason() {
        Printed printed = config("--set=shards.acme=3");

        assertThat(printed.code()).isEqualTo(Main.WRONG_USAGE);
        assertThat(printed.err()).contains("'shards.acme'").contains("--set").contains("expected");
        assertThat(printed.out()).isEmpty();
    }
}
