package io.flamekeeper.dictionary;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The series of one service in one place, as columns. A series is one set of labels with one profile type.
///
/// Label names and values are ids into [#strings]; equal strings have equal ids, so a condition on a label is
/// evaluated once for each string and then looked up. String 0 is empty and stands for an absent label.
///
/// Immutable: a table that grows is seen through one of these for each moment. Safe for use by many threads.
public interface SeriesTable {
    int count();

    /// What label names and values are. Holds at least every string that a label of these series uses.
    StringTable strings();

    /// String ids of the label names that any of these series may have, each once, in no order.
    int[] labelNames();

    /// String id of the label's value, 0 if the series lacks it.
    ///
    /// @param name string id, of [#labelNames] or any other
    int valueOf(int series, int name);

    /// Calls `visitor` once for every label of the series, in no order.
    default void forEachLabel(int series, LabelVisitor visitor) {
        for (int name : labelNames()) {
            int value = valueOf(series, name);
            if (value != 0) {
                visitor.label(name, value);
            }
        }
    }

    /// Receives labels.
    interface LabelVisitor {
        /// Both are string ids.
        void label(int name, int value);
    }

    /// String ids of the label's values of the series `[from, to)`, 0 where a series lacks it, in the first
    /// elements of the array.
    ///
    /// @param name string id, of [#labelNames] or any other
    default void valuesOf(int name, int from, int to, int[] into) {
        for (int series = from; series < to; series++) {
            into[series - from] = valueOf(series, name);
        }
    }

    /// Types, each once, by type id.
    List<ProfileType> types();

    /// Type id, an index into [#types].
    int typeOf(int series);

    /// The labels as one value; makes objects, so not for loops over many series.
    default Labels labels(int series) {
        Map<String, String> labels = new HashMap<>();
        forEachLabel(
                series, (name, value) -> labels.put(strings().get(name), strings().get(value)));
        return Labels.of(labels);
    }

    default ProfileType type(int series) {
        return types().get(typeOf(series));
    }
}
