package io.flamekeeper.server;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Texts of settings from four places, the first that has one wins: the command line, the environment, a
/// YAML file, the default. Remembers which it was.
///
/// The setting `body-bytes-max` is `FLAMEKEEPER_BODY_BYTES_MAX` in the environment and `body-bytes-max: …` in
/// the file. A name that nobody asks for is an error on the command line and in the file. In the environment
/// it is not: whoever runs a service called `flamekeeper` under Kubernetes has `FLAMEKEEPER_PORT` and more.
public final class Settings {
    private static final String ENVIRONMENT_PREFIX = "FLAMEKEEPER_";

    private final Map<String, String> commandLine;
    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final String fileName;
    private final List<Effective> effective = new ArrayList<>();

    /// A setting as it counts.
    ///
    /// @param source where it is from, such as `--set`, `FLAMEKEEPER_DATA` or `default`
    public record Effective(String name, String value, String source) {}

    /// @param commandLine values by name, such as `listen`
    /// @param environment all of it; other variables do not matter
    /// @param file        a YAML mapping of names to values
    /// @throws FlamekeeperException `INVALID_CONFIGURATION` if the file cannot be read
    public Settings(
            Map<String, String> commandLine,
            Map<String, String> environment,
            Optional<Path> file) {
        this.commandLine = Map.copyOf(commandLine);
        this.environment = Map.copyOf(environment);
        this.file = file.map(Settings::read).orElse(Map.of());
        this.fileName = file.map(Path::toString).orElse("");
    }

    private static Map<String, String> read(Path file) {
        try {
            var load = new Load(LoadSettings.builder().setLabel(file.toString()).build());
            Object document = load.loadFromString(Files.readString(file));
            if (document == null) {
                return Map.of();
            }
            if (!(document instanceof Map<?, ?> mapping)) {
                throw invalid(file.toString(), "no mapping", "name: value");
            }
            Map<String, String> values = new LinkedHashMap<>();
            mapping.forEach(
                    (name, value) -> {
                        if (value == null || value instanceof Map || value instanceof List) {
                            throw invalid(String.valueOf(name), "" + value, "one value");
                        }
                        values.put(String.valueOf(name), String.valueOf(value));
                    });
            return values;
        } catch (NoSuchFileException e) {
            throw invalid("config", "no file " + file, "a YAML file");
        } catch (IOException | YamlEngineException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_CONFIGURATION,
                    "config: %s cannot be read: %s (expected: YAML)",
                    file,
                    String.valueOf(e.getMessage()).replace('\n', ' '));
        }
    }

    /// The text of the setting; every setting is asked for exactly once.
    String text(String name, String defaultText) {
        Effective found = find(name, defaultText);
        effective.add(found);
        return found.value();
    }

    private Effective find(String name, String defaultText) {
        String variable = ENVIRONMENT_PREFIX + name.replace('-', '_').toUpperCase(Locale.ROOT);
        if (commandLine.containsKey(name)) {
            return new Effective(name, commandLine.getOrDefault(name, ""), "--set");
        }
        if (environment.containsKey(variable)) {
            return new Effective(name, environment.getOrDefault(variable, ""), variable);
        }
        if (file.containsKey(name)) {
            return new Effective(name, file.getOrDefault(name, ""), fileName);
        }
        return new Effective(name, defaultText, "default");
    }

    int integer(String name, int defaultValue, int min, int max) {
        return (int) integer(name, (long) defaultValue, min, max);
    }

    long integer(String name, long defaultValue, long min, long max) {
        String text = text(name, Long.toString(defaultValue));
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            throw invalid(name, text, "%d to %d".formatted(min, max));
        }
        throw invalid(name, text, "%d to %d".formatted(min, max));
    }

    Duration millis(String name, Duration defaultValue, Duration max) {
        return Duration.ofMillis(integer(name, defaultValue.toMillis(), 1, max.toMillis()));
    }

    boolean flag(String name, boolean defaultValue) {
        String text = text(name, Boolean.toString(defaultValue));
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(name, text, "true or false");
        };
    }

    /// Refuses names that are no settings.
    void checkNames() {
        List<String> names = effective.stream().map(Effective::name).toList();
        checkNames("--set", commandLine, names);
        checkNames(fileName, file, names);
    }

    private static void checkNames(
            String source, Map<String, String> values, List<String> names) {
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                throw new FlamekeeperException(
                        ErrorCode.INVALID_CONFIGURATION,
                        "setting: '%s' from %s is none (expected: one of %s)",
                        name,
                        source,
                        String.join(", ", names));
            }
        }
    }

    /// Every setting that was asked for, in that order.
    public List<Effective> effective() {
        return List.copyOf(effective);
    }

    static FlamekeeperException invalid(String name, String value, String expected) {
        return new FlamekeeperException(
                ErrorCode.INVALID_CONFIGURATION,
                "%s: '%s' (expected: %s)",
                name,
                value,
                expected);
    }
}
