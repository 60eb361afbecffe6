package io.flamekeeper.cli;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.server.Setting;
import io.flamekeeper.server.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say how a server runs. Everything that can be set is a [Setting].
final class ServerOptions {
    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where to listen; port 0 picks a free one (default: 127.0.0.1:4040).")
    private @Nullable String listen;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of everything that is stored (default: ./flamekeeper-data).")
    private @Nullable String data;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file of settings.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting; `flamekeeper config` lists them all.")
    private List<String> set = new ArrayList<>();

    /// What the file, the environment and these options say together.
    Settings resolve(Map<String, String> environment) {
        Map<String, Settings.Value> chosen = new HashMap<>();
        for (String pair : set) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new FlamekeeperException(
                        ErrorCode.INVALID_CONFIGURATION, "--set: '%s' (expected: KEY=VALUE)", pair);
            }
            chosen.put(pair.substring(0, equals), new Settings.Value(pair.substring(equals + 1), "--set"));
        }
        if (listen != null) {
            chosen.put(Setting.LISTEN.key(), new Settings.Value(listen, "--listen"));
        }
        if (data != null) {
            chosen.put(Setting.DATA.key(), new Settings.Value(data, "--data"));
        }
        return Settings.resolve(Optional.ofNullable(config), environment, chosen);
    }
}
