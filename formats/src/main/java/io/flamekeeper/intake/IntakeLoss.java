package io.flamekeeper.intake;

/// What an upload that was taken loses on the way, by rule or by limit.
public enum IntakeLoss {
    /// Samples that a relabelling rule drops.
    RELABELLED_SAMPLE("relabelled_sample"),
    /// Samples with a value below 0.
    NEGATIVE_SAMPLE("negative_sample"),
    /// Labels of samples that are empty, too long or more than a series may have; once for each set of labels.
    SAMPLE_LABEL("sample_label"),
    /// Values of labels in place of which [LabelValueCap#OTHER] is stored; once for each set of labels.
    LABEL_VALUE("label_value");

    private final String label;

    IntakeLoss(String label) {
        this.label = label;
    }

    /// In metrics.
    public String label() {
        return label;
    }

    /// Told of every loss; called by many threads.
    @FunctionalInterface
    public interface Observer {
        void lost(IntakeLoss what, long times);
    }
}
