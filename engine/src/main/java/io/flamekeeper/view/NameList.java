package io.flamekeeper.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The names of a flame graph by index, each once; index 0 is that of the synthetic root.
final class NameList {
    static final String ROOT_NAME = "total";

    private final List<String> names = new ArrayList<>(List.of(ROOT_NAME));
    private final Map<String, Integer> indexes = new HashMap<>(Map.of(ROOT_NAME, 0));

    int index(String name) {
        return indexes.computeIfAbsent(
                name,
                added -> {
                    names.add(added);
                    return names.size() - 1;
                });
    }

    List<String> toList() {
        return List.copyOf(names);
    }
}
