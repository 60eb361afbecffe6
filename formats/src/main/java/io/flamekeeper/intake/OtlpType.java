package io.flamekeeper.intake;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.ValueType;

/// What a profile of OpenTelemetry measures, in the words that everybody else uses.
///
/// | sample type, period type                               | becomes                                                       |
/// |--------------------------------------------------------|---------------------------------------------------------------|
/// | `samples:count` every so many `cpu:nanoseconds`        | `process_cpu:cpu:nanoseconds:cpu:nanoseconds`, times the period |
/// | `cpu`, `itimer` or `ctimer` in `nanoseconds`           | `process_cpu:cpu:nanoseconds:…`                               |
/// | `off_cpu`                                              | `off_cpu:off_cpu:…`                                           |
/// | any other                                              | itself, its family as [Intake#family] finds it                |
///
/// The units `ns` and `By` are `nanoseconds` and `bytes`. A period of 0 is none.
///
/// @param multiplier what one of the sender's values is worth, in `type.sample().unit()`
/// @param period     in `type.period().unit()`, 0 = not said
record OtlpType(ProfileType type, long multiplier, long period) {
    private static final ValueType CPU = new ValueType("cpu", "nanoseconds");
    private static final ValueType SAMPLES = new ValueType("samples", "count");

    static OtlpType of(ValueType sampleSaid, ValueType periodSaid, long periodAmount) {
        ValueType sample = house(sampleSaid);
        boolean isPeriodic = periodAmount > 0 && !periodSaid.equals(ValueType.NONE);
        ValueType period = isPeriodic ? house(periodSaid) : ValueType.NONE;
        long amount = isPeriodic ? periodAmount : 0;
        if (sample.equals(SAMPLES) && period.equals(CPU)) {
            return new OtlpType(new ProfileType("process_cpu", CPU, CPU), amount, amount);
        }
        return new OtlpType(new ProfileType(family(sample), sample, period), 1, amount);
    }

    private static ValueType house(ValueType said) {
        String unit =
                switch (said.unit()) {
                    case "ns" -> "nanoseconds";
                    case "By" -> "bytes";
                    default -> said.unit();
                };
        String type =
                switch (said.type()) {
                    case "itimer", "ctimer" -> unit.equals("nanoseconds") ? "cpu" : said.type();
                    default -> said.type();
                };
        return new ValueType(type, unit);
    }

    private static String family(ValueType sample) {
        return sample.type().equals("off_cpu")
                ? "off_cpu"
                : Intake.family(java.util.List.of(sample), SampleTypeConfig.DEFAULT);
    }

    /// Worth of so many of the sender's values; saturates. What is not above 0 stays as it is.
    long value(long said) {
        return said > 0 && said > Long.MAX_VALUE / multiplier ? Long.MAX_VALUE : said * multiplier;
    }
}
