package io.flamekeeper.cli;

import io.flamekeeper.cli.demo.DemoCommand;
import io.flamekeeper.cli.push.PushCommand;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Reads the command line and runs a subcommand.
@Command(
        name = "flamekeeper",
        description = "Keeps the flame graphs of everything you run.",
        subcommands = {
            ServerCommand.class,
            DemoCommand.class,
            PushCommand.class,
            VerifyCommand.class,
            InspectCommand.class,
            TokenCommand.class,
            ConfigCommand.class,
            VersionCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 out of memory, 4 the disk failed.",
            "From a checkout, `flamekeeper test` runs the test suite."
        })
public final class Main {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    /// The data folder cannot be trusted any more; start again and read the log.
    static final int DISK_FAILED = 4;

    private Main() {}

    static void main(String[] args) {
        int code = commandLine().execute(args);
        if (code != ServerCommand.RUNS_ON) {
            System.exit(code);
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, line, _) -> {
                    if (failure instanceof FlamekeeperException known) {
                        line.getErr().println("flamekeeper: " + known.getMessage());
                        return known.code() == ErrorCode.INVALID_CONFIGURATION
                                ? WRONG_USAGE
                                : FAILED;
                    }
                    throw failure;
                });
    }
}
