package io.flamekeeper.model;

import java.util.Set;

/// The label names that mean something to the server itself.
public final class LabelNames {
    /// Family of the profile, such as `process_cpu`; set by the sender.
    public static final String NAME = "__name__";

    /// What runs: the main key of every question.
    public static final String SERVICE_NAME = "service_name";

    /// The service of a profile whose sender named none.
    public static final String UNKNOWN_SERVICE = "unknown_service";

    // Computed from the profile itself; they overwrite whatever a sender puts there.
    public static final String PROFILE_TYPE = "__profile_type__";
    public static final String TYPE = "__type__";
    public static final String UNIT = "__unit__";
    public static final String PERIOD_TYPE = "__period_type__";
    public static final String PERIOD_UNIT = "__period_unit__";
    public static final String PRIVATE_SERVICE_NAME = "__service_name__";

    /// `false` says that values are already differences; not stored.
    public static final String DELTA = "__delta__";

    /// Asks for a fixed order of labels in the peers' storage; not stored.
    public static final String ORDER = "__order__";

    /// Identity of one run of a client; not stored, because it never repeats.
    public static final String SESSION_ID = "__session_id__";

    /// The value of [#NAME] before it was rewritten.
    public static final String NAME_REPLACED = "__name_replaced__";

    /// The profiler that sent the profile, as it calls itself.
    public static final String SPY = "pyroscope_spy";

    /// Labels of a sample that name a span or a trace; kept beside the sample, never labels of a series.
    public static final String SPAN_ID = "span_id";

    public static final String TRACE_ID = "trace_id";

    /// What older clients call [#SPAN_ID].
    public static final String PROFILE_ID = "profile_id";

    /// Names never stored as labels of a series.
    public static final Set<String> NOT_STORED =
            Set.of(DELTA, ORDER, SESSION_ID, SPAN_ID, TRACE_ID, PROFILE_ID);

    private LabelNames() {}

    /// Whether `name` is one that every Prometheus tool can write: `[a-zA-Z_][a-zA-Z0-9_]*`.
    public static boolean isLegacy(String name) {
        if (name.isEmpty() || Character.isDigit(name.charAt(0))) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean legal =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '_';
            if (!legal) {
                return false;
            }
        }
        return true;
    }
}
