package io.flamekeeper.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorParserTest {
    private static final String TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            quoteCharacter = '\0',
            value = {
                "{} → []",
                " {  } # all → []",
                "{a=\"b\"} → [a = b]",
                "{a='b'} → [a = b]",
                "{a=`b`} → [a = b]",
                "{ a = \"b\" , } → [a = b]",
                "{a!=\"\"} → [a != ]",
                "{a=~\"b|c\",d!~\"e.*\"} → [a =~ b|c, d !~ e.*]",
                "{\"otel.scope.name\"=\"x\"} → [otel.scope.name = x]",
                "{'ü'=~\"x\"} → [ü =~ x]",
                "{\"up\"} → [__name__ = up]",
                "{\"up\", a=\"b\"} → [__name__ = up, a = b]",
                "up → [__name__ = up]",
                "up # b → [__name__ = up]",
                "a:b → [__name__ = a:b]",
                ":a{} → [__name__ = :a]",
                "sum{by=\"x\"} → [__name__ = sum, by = x]",
                "{a=\"\\x41\\u00fc\\U0001d11e\\101\"} → [a = Aü𝄞A]",
                "{a=\"\\xc3\\xbc\"} → [a = ü]",
                "{a=\"\\\"\\\\'\"} → [a = \"\\']",
                "{a='\\'\"'} → [a = '\"]",
                "{a=`\\n\"'`} → [a = \\n\"']",
                "{a=\"{#},\"} → [a = {#},]",
                TYPE + "{x=\"y\"} → [__profile_type__ = " + TYPE + ", x = y]",
                "{__name__=\"" + TYPE + ":delta\"} → [__profile_type__ = " + TYPE + "]",
                "{__name__=~\"a:b:c:d:e\"} → [__name__ =~ a:b:c:d:e]",
                "{__name__=\"a:b:c\"} → [__name__ = a:b:c]",
            })
    void parse_legal_givesItsMatchers(String text, String expected) {
        assertThat(SelectorParser.parse(text).matchers())
                .map(SelectorParserTest::show)
                .hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            quoteCharacter = '\0',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "→1",
                " #→3",
                "{a=}→4",
                "{a}→3",
                "{a==\"b\"}→4",
                "{a!\"b\"}→4",
                "{a~\"b\"}→3",
                "{a=\"b\",,}→8",
                "{,}→2",
                "{a=\"b\" c=\"d\"}→8",
                "{a=\"b\"→7",
                "{a=\"b}→7",
                "{a=`b}→7",
                "{a=\"b\"}}→8",
                "{a=\"b\"}[5m]→8",
                "{a=\"b\"} offset 5m→9",
                "rate(a)→5",
                "a b→3",
                "{1a=\"b\"}→2",
                "{a.b=\"c\"}→3",
                "{a:b=\"c\"}→3",
                "{\"\"=\"b\"}→2",
                "{a=b}→4",
                "{a=\"\\q\"}→6",
                "{a=\"\\'\"}→6",
                "{a=\"\\x4\"}→8",
                "{a=\"\\400\"}→6",
                "{a=\"\\ud800\"}→5",
                "{a=\"\\U00110000\"}→5",
                "{a=\"\\xff\"}→4",
            })
    void parse_illegal_namesThePosition(String text, int position) {
        assertThatThrownBy(() -> SelectorParser.parse(text == null ? "" : text))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining("at character " + position)
                .hasMessageContaining("(expected: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?=a)",
                "a++",
                "(a",
                "\\1",
                "((a{100}){100}){100}",
                "((((((a{99}){99}){99}){99}){99}){99}){99}",
                "(((((((((((((((((((((a{9})+){9}b)|c){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
                "[]({9}(((((a{999}){999}){999}){999}){999}",
                "\\Q[\\E(((((a{999}){999}){999}){999}){999})",
                "[[:alpha:](](((((a{999}){999}){999}){999}){999})",
                "a{1001}",
            })
    void parse_illegalOrCostlyRegex_isRefusedAtOnce(String expression) {
        assertThatThrownBy(() -> SelectorParser.parse("{a=~`" + expression + "`}"))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void parse_longRegexOrSelector_isRefused() {
        assertThatThrownBy(() -> SelectorParser.parse("{a=~\"" + "a".repeat(1025) + "\"}"))
                .hasMessageContaining("1025 characters");
        assertThatThrownBy(() -> SelectorParser.parse("{a=\"" + "a".repeat(70_000) + "\"}"))
                .hasMessageContaining("selector: 70006 characters");
        assertThat(
                        SelectorParser.parse("{a=~\"" + "(".repeat(300) + ")".repeat(300) + "\"}")
                                .matchers())
                .hasSize(1);
    }

    @Test
    void regex_matchesTheWholeValueAndLineEnds() {
        var selector = SelectorParser.parse("{a=~\"b|b.*d\"}");

        assertThat(selector.matches(Labels.of(Map.of("a", "b")))).isTrue();
        assertThat(selector.matches(Labels.of(Map.of("a", "b\nd")))).isTrue();
        assertThat(selector.matches(Labels.of(Map.of("a", "bc")))).isFalse();
        assertThat(SelectorParser.parse("{a!~\".+\"}").matches(Labels.EMPTY)).isTrue();
        assertThat(
                        SelectorParser.parse("{a=~\"\\\\d{4}-\\\\d{2}\"}")
                                .matches(Labels.of(Map.of("a", "2026-11"))))
                .isTrue();
    }

    @Test
    void parseTyped_metricFormOrNameMatcher_givesTypeAndRest() {
        var expected = ProfileType.parse(TYPE);

        assertThat(SelectorParser.parseTyped(TYPE + "{a=\"b\"}"))
                .isEqualTo(new TypedSelector(expected, SelectorParser.parse("{a=\"b\"}")));
        assertThat(SelectorParser.parseTyped("{a=\"b\",__name__=\"" + TYPE + "\"}"))
                .isEqualTo(new TypedSelector(expected, SelectorParser.parse("{a=\"b\"}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "up", "a:b{}", "{__name__=~\"" + TYPE + "\"}"})
    void parseTyped_withoutOneType_isRefused(String text) {
        assertThatThrownBy(() -> SelectorParser.parseTyped(text))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void parse_anyText_givesSelectorOrInvalidRequestInTime() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        List<String> tokens =
                List.of(
                        "{",
                        "}",
                        "=",
                        "!=",
                        "=~",
                        "!~",
                        ",",
                        "a",
                        "\"",
                        "'",
                        "`",
                        "\\",
                        "\"b\"",
                        "\"(a|b)*\"",
                        "\"(.{9}){9}\"",
                        "#",
                        "\n",
                        " ",
                        "\\x",
                        "\ud834",
                        "\udd1e",
                        "ü",
                        "\0",
                        "__name__",
                        ":",
                        "\"a:b:c:d:e\"",
                        "[",
                        "(",
                        "{9}",
                        "\\Q",
                        "\\E");
        long start = System.nanoTime();
        int accepted = 0;
        for (int round = 0; round < 100_000; round++) {
            var text = new StringBuilder(random.nextBoolean() ? "{" : "");
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                text.append(tokens.get(random.nextInt(tokens.size())));
            }
            try {
                SelectorParser.parse(text.toString());
                accepted++;
            } catch (FlamekeeperException e) {
                assertThat(e.code())
                        .as("seed %d, text %s", seed, text)
                        .isEqualTo(ErrorCode.INVALID_REQUEST);
            }
        }
        assertThat(accepted).as("seed %d", seed).isPositive();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("seed %d", seed)
                .isLessThan(Duration.ofSeconds(60));
    }

    private static String show(LabelMatcher matcher) {
        return switch (matcher) {
            case LabelMatcher.Equal(var name, var value) -> name + " = " + value;
            case LabelMatcher.NotEqual(var name, var value) -> name + " != " + value;
            case LabelMatcher.Regex(var name, var pattern) -> name + " =~ " + pattern.expression();
            case LabelMatcher.NotRegex(var name, var pattern) ->
                    name + " !~ " + pattern.expression();
        };
    }
}
