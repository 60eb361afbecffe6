package io.flamekeeper.cli;

import io.flamekeeper.server.ProfilingServer;
import io.flamekeeper.server.ServerConfig;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Runs a server until the process is told to stop.
@Command(name = "server", description = "Runs the server.", mixinStandardHelpOptions = true)
public final class ServerCommand implements Callable<Integer> {
    /// Instead of an exit code: the server goes on.
    static final int RUNS_ON = -1;

    @Mixin
    private ServerOptions options = new ServerOptions();

    @Override
    public Integer call() {
        ProfilingServer server = start(ServerConfig.of(options.resolve(System.getenv())));
        onStop(server::close);
        System.out.println("flamekeeper: ready at " + server.uri());
        return RUNS_ON;
    }

    /// Runs `stop` when the process is told to end, which is then a success.
    public static void onStop(Runnable stop) {
        Runtime runtime = Runtime.getRuntime();
        // By itself a JVM that a signal ends reports the signal, however well it stopped.
        var hook = new Thread(
                () -> {
                    stop.run();
                    runtime.halt(0);
                },
                "flamekeeper-stop");
        runtime.addShutdownHook(hook);
    }

    /// A server that ends the process when its disk fails.
    public static ProfilingServer start(ServerConfig config) {
        Consumer<String> onFault = why -> {
            System.err.println("flamekeeper: the store takes no more profiles: " + why);
            // Not exit: a hook may wait for the very disk that failed. The log on disk needs no closing.
            Runtime.getRuntime().halt(Main.DISK_FAILED);
        };
        return ProfilingServer.start(
                config, new ProfilingServer.World(Clock.systemUTC(), new SecureRandom(), onFault));
    }
}
