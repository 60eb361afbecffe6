package io.flamekeeper.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/// An immutable set of label pairs, sorted by name, names unique.
///
/// Layout: `pairs[2 * i]` is the name of the i-th pair and `pairs[2 * i + 1]` its value, so that
/// equality, hashing and ordering are each one pass over one array. Order: [Utf8Order].
///
/// An absent label and a label with value `""` are the same thing; the factory drops the latter.
/// Source: the Prometheus data model, whose selectors we parse.
public final class Labels implements Comparable<Labels> {
    public static final Labels EMPTY = new Labels(new String[0]);

    private final String[] pairs;
    private final int hash;

    private Labels(String[] pairs) {
        this.pairs = pairs;
        this.hash = Arrays.hashCode(pairs);
    }

    public static Labels of(Map<String, String> byName) {
        SequencedMap<String, String> sorted = new TreeMap<>(Utf8Order.COMPARATOR);
        sorted.putAll(byName);
        sorted.values().removeIf(String::isEmpty);
        String[] pairs = new String[2 * sorted.size()];
        int next = 0;
        for (var pair : sorted.entrySet()) {
            pairs[next++] = pair.getKey();
            pairs[next++] = pair.getValue();
        }
        return new Labels(pairs);
    }

    public int count() {
        return pairs.length / 2;
    }

    public String name(int index) {
        return pairs[2 * index];
    }

    public String value(int index) {
        return pairs[2 * index + 1];
    }

    /// Returns the value of the label, or `""` when there is none. O(log [#count]).
    public String value(String name) {
        int low = 0;
        int high = count() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Utf8Order.compare(name(middle), name);
            if (order == 0) {
                return value(middle);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return "";
    }

    /// These labels, with `added` put over them: a name in both takes the value of `added`, and a value of
    /// `""` there removes the label.
    public Labels with(Map<String, String> added) {
        Map<String, String> byName = toMap();
        byName.putAll(added);
        return of(byName);
    }

    /// The labels whose names are in `names`; sorted as all labels are.
    public Labels only(List<String> names) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < count(); i++) {
            if (names.contains(name(i))) {
                kept.add(name(i));
                kept.add(value(i));
            }
        }
        return new Labels(kept.toArray(String[]::new));
    }

    /// A mutable copy, in this order.
    public SequencedMap<String, String> toMap() {
        SequencedMap<String, String> byName = new TreeMap<>(Utf8Order.COMPARATOR);
        for (int i = 0; i < count(); i++) {
            byName.put(name(i), value(i));
        }
        return byName;
    }

    @Override
    public int compareTo(Labels other) {
        return Arrays.compare(pairs, other.pairs, Utf8Order.COMPARATOR);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Labels that
                && hash == that.hash
                && Arrays.equals(pairs, that.pairs);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /// Renders as `{name="value", …}`, the form a selector is written in.
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "{", "}");
        for (int i = 0; i < count(); i++) {
            text.add(name(i) + "=\"" + value(i) + "\"");
        }
        return text.toString();
    }
}
