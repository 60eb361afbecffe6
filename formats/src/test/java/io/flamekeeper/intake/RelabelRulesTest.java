package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.intake.RelabelRule.Case;
import io.flamekeeper.intake.RelabelRule.Equal;
import io.flamekeeper.intake.RelabelRule.HashMod;
import io.flamekeeper.intake.RelabelRule.LabelMap;
import io.flamekeeper.intake.RelabelRule.Match;
import io.flamekeeper.intake.RelabelRule.Names;
import io.flamekeeper.intake.RelabelRule.Replace;
import io.flamekeeper.intake.RelabelRule.Source;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.regex.RegexPattern;
import io.flamekeeper.regex.Replacement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RelabelRulesTest {
    private static final Labels ABC = Labels.of(Map.of("a", "foo", "b", "bar", "c", "baz"));

    @Test
    void replace_whereTheSourceMatches_setsTheTarget() {
        assertThat(apply(replace("(foo);(ba.)", "d", "$2-$1", "a", "b")))
                .isEqualTo(with("d", "bar-foo"));
        assertThat(apply(replace("f|o", "d", "x", "a"))).isEqualTo(ABC);
        assertThat(apply(replace(".*", "a", "", "a"))).isEqualTo(with("a", ""));
        assertThat(apply(replace("(.*)", "new_$1", "x", "a"))).isEqualTo(with("new_foo", "x"));
        assertThat(apply(replace("x(.*)|.*", "$1", "x", "a"))).as("no name").isEqualTo(ABC);
        assertThat(apply(replace(".*", "größe.x", "groß", "missing")))
                .isEqualTo(with("größe.x", "groß"));
    }

    @Test
    void keepAndDrop_byTheSource_decideOnTheSeries() {
        assertThat(new RelabelRules(false, List.of(match("foo", true))).apply(ABC, budget()))
                .contains(ABC);
        assertThat(new RelabelRules(false, List.of(match("fo", true))).apply(ABC, budget()))
                .isEmpty();
        assertThat(new RelabelRules(false, List.of(match("fo", false))).apply(ABC, budget()))
                .contains(ABC);
        assertThat(new RelabelRules(false, List.of(match("f.*", false))).apply(ABC, budget()))
                .isEmpty();
    }

    @Test
    void keepEqualAndDropEqual_byTwoLabels_decideOnTheSeries() {
        Labels same = Labels.of(Map.of("a", "x", "b", "x"));
        RelabelRule keep = new Equal(source("a"), "b", true);
        RelabelRule drop = new Equal(source("a"), "b", false);
        assertThat(new RelabelRules(false, List.of(keep)).apply(same, budget())).isPresent();
        assertThat(new RelabelRules(false, List.of(keep)).apply(ABC, budget())).isEmpty();
        assertThat(new RelabelRules(false, List.of(drop)).apply(same, budget())).isEmpty();
        assertThat(new RelabelRules(false, List.of(drop)).apply(ABC, budget())).isPresent();
    }

    @Test
    void lowercaseAndUppercase_ofTheSource_setTheTarget() {
        assertThat(apply(new Case(source("a", "b"), "d", true))).isEqualTo(with("d", "FOO;BAR"));
        assertThat(
                        new RelabelRules(false, List.of(new Case(source("a"), "a", false)))
                                .apply(Labels.of(Map.of("a", "FoO")), budget()))
                .contains(Labels.of(Map.of("a", "foo")));
    }

    /// The numbers are those that Prometheus computes.
    @Test
    void hashmod_ofTheSource_isWhatPrometheusComputes() {
        assertThat(apply(new HashMod(source("c"), "d", 1_000))).isEqualTo(with("d", "976"));
        Labels lines = Labels.of(Map.of("a", "foo\nbar"));
        assertThat(
                        new RelabelRules(false, List.of(new HashMod(source("a"), "b", 1_000)))
                                .apply(lines, budget()))
                .contains(lines.with(Map.of("b", "734")));
    }

    @Test
    void labelmap_ofNamesThatMatch_copiesTheirValues() {
        assertThat(apply(new LabelMap(RegexPattern.compile("(b|c)"), Replacement.parse("bar_$1"))))
                .isEqualTo(ABC.with(Map.of("bar_b", "bar", "bar_c", "baz")));
    }

    @Test
    void labeldropAndLabelkeep_byName_removeLabels() {
        assertThat(apply(new Names(RegexPattern.compile("b|x"), false))).isEqualTo(with("b", ""));
        assertThat(apply(new Names(RegexPattern.compile("b.*"), true)))
                .isEqualTo(Labels.of(Map.of("b", "bar")));
    }

    @Test
    void rules_several_eachSeesWhatTheOneBeforeMade() {
        assertThat(
                        new RelabelRules(
                                        false,
                                        List.of(
                                                replace("(.*)", "b", "${1}1", "a"),
                                                replace("(.*)", "c", "${1}2", "b"),
                                                new Names(RegexPattern.compile("a"), false)))
                                .apply(ABC, budget()))
                .contains(Labels.of(Map.of("b", "foo1", "c", "foo12")));
    }

    @Test
    void dropNone_ofPlaceholders_removesThemAndNothingElse() {
        Labels sent =
                Labels.of(
                        Map.of(
                                "__name__", "None",
                                "worker", "None",
                                "span", "null",
                                "job", "undefined",
                                "kind", "none",
                                "text", "None of it"));
        assertThat(new RelabelRules(true, List.of()).apply(sent, budget()))
                .contains(
                        Labels.of(
                                Map.of("__name__", "None", "kind", "none", "text", "None of it")));
        assertThat(RelabelRules.NONE.apply(sent, budget())).contains(sent);
    }

    @Test
    void matching_moreThanTheBudget_isRefused() {
        RelabelRules rules =
                new RelabelRules(false, List.of(replace("(.*a){20}", "b", "$1", "long")));
        Labels labels = Labels.of(Map.of("long", "a".repeat(2_000)));
        RelabelBudget budget = budget();
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 10_000; i++) {
                                rules.apply(labels, budget);
                            }
                        })
                .hasMessageContaining("setting relabel")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    private static RelabelBudget budget() {
        return new RelabelBudget();
    }

    private static Source source(String... names) {
        return new Source(List.of(names), ";");
    }

    private static RelabelRule replace(
            String regex, String target, String replacement, String... names) {
        return new Replace(
                source(names),
                RegexPattern.compile(regex),
                Replacement.parse(target),
                Replacement.parse(replacement));
    }

    private static RelabelRule match(String regex, boolean keep) {
        return new Match(source("a"), RegexPattern.compile(regex), keep);
    }

    private static Labels with(String name, String value) {
        return ABC.with(Map.of(name, value));
    }

    private static Labels apply(RelabelRule rule) {
        return new RelabelRules(false, List.of(rule)).apply(ABC, budget()).orElseThrow();
    }
}
