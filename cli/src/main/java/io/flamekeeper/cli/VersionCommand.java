package io.flamekeeper.cli;

import io.flamekeeper.ops.BuildInfo;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints which build this is, and what runs it.
@Command(name = "version", description = "Prints the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .printf("flamekeeper %s on Java %s%n", BuildInfo.load().version(), Runtime.version());
        spec.commandLine().getOut().flush();
        return CommandLine.ExitCode.OK;
    }
}
