package io.flamekeeper.e2e;

import java.nio.file.Path;

/// Where downloads of test runs are kept from one run to the next.
final class Caches {
    private Caches() {}

    static Path folder() {
        String cache =
                System.getenv()
                        .getOrDefault(
                                "XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
        return Path.of(cache, "flamekeeper");
    }
}
