package io.flamekeeper.intake;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.regex.RegexPattern;

/// How much work the rules may still do for one upload, so that its sender cannot buy minutes of matching with
/// many sets of long labels.
final class RelabelBudget {
    /// A second or so of the costliest rules; a thousand series under ten ordinary rules take a tenth of it.
    static final long STEPS_MAX = 50_000_000;

    private long steps;

    /// @throws FlamekeeperException `LIMIT_EXCEEDED` when nothing is left
    void spend(RegexPattern regex, String value) {
        steps += regex.steps(value);
        if (steps > STEPS_MAX) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "relabelling: more than %d steps of matching (expected: at most %1$d; fewer sets of labels in"
                            + " one profile, or simpler rules in the setting relabel)",
                    STEPS_MAX);
        }
    }
}
