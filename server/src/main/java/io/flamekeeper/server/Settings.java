package io.flamekeeper.server;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The text of every setting and where it comes from. Later sources win: default, file, environment, command
/// line.
public final class Settings {
    /// @param source in words, such as `default` or `environment FLAMEKEEPER_LISTEN`
    public record Value(String text, String source) {}

    private final Map<Setting, Value> values = new EnumMap<>(Setting.class);

    private Settings() {
        for (Setting setting : Setting.values()) {
            values.put(setting, new Value(setting.defaultText(), "default"));
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
            String text = environment.getOrDefault(setting.environmentName(), "");
            if (!text.isEmpty()) {
                settings.values.put(setting, new Value(text, "environment " + setting.environmentName()));
            }
        }
        commandLine.forEach((key, value) -> settings.values.put(Setting.byKey(key), value));
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
                    ErrorCode.INVALID_CONFIGURATION, "configuration file: %s (expected: key: value lines)", file);
        }
        object.forEach((key, value) -> values.put(
                Setting.byKey(String.valueOf(key)), new Value(String.valueOf(value), "file " + file)));
    }

    public Value value(Setting setting) {
        return Objects.requireNonNull(values.get(setting));
    }

    String text(Setting setting) {
        return value(setting).text();
    }
}
