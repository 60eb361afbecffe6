package io.flamekeeper.intake;

import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// What a tenant wants of the labels of its series, behind the rules that hold for everybody ([Relabelling]).
///
/// Rules see the labels of a series together with those of a group of its samples. The service of an upload is
/// what they make of the series alone: all that an upload brings is of one service.
///
/// @param dropNone labels whose value is [#NONE_VALUES] go before any rule
/// @param rules    one after the other, each on what the ones before have left
public record RelabelRules(boolean dropNone, List<RelabelRule> rules) {
    /// Everything stays as it was sent.
    public static final RelabelRules NONE = new RelabelRules(false, List.of());

    public static final int RULES_MAX = 100;

    /// What programs write when they have nothing to say.
    static final Set<String> NONE_VALUES = Set.of("None", "null", "undefined");

    public RelabelRules {
        rules = List.copyOf(rules);
    }

    boolean isEmpty() {
        return !dropNone && rules.isEmpty();
    }

    /// @return the labels to keep, which may break the rules of [SeriesLabels]; nothing if the series is dropped
    Optional<Labels> apply(Labels labels, RelabelBudget budget) {
        SequencedMap<String, String> changed = labels.toMap();
        if (dropNone) {
            changed.entrySet()
                    .removeIf(label ->
                            NONE_VALUES.contains(label.getValue())
                                    && !label.getKey().equals(LabelNames.NAME));
        }
        for (RelabelRule rule : rules) {
            if (!rule.apply(changed, budget)) {
                return Optional.empty();
            }
        }
        return Optional.of(Labels.of(changed));
    }

    /// The service of a series with these labels.
    String service(Labels series) {
        String service =
                apply(series, new RelabelBudget()).orElse(series).value(LabelNames.SERVICE_NAME);
        return service.isEmpty() ? LabelNames.UNKNOWN_SERVICE : service;
    }
}
