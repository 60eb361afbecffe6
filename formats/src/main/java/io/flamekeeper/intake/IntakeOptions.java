package io.flamekeeper.intake;

/// What a tenant's uploads may be, and what becomes of them on the way in.
///
/// @param limits       how much is taken
/// @param relabel      what the tenant wants of its labels
/// @param repairStacks whether stacks that Go cut off are put together again, see [GoStacks]
/// @param foldTypes    whether Go functions of different type parameters count as one, see [GoRepair]
public record IntakeOptions(
        IntakeLimits limits, RelabelRules relabel, boolean repairStacks, boolean foldTypes) {
    /// Before rules; then [IntakeLimits#labelsMax] holds.
    private static final int UNRULED_LABELS_MAX = 1_000;

    /// Stores what is sent as it is sent.
    public static IntakeOptions of(IntakeLimits limits) {
        return new IntakeOptions(limits, RelabelRules.NONE, false, false);
    }

    /// Limits on the labels that a sender may put on a series.
    IntakeLimits ofSender() {
        return relabel.isEmpty() ? limits : limits.withLabelsMax(UNRULED_LABELS_MAX);
    }
}
