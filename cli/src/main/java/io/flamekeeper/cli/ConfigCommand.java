package io.flamekeeper.cli;

import io.flamekeeper.server.ServerConfig;
import io.flamekeeper.server.Setting;
import io.flamekeeper.server.Settings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints the effective settings as YAML, each with its meaning and its source.
@Command(
        name = "config",
        description = "Prints the effective settings and their sources.",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Callable<Integer> {
    @Mixin private ServerOptions options = new ServerOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Settings settings = options.resolve(System.getenv());
        ServerConfig.of(settings);
        PrintWriter out = spec.commandLine().getOut();
        for (Setting setting : Setting.values()) {
            Settings.Value value = settings.value(setting);
            out.printf(
                    "# %s; %s, from %s%n",
                    setting.meaning(), setting.environmentName(), value.source());
            out.printf("%s: %s%n", setting.key(), value.text());
            settings.ofTenants(setting)
                    .forEach((tenant, own) ->
                            out.printf(
                                    "# the same for one tenant; from %s%n%s.%s: %s%n",
                                    own.source(), setting.key(), tenant.value(), own.text()));
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
