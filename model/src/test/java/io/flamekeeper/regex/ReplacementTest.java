package io.flamekeeper.regex;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplacementTest {
    /// Columns: replacement, what it makes of `ab12` under `(?P<letters>[a-z]+)([0-9]*)(x)?`.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text          | text",
                "$1-$2         | ab-12",
                "${1}x$2       | abx12",
                "$1x           | ''",
                "$letters!     | ab!",
                "${letters}s   | abs",
                "$0            | ab12",
                "$3$9$none     | ''",
                "$$1           | $1",
                "1$            | 1$",
                "${1           | ${1",
                "${}$-         | ${}$-",
                "$99999999999  | ''",
            })
    void expand_ofAMatch_isWhatGoWouldMake(String replacement, String expected) {
        RegexPattern pattern = RegexPattern.compile("(?P<letters>[a-z]+)([0-9]*)(x)?");
        assertThat(pattern.replace("ab12", Replacement.parse(replacement))).contains(expected);
    }

    @Test
    void replace_ofPartOfAText_isNothing() {
        assertThat(RegexPattern.compile("b").replace("abc", Replacement.parse("x"))).isEmpty();
        assertThat(RegexPattern.compile("a.c").replace("a\nc", Replacement.parse("x")))
                .contains("x");
    }
}
