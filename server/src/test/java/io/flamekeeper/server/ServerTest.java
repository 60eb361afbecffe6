package io.flamekeeper.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Tests of which each has a server of its own.
abstract class ServerTest {
    /// Stopping takes two seconds of waiting, most of them Netty's; nobody has to wait for them in turn.
    private static final List<Thread> STOPPING = new ArrayList<>();

    @TempDir static Path folder = Path.of("");

    RunningServer server = unstarted();

    @SuppressWarnings("NullAway") // set before each test
    private static RunningServer unstarted() {
        return null;
    }

    @BeforeEach
    void start() {
        server = RunningServer.in(folder.resolve("server-" + STOPPING.size()), Map.of());
    }

    @AfterEach
    void stop() {
        STOPPING.add(Thread.ofVirtual().start(server::close));
    }

    @AfterAll
    static void awaitStopped() throws InterruptedException {
        for (Thread stopping : STOPPING) {
            stopping.join();
        }
        STOPPING.clear();
    }
}
