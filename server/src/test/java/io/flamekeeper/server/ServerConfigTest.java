package io.flamekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.store.UpkeepConfig;
import io.flamekeeper.store.UpkeepConfig.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ServerConfigTest {
    private static final TenantId ACME = new TenantId("acme");

    @TempDir private Path folder = Path.of("");

    /// Another text for every setting; a setting that is forgotten here fails the test.
    private static String other(Setting setting) {
        return switch (setting) {
            case LISTEN -> "127.0.0.2:4141";
            case DATA -> "/elsewhere";
            case INSECURE_ALLOW_REMOTE -> "true";
            case TOKENS -> "/etc/tokens.yaml";
            case BODY_BYTES_MAX -> "1001";
            case BODIES_BYTES_MAX -> "1002";
            case PROFILE_BYTES_MAX -> "1003";
            case PROFILE_SAMPLES_MAX -> "1004";
            case PROFILE_LABEL_SETS_MAX -> "1010";
            case SAMPLE_LABELS_MAX -> "1011";
            case STACK_DEPTH_MAX -> "1012";
            case SYMBOL_BYTES_MAX -> "1013";
            case LABELS_MAX -> "1014";
            case LABEL_NAME_BYTES_MAX -> "1015";
            case LABEL_VALUE_BYTES_MAX -> "1016";
            case LABEL_VALUES_MAX -> "1020";
            case PROFILE_AGE_MAX -> "1h";
            case PROFILE_FUTURE_MAX -> "1m";
            case UPLOAD_RATE -> "1017";
            case UPLOAD_BURST -> "1018";
            case SERIES_MAX -> "1019";
            case RELABEL -> "[{action: labeldrop, regex: pod}]";
            case DROP_NONE_LABELS, GO_STACK_REPAIR, GO_TYPE_FOLDING -> "true";
            case HEADER_TIMEOUT -> "3s";
            case ANSWER_TIMEOUT -> "4s";
            case IDLE_TIMEOUT -> "8s";
            case BODY_TIMEOUT -> "5s";
            case REQUEST_TIMEOUT -> "6s";
            case CONNECTIONS_MAX -> "1005";
            case SHARDS -> "3";
            case SEAL_LOG_BYTES -> "1006";
            case SEAL_AGE -> "7m";
            case DURABILITY -> "interval";
            case UPLOADS_MAX -> "1007";
            case RESERVE_BYTES -> "1008";
            case RETENTION -> "30d";
            case RETENTION_BYTES -> "1009";
            case COMPACTION_BYTES_MAX -> "1048577";
        };
    }

    @Test
    void components_andSettings_sameNamesInTheSameOrder() {
        assertThat(
                        Arrays.stream(ServerConfig.class.getRecordComponents())
                                .map(c -> kebab(c.getName())))
                .containsExactlyElementsOf(
                        Arrays.stream(Setting.values()).map(Setting::key).toList());
    }

    private static String kebab(String camel) {
        return camel.replaceAll("[A-Z]", "-$0").toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void setting_fromEachSource_changesItsComponentAndNoOther(Setting setting)
            throws ReflectiveOperationException, IOException {
        Path file = folder.resolve("settings.yaml");
        Files.writeString(file, setting.key() + ": \"" + other(setting) + "\"\n");
        Map<String, String> environment = Map.of(setting.environmentName(), other(setting));
        Map<String, Settings.Value> line =
                Map.of(setting.key(), new Settings.Value(other(setting), "--set"));
        ServerConfig standard =
                ServerConfig.of(Settings.resolve(Optional.empty(), Map.of(), Map.of()));
        for (Settings settings :
                new Settings[] {
                    Settings.resolve(Optional.of(file), Map.of(), Map.of()),
                    Settings.resolve(Optional.empty(), environment, Map.of()),
                    Settings.resolve(Optional.empty(), Map.of(), line)
                }) {
            ServerConfig config = ServerConfig.of(settings);
            for (var component : ServerConfig.class.getRecordComponents()) {
                boolean same =
                        component
                                .getAccessor()
                                .invoke(config)
                                .equals(component.getAccessor().invoke(standard));
                assertThat(same)
                        .as("%s after setting %s", component.getName(), setting)
                        .isEqualTo(!kebab(component.getName()).equals(setting.key()));
            }
            assertThat(settings.value(setting).source()).isNotEqualTo("default");
        }
    }

    @Test
    void sources_several_theLineBeatsTheEnvironmentBeatsTheFile() throws IOException {
        Path file = folder.resolve("settings.yaml");
        Files.writeString(file, "shards: 1\nconnections-max: 1\nbody-bytes-max: 1\n");
        Settings settings =
                Settings.resolve(
                        Optional.of(file),
                        Map.of("FLAMEKEEPER_SHARDS", "2", "FLAMEKEEPER_CONNECTIONS_MAX", "2"),
                        Map.of("shards", new Settings.Value("3", "--set")));
        ServerConfig config = ServerConfig.of(settings);
        assertThat(config.shards()).isEqualTo(3);
        assertThat(config.connectionsMax()).isEqualTo(2);
        assertThat(config.bodyBytesMax()).isEqualTo(1);
        assertThat(settings.value(Setting.SHARDS).source()).isEqualTo("--set");
        assertThat(settings.value(Setting.CONNECTIONS_MAX).source())
                .contains("FLAMEKEEPER_CONNECTIONS_MAX");
        assertThat(settings.value(Setting.BODY_BYTES_MAX).source()).contains("settings.yaml");
        assertThat(settings.value(Setting.SEAL_AGE).source()).isEqualTo("default");
        assertThat(config.sealAge()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void tenants_withTheirOwn_haveItAndTheOthersWhatIsSetForAll() throws IOException {
        Path file = folder.resolve("settings.yaml");
        Files.writeString(file, "retention: 30d\nretention.acme: 7d\nretention.o'brien.x: 5d\n");
        Settings settings =
                Settings.resolve(
                        Optional.of(file),
                        Map.of("FLAMEKEEPER_RETENTION_BYTES.acme", "100"),
                        Map.of("retention.acme", new Settings.Value("off", "--set")));
        ServerConfig config = ServerConfig.of(settings);

        assertThat(config.retention().of(ACME)).isEmpty();
        assertThat(config.retention().of(new TenantId("o'brien.x"))).contains(Duration.ofDays(5));
        assertThat(config.retention().of(new TenantId("bytes"))).contains(Duration.ofDays(30));
        assertThat(config.retentionBytes().of(ACME)).isEqualTo(100);
        assertThat(config.retentionBytes().of(TenantId.ANONYMOUS)).isZero();
        assertThat(settings.ofTenants(Setting.RETENTION).keySet())
                .containsExactly(ACME, new TenantId("o'brien.x"));
        assertThat(settings.ofTenants(Setting.RETENTION))
                .containsEntry(ACME, new Settings.Value("off", "--set"));
        assertThat(settings.ofTenants(Setting.RETENTION_BYTES))
                .containsEntry(
                        ACME,
                        new Settings.Value("100", "environment FLAMEKEEPER_RETENTION_BYTES.acme"));
    }

    @Test
    void tenants_withOneLimitOfTheirOwn_haveTheOtherOfAll() {
        UpkeepConfig upkeep =
                ProfilingServer.upkeep(
                        ServerConfig.of(
                                Settings.resolve(
                                        Optional.empty(),
                                        Map.of(),
                                        Map.of(
                                                "retention",
                                                new Settings.Value("30d", "--set"),
                                                "retention-bytes",
                                                new Settings.Value("9", "--set"),
                                                "retention.acme",
                                                new Settings.Value("off", "--set"),
                                                "retention-bytes.other",
                                                new Settings.Value("0", "--set")))));

        Optional<Duration> month = Optional.of(Duration.ofDays(30));
        assertThat(upkeep.limits()).isEqualTo(new Limits(month, 9));
        assertThat(upkeep.limitsByTenant())
                .containsOnly(
                        entry(ACME, new Limits(Optional.empty(), 9)),
                        entry(new TenantId("other"), new Limits(month, 0)));
    }

    @ParameterizedTest
    @CsvSource({
        "listen, 4040",
        "listen, 127.0.0.1:70000",
        "listen, 127.0.0.1:port",
        "listen, 0.0.0.0:4040",
        "listen, '[::]:4040'",
        "insecure-allow-remote, yes",
        "body-bytes-max, 0",
        "body-bytes-max, many",
        "label-values-max, 1048577",
        "shards, -1",
        "shards, 100000",
        "request-timeout, 30",
        "request-timeout, 0s",
        "request-timeout, ''",
        "seal-age, 9999999999999999999d",
        "retention, 200000000000d",
        "retention.acme, month",
        "retention.acme, 0d",
        "retention-bytes.acme, off",
        "retention., 30d",
        "retention..., 30d",
        "'retention.a b', 30d",
        "shards.acme, 1",
        "durability, FSYNC",
        "durability, ''",
        "no-such-setting, 1"
    })
    void setting_textThatMeansNothing_refusedByName(String key, String text) {
        assertThatThrownBy(() ->
                        ServerConfig.of(
                                Settings.resolve(
                                        Optional.empty(),
                                        Map.of(),
                                        Map.of(key, new Settings.Value(text, "--set")))))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION);
                            assertThat(e.getMessage()).contains(key).contains("expected");
                        });
    }

    @Test
    void file_thatIsNoMapping_refused() throws IOException {
        Path file = folder.resolve("settings.yaml");
        for (String text : new String[] {"- a\n", "just text", "a: [", "shards: {x: 1}"}) {
            Files.writeString(file, text);
            assertThatThrownBy(() ->
                            ServerConfig.of(
                                    Settings.resolve(Optional.of(file), Map.of(), Map.of())))
                    .as(text)
                    .isInstanceOf(FlamekeeperException.class);
        }
        Files.writeString(file, "# nothing set\n");
        assertThat(
                        Settings.resolve(Optional.of(file), Map.of(), Map.of())
                                .value(Setting.SHARDS)
                                .source())
                .isEqualTo("default");
    }
}
