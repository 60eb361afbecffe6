package io.flamekeeper.model;

import java.util.ArrayList;
import java.util.List;

/// All conditions that a series must meet. No condition selects everything.
public record Selector(List<LabelMatcher> matchers) {
    public static final Selector EVERYTHING = new Selector(List.of());

    public Selector {
        matchers = List.copyOf(matchers);
    }

    public boolean matches(Labels labels) {
        for (LabelMatcher matcher : matchers) {
            if (!matcher.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    public Selector and(LabelMatcher matcher) {
        List<LabelMatcher> all = new ArrayList<>(matchers);
        all.add(matcher);
        return new Selector(all);
    }

    public Selector and(Selector other) {
        List<LabelMatcher> all = new ArrayList<>(matchers);
        all.addAll(other.matchers);
        return new Selector(all);
    }
}
