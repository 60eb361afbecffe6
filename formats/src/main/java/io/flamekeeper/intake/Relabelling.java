package io.flamekeeper.intake;

import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import java.util.Map;

/// The two rules that every series goes through before anything else is done with its labels.
final class Relabelling {
    private static final String DELTA_FAMILY = "godeltaprof_";

    private Relabelling() {}

    /// `godeltaprof_memory` is `memory` whose values are already differences; `wall` whose sender says
    /// `__type__="cpu"` is `process_cpu`. The old family stays in `__name_replaced__`.
    static Labels apply(Labels series) {
        String name = series.value(LabelNames.NAME);
        if (name.startsWith(DELTA_FAMILY) && name.length() > DELTA_FAMILY.length()) {
            return series.with(
                    Map.of(
                            LabelNames.NAME,
                            name.substring(DELTA_FAMILY.length()),
                            LabelNames.DELTA,
                            "false",
                            LabelNames.NAME_REPLACED,
                            name));
        }
        if (name.equals("wall") && series.value(LabelNames.TYPE).equals("cpu")) {
            return series.with(
                    Map.of(LabelNames.NAME, "process_cpu", LabelNames.NAME_REPLACED, name));
        }
        return series;
    }
}
