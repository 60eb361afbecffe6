package io.flamekeeper.query;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.IntSequence;
import io.flamekeeper.model.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Series by their values of some labels.
final class SeriesGroups {
    private final SeriesTable table;
    private final int[] names;
    private final Map<IntSequence, Integer> numbers = new HashMap<>();
    private final List<Labels> labels = new ArrayList<>();

    SeriesGroups(SeriesTable table, List<String> labelNames) {
        this.table = table;
        this.names =
                labelNames.stream()
                        .distinct()
                        .mapToInt(name -> SeriesFilter.nameId(table, name))
                        .filter(id -> id >= 0)
                        .toArray();
    }

    /// The group of a series; groups count from 0 in the order in which they first appear.
    int of(int series) {
        int[] values = new int[names.length];
        Arrays.setAll(values, i -> table.valueOf(series, names[i]));
        return numbers.computeIfAbsent(
                new IntSequence(values),
                key -> {
                    labels.add(labels(key.values()));
                    return labels.size() - 1;
                });
    }

    private Labels labels(int[] values) {
        Map<String, String> byName = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            byName.put(table.strings().get(names[i]), table.strings().get(values[i]));
        }
        return Labels.of(byName);
    }

    int count() {
        return labels.size();
    }

    /// The labels that the series of a group share.
    Labels labels(int group) {
        return labels.get(group);
    }
}
