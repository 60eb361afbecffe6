package io.flamekeeper.model;

/// One condition of a selector, such as `service_name="checkout"` or `pod=~"web-.*"`.
///
/// A label that is absent has value `""`, so `pod!=""` means "has a pod label".
public sealed interface LabelMatcher {
    String name();

    record Equal(String name, String value) implements LabelMatcher {}

    record NotEqual(String name, String value) implements LabelMatcher {}

    record Regex(String name, ValuePattern pattern) implements LabelMatcher {}

    record NotRegex(String name, ValuePattern pattern) implements LabelMatcher {}

    /// A regular expression over the whole value, never a part of it; linear in the length of the value.
    interface ValuePattern {
        boolean matches(String value);

        /// As the caller wrote it.
        String expression();
    }

    default boolean matches(Labels labels) {
        return matches(labels.value(name()));
    }

    /// @param actual value of the label [#name], `""` when absent
    default boolean matches(String actual) {
        return switch (this) {
            case Equal(_, var expected) -> actual.equals(expected);
            case NotEqual(_, var rejected) -> !actual.equals(rejected);
            case Regex(_, var pattern) -> pattern.matches(actual);
            case NotRegex(_, var pattern) -> !pattern.matches(actual);
        };
    }
}
