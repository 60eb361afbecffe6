package io.flamekeeper.dictionary;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;

/// One set of labels with one profile type.
///
/// Comparable so that a [java.util.HashMap] full of keys chosen to collide still finds one in logarithmic
/// time.
public record Series(Labels labels, ProfileType type) implements Comparable<Series> {
    @Override
    public int compareTo(Series other) {
        int byLabels = labels.compareTo(other.labels);
        return byLabels != 0 ? byLabels : type.id().compareTo(other.type.id());
    }
}
