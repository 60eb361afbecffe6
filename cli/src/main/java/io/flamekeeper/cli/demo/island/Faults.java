package io.flamekeeper.cli.demo.island;

/// The planted faults. `demo/README.md` says where each one shows.
final class Faults {
    static final String OLD_VERSION = "1.0";

    /// From the first evolution on that begins after two minutes.
    static final String NEW_VERSION = "1.1";

    private static final int SLOW_ISLAND = 1;
    private static final int PRICES = 50_000;

    private Faults() {}

    /// 1. One island has more data than the others.
    static int priceCount(int island) {
        return island == SLOW_ISLAND ? PRICES * 8 / 5 : PRICES;
    }

    /// 2. The population grows, and [Evolution#withoutDuplicates] takes the square of its size.
    ///
    /// @param generation from 1
    static int populationSize(int generation) {
        return 50 + 5 * (generation - 1);
    }

    /// 3. The new version forgets an indicator that has been used so often, and computes it again.
    /// 4. It is computed under the lock that all others wait for, see [Indicators#movingAverage].
    static int indicatorUsesMax(String version) {
        return version.equals(NEW_VERSION) ? 14 : Integer.MAX_VALUE;
    }
}
