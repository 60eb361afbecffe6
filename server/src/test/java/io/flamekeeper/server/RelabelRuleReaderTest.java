package io.flamekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.intake.RelabelRule;
import io.flamekeeper.intake.RelabelRule.Source;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.PerTenant;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.regex.RegexPattern;
import io.flamekeeper.regex.Replacement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelabelRuleReaderTest {
    @Test
    void read_everyAction_isItsRule() {
        assertThat(
                        RelabelRuleReader.read(
                                """
                                - {source_labels: [a, b], separator: '-', regex: '(.)-(.)', target_label: c, replacement: '$2'}
                                - {source_labels: a, target_label: b}
                                - {action: keep, source_labels: [a], regex: x}
                                - {action: drop, source_labels: [a], regex: x}
                                - {action: keepequal, source_labels: [a], target_label: b}
                                - {action: DropEqual, source_labels: [a], target_label: b}
                                - {action: lowercase, source_labels: [a], target_label: b}
                                - {action: uppercase, source_labels: [a], target_label: b}
                                - {action: hashmod, source_labels: [a], target_label: b, modulus: 16}
                                - {action: labelmap, regex: 'meta_(.*)'}
                                - {action: labelkeep, regex: x}
                                - {action: labeldrop, regex: x}
                                """))
                .containsExactly(
                        new RelabelRule.Replace(
                                new Source(List.of("a", "b"), "-"),
                                RegexPattern.compile("(.)-(.)"),
                                Replacement.parse("c"),
                                Replacement.parse("$2")),
                        new RelabelRule.Replace(
                                A,
                                RegexPattern.compile("(.*)"),
                                Replacement.parse("b"),
                                Replacement.parse("$1")),
                        new RelabelRule.Match(A, X, true),
                        new RelabelRule.Match(A, X, false),
                        new RelabelRule.Equal(A, "b", true),
                        new RelabelRule.Equal(A, "b", false),
                        new RelabelRule.Case(A, "b", false),
                        new RelabelRule.Case(A, "b", true),
                        new RelabelRule.HashMod(A, "b", 16),
                        new RelabelRule.LabelMap(
                                RegexPattern.compile("meta_(.*)"), Replacement.parse("$1")),
                        new RelabelRule.Names(X, true),
                        new RelabelRule.Names(X, false));
    }

    private static final Source A = new Source(List.of("a"), ";");
    private static final RegexPattern X = RegexPattern.compile("x");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                    | no list",
                "[                                                     | no YAML",
                "[labeldrop]                                           | rule 1",
                "[{action: labeldrop}, {action: explode}]              | rule 2: action: 'explode'",
                "[{source_labels: [a]}]                                | rule 1: target_label",
                "[{action: hashmod, target_label: b}]                  | rule 1: modulus: ''",
                "[{action: hashmod, target_label: b, modulus: 0}]      | rule 1: modulus: '0'",
                "[{action: labeldrop, regexp: x}]                      | rule 1: regexp (expected: of [action,",
                "[{action: labeldrop, regex: '('}]                     | rule 1: regular expression",
                "[{action: labeldrop, regex: [a]}]                     | rule 1: regex: '[a]'",
                "[{action: labeldrop, regex: '((a{100}){100}){100}'}]  | too costly",
            })
    void read_textThatIsNoRules_namesWhatIsWrong(String yaml, String phrase) {
        assertThatThrownBy(() ->
                        ServerConfig.of(
                                Settings.resolve(
                                        Optional.empty(),
                                        Map.of(),
                                        Map.of("relabel.acme", new Settings.Value(yaml, "--set")))))
                .hasMessageContaining("relabel.acme")
                .hasMessageContaining(phrase)
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION));
    }

    @Test
    void file_withRulesOfATenant_areThatTenantsAlone(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("settings.yaml");
        Files.writeString(
                file,
                """
                relabel:
                  - action: labeldrop
                    regex: pod
                relabel.acme:
                  - source_labels: [process.executable.name]
                    regex: "(.+)"
                    target_label: service_name
                  - action: drop
                    source_labels: [env]
                    regex: test|it's "quoted"
                drop-none-labels.acme: true
                """);
        Settings settings = Settings.resolve(Optional.of(file), Map.of(), Map.of());
        ServerConfig config = ServerConfig.of(settings);
        PerTenant<List<RelabelRule>> rules = config.relabel();
        var acme = new TenantId("acme");
        assertThat(rules.common())
                .containsExactly(new RelabelRule.Names(RegexPattern.compile("pod"), false));
        assertThat(rules.of(acme))
                .hasSize(2)
                .contains(
                        new RelabelRule.Match(
                                new Source(List.of("env"), ";"),
                                RegexPattern.compile("test|it's \"quoted\""),
                                false));
        assertThat(config.dropNoneLabels().of(acme)).isTrue();
        assertThat(config.dropNoneLabels().common()).isFalse();
        // What `flamekeeper config` prints is a configuration again.
        String printed =
                settings.ofTenants(Setting.RELABEL)
                        .getOrDefault(acme, new Settings.Value("none", "nowhere"))
                        .text();
        Files.writeString(file, "relabel.acme: " + printed);
        assertThat(
                        ServerConfig.of(Settings.resolve(Optional.of(file), Map.of(), Map.of()))
                                .relabel()
                                .of(acme))
                .isEqualTo(rules.of(acme));
    }
}
