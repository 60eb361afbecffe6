package io.flamekeeper.model;

/// A kind of measurement and the unit it is counted in, such as `cpu` in `nanoseconds`.
///
/// @param type may be `""` in the period of a profile that has none
/// @param unit may be `""`
public record ValueType(String type, String unit) {
    public static final ValueType NONE = new ValueType("", "");
}
