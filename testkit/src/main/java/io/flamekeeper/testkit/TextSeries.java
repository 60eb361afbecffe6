package io.flamekeeper.testkit;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A [SeriesTable] made of label sets; the slow twin of the real ones.
public final class TextSeries implements SeriesTable {
    private final List<Map<Integer, Integer>> valueByName = new ArrayList<>();
    private final List<ProfileType> types;
    private final List<ProfileType> typeOfSeries;
    private final StringTable strings;
    private final int[] names;

    private TextSeries(List<Labels> labels, List<ProfileType> typeOfSeries) {
        this.typeOfSeries = typeOfSeries;
        this.types = typeOfSeries.stream().distinct().toList();
        List<String> texts = new ArrayList<>(List.of(""));
        Map<String, Integer> ids = new HashMap<>();
        for (Labels one : labels) {
            Map<Integer, Integer> values = new HashMap<>();
            for (int i = 0; i < one.count(); i++) {
                values.put(id(one.name(i), ids, texts), id(one.value(i), ids, texts));
            }
            valueByName.add(values);
        }
        this.strings = StringTable.of(texts);
        this.names =
                valueByName.stream()
                        .flatMap(values -> values.keySet().stream())
                        .distinct()
                        .mapToInt(Integer::intValue)
                        .toArray();
    }

    private static int id(String text, Map<String, Integer> ids, List<String> texts) {
        return ids.computeIfAbsent(
                text,
                _ -> {
                    texts.add(text);
                    return texts.size() - 1;
                });
    }

    /// @param types of each series, as many as `labels`
    public static SeriesTable of(List<Labels> labels, List<ProfileType> types) {
        return new TextSeries(labels, types);
    }

    @Override
    public int count() {
        return valueByName.size();
    }

    @Override
    public StringTable strings() {
        return strings;
    }

    @Override
    public int[] labelNames() {
        return names.clone();
    }

    @Override
    public int valueOf(int series, int name) {
        return valueByName.get(series).getOrDefault(name, 0);
    }

    @Override
    public List<ProfileType> types() {
        return types;
    }

    @Override
    public int typeOf(int series) {
        return types.indexOf(typeOfSeries.get(series));
    }
}
