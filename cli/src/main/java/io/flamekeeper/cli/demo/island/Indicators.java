package io.flamekeeper.cli.demo.island;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Moving averages of one price series, which are kept. Safe for use by many threads.
final class Indicators {
    private static final int TREND_PRICES = 250;
    private static final double TREND = 0.0006;
    private static final double VOLATILITY = 0.01;
    private static final long SEED = 7;

    private final float[] prices;
    private final int usesMax;
    private final Map<Integer, Kept> keptByWindow = new HashMap<>();

    private static final class Kept {
        private final float[] average;
        private int uses;

        Kept(float[] average) {
            this.average = average;
        }
    }

    /// @param usesMax how often an average is given before it is computed again
    Indicators(float[] prices, int usesMax) {
        this.prices = prices;
        this.usesMax = usesMax;
    }

    /// A random walk whose trend turns now and then, so that following trends can pay.
    static float[] prices(int count) {
        RandomGenerator random = new java.util.SplittableRandom(SEED);
        float[] prices = new float[count];
        double price = 100;
        double trend = TREND;
        for (int i = 0; i < count; i++) {
            if (i % TREND_PRICES == 0) {
                trend = random.nextBoolean() ? TREND : -TREND;
            }
            price *= 1 + trend + VOLATILITY * random.nextGaussian();
            prices[i] = (float) price;
        }
        return prices;
    }

    float[] prices() {
        return prices;
    }

    /// Average of the last `window` prices at each price.
    synchronized float[] movingAverage(int window) {
        Kept kept = keptByWindow.get(window);
        if (kept == null || kept.uses == usesMax) {
            kept = new Kept(computeAverage(window));
            keptByWindow.put(window, kept);
        }
        kept.uses++;
        return kept.average;
    }

    private float[] computeAverage(int window) {
        float[] average = new float[prices.length];
        for (int i = 0; i < prices.length; i++) {
            int first = Math.max(0, i - window + 1);
            float sum = 0;
            for (int j = first; j <= i; j++) {
                sum += prices[j];
            }
            average[i] = sum / (i - first + 1);
        }
        return average;
    }
}
