package io.flamekeeper.bench.workload;

import java.io.IOException;

/// Waits until a server has put everything in order: sealed, compacted, retired.
final class Quiescence {
    private Quiescence() {}

    /// Returns when the folder's files have not changed for a while; gives the seconds until the last change.
    ///
    /// @param quietSeconds for how long nothing may change
    /// @param secondsMax   when to go on nevertheless
    static double await(ServerProcess server, int quietSeconds, int secondsMax)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long changed = start;
        ServerProcess.Disk last = server.disk();
        while (System.nanoTime() - changed < quietSeconds * 1_000_000_000L
                && System.nanoTime() - start < secondsMax * 1_000_000_000L) {
            Thread.sleep(500);
            ServerProcess.Disk now = server.disk();
            if (!now.equals(last)) {
                last = now;
                changed = System.nanoTime();
            }
        }
        return (changed - start) / 1e9;
    }
}
