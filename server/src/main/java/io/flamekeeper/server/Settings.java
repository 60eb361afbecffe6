package io.flamekeeper.server;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The text of every setting and where it comes from. Later sources win: default, file, environment, command
/// line.
public final class Settings {
    private static final DumpSettings FLOW =
            DumpSettings.builder()
                    .setDefaultFlowStyle(FlowStyle.FLOW)
                    .setWidth(Integer.MAX_VALUE)
                    .build();

    /// @param source in words, such as `default` or `environment FLAMEKEEPER_LISTEN`
    public record Value(String text, String source) {}

    private final Map<Setting, Value> values = new EnumMap<>(Setting.class);
    private final Map<Setting, SortedMap<TenantId, Value>> ofTenants = new EnumMap<>(Setting.class);

    private Settings() {
        for (Setting setting : Setting.values()) {
            values.put(setting, new Value(setting.defaultText(), "default"));
            ofTenants.put(setting, new TreeMap<>(Comparator.comparing(TenantId::value)));
        }
    }

    /// @param file        YAML: an object of settings
    /// @param environment of the process
    /// @param commandLine text by key, with the option that set it as source
    /// @throws FlamekeeperException `INVALID_CONFIGURATION` for a key that does not exist or a file that cannot be
    ///     read
    public static Settings resolve(
            Optional<Path> file, Map<String, String> environment, Map<String, Value> commandLine) {
        var settings = new Settings();
        file.ifPresent(settings::read);
        for (Setting setting : Setting.values()) {
            settings.read(environment, setting);
        }
        commandLine.forEach(settings::put);
        return settings;
    }

    private void read(Path file) {
        var load = new Load(LoadSettings.builder().setLabel(file.toString()).build());
        Object document;
        try (Reader reader = Files.newBufferedReader(file)) {
            document = load.loadFromReader(reader);
        } catch (IOException | YamlEngineException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.INVALID_CONFIGURATION, "configuration file: %s: %s", file, e);
        }
        if (document == null) {
            return;
        }
        if (!(document instanceof Map<?, ?> object)) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "configuration file: %s (expected: key: value lines)",
                    file);
        }
        object.forEach(
                (key, value) -> put(String.valueOf(key), new Value(text(value), "file " + file)));
    }

    /// Of a list or an object, the same on one line.
    private static String text(Object value) {
        return value instanceof List<?> || value instanceof Map<?, ?>
                ? new Dump(FLOW).dumpToString(value).strip()
                : String.valueOf(value);
    }

    /// Of YAML, the same on one line; of anything else, itself.
    private static String onOneLine(String yaml) {
        try {
            return text(new Load(LoadSettings.builder().build()).loadFromString(yaml));
        } catch (YamlEngineException e) {
            // Whoever reads the setting says what is wrong with it.
            return yaml;
        }
    }

    private void read(Map<String, String> environment, Setting setting) {
        String name = setting.environmentName();
        environment.forEach((variable, text) -> {
            if (!text.isEmpty()
                    && (variable.equals(name)
                            || (setting.isPerTenant() && variable.startsWith(name + ".")))) {
                put(
                        setting.key() + variable.substring(name.length()),
                        new Value(text, "environment " + variable));
            }
        });
    }

    private void put(String key, Value given) {
        int dot = key.indexOf('.');
        Setting setting = Setting.byKey(dot < 0 ? key : key.substring(0, dot));
        Value value =
                setting == Setting.RELABEL
                        ? new Value(onOneLine(given.text()), given.source())
                        : given;
        if (dot < 0) {
            values.put(setting, value);
            return;
        }
        if (!setting.isPerTenant()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "setting: '%s' from %s (expected: %s, the same for all tenants)",
                    key,
                    value.source(),
                    setting.key());
        }
        of(setting).put(tenant(key, key.substring(dot + 1), value), value);
    }

    private static TenantId tenant(String key, String name, Value value) {
        try {
            return new TenantId(name);
        } catch (FlamekeeperException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_CONFIGURATION,
                    "setting: '%s' from %s: %s",
                    key,
                    value.source(),
                    String.valueOf(e.getMessage()));
        }
    }

    public Value value(Setting setting) {
        return Objects.requireNonNull(values.get(setting));
    }

    /// What tenants have instead.
    public SortedMap<TenantId, Value> ofTenants(Setting setting) {
        return Collections.unmodifiableSortedMap(of(setting));
    }

    private SortedMap<TenantId, Value> of(Setting setting) {
        return Objects.requireNonNull(ofTenants.get(setting));
    }

    String text(Setting setting) {
        return value(setting).text();
    }
}
