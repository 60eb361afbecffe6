/// Regular expressions of selectors and relabelling rules: RE2 syntax, time linear in the text, cost bounded.
///
/// Start with [RegexPattern]. Uses `model`. Nothing else may match what a request brings.
@NullMarked
package io.flamekeeper.regex;

import org.jspecify.annotations.NullMarked;
