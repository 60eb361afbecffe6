package io.flamekeeper.dictionary;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.StringTable;
import java.util.HashMap;
import java.util.Map;

/// Puts the labels of a series together from its columns.
final class SeriesLabels {
    private SeriesLabels() {}

    static Labels of(SeriesTable table, int series) {
        StringTable strings = table.strings();
        Map<String, String> labels = new HashMap<>();
        for (int name : table.labelNames()) {
            int value = table.valueOf(series, name);
            if (value != 0) {
                labels.put(strings.get(name), strings.get(value));
            }
        }
        return Labels.of(labels);
    }
}
