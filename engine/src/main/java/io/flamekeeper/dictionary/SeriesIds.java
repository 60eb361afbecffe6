package io.flamekeeper.dictionary;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Series by id.
final class SeriesIds {
    private final Map<Series, Integer> idBySeries = new HashMap<>();
    private Series[] series = new Series[4];

    int count() {
        return idBySeries.size();
    }

    int intern(Series one) {
        Integer known = idBySeries.get(one);
        if (known != null) {
            return known;
        }
        int id = count();
        if (id == series.length) {
            series = Arrays.copyOf(series, 2 * id);
        }
        series[id] = one;
        idBySeries.put(one, id);
        return id;
    }

    void rollbackTo(int mark) {
        while (count() > mark) {
            idBySeries.remove(series[count() - 1]);
        }
    }

    /// The array behind; its first [#count] elements count. Later ones are added behind them.
    Series[] view() {
        return series;
    }
}
