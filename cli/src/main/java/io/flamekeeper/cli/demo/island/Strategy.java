package io.flamekeeper.cli.demo.island;

/// Holds while the fast moving average is above the slow one.
///
/// @param fastWindow number of prices, as `slowWindow`
record Strategy(int fastWindow, int slowWindow) {
    static final int FAST_MIN = 2;
    static final int FAST_MAX = 40;
    static final int SLOW_MIN = 41;
    static final int SLOW_MAX = 120;

    /// What one change of position may cost, as shares of the wealth: nobody knows beforehand.
    private static final double[] COSTS = {
        0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.004, 0.005
    };

    /// Whether it holds after each price.
    boolean[] positions(Indicators indicators) {
        float[] fast = indicators.movingAverage(fastWindow);
        float[] slow = indicators.movingAverage(slowWindow);
        boolean[] holds = new boolean[fast.length];
        for (int i = 0; i < holds.length; i++) {
            holds[i] = fast[i] > slow[i];
        }
        return holds;
    }

    /// Mean over all costs of the logarithm of what trading makes of the wealth, with a penalty for the deepest fall.
    static double fitness(float[] prices, boolean[] holds) {
        float[] wealth = new float[prices.length];
        double sum = 0;
        for (double cost : COSTS) {
            backtest(prices, holds, cost, wealth);
            sum += Math.log(wealth[wealth.length - 1]) - deepestFall(wealth);
        }
        return sum / COSTS.length;
    }

    private static void backtest(float[] prices, boolean[] holds, double cost, float[] wealth) {
        double now = 1;
        boolean isHeld = false;
        for (int i = 0; i < prices.length; i++) {
            if (isHeld) {
                now *= prices[i] / prices[i - 1];
            }
            if (holds[i] != isHeld) {
                isHeld = holds[i];
                now *= 1 - cost;
            }
            wealth[i] = (float) now;
        }
    }

    private static double deepestFall(float[] wealth) {
        float highest = 0;
        double deepest = 0;
        for (float now : wealth) {
            highest = Math.max(highest, now);
            deepest = Math.max(deepest, 1 - now / highest);
        }
        return deepest;
    }
}
