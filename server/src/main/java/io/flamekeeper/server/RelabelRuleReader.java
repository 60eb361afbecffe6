package io.flamekeeper.server;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.intake.RelabelRule;
import io.flamekeeper.intake.RelabelRule.Source;
import io.flamekeeper.intake.RelabelRules;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.regex.RegexPattern;
import io.flamekeeper.regex.Replacement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads relabelling rules as they stand in a configuration of Prometheus:
///
/// | member          | of                                  | without it |
/// |-----------------|-------------------------------------|------------|
/// | `action`        | all                                 | `replace`  |
/// | `source_labels` | all that look at values             | none       |
/// | `separator`     | as above                            | `;`        |
/// | `regex`         | `replace` `keep` `drop` `label…`    | `(.*)`     |
/// | `target_label`  | all that set or compare a label     | –          |
/// | `replacement`   | `replace` `labelmap`                | `$1`       |
/// | `modulus`       | `hashmod`                           | –          |
final class RelabelRuleReader {
    private static final Set<String> MEMBERS =
            new TreeSet<>(
                    Set.of(
                            "action",
                            "source_labels",
                            "separator",
                            "regex",
                            "target_label",
                            "replacement",
                            "modulus"));

    private final Map<?, ?> members;

    private RelabelRuleReader(Map<?, ?> members) {
        this.members = members;
    }

    /// @param yaml a list; JSON is YAML too
    /// @throws FlamekeeperException `INVALID_CONFIGURATION`, naming the rule, counted from 1, and its member
    static List<RelabelRule> read(String yaml) {
        Object document;
        try {
            document = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        } catch (YamlEngineException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_CONFIGURATION,
                    "no YAML: %s",
                    String.valueOf(e.getMessage()));
        }
        if (!(document instanceof List<?> list)) {
            throw invalid("no list (expected: [{action: …}, …])");
        }
        if (list.size() > RelabelRules.RULES_MAX) {
            throw invalid("%d rules (expected: at most %d)", list.size(), RelabelRules.RULES_MAX);
        }
        List<RelabelRule> rules = new ArrayList<>();
        for (Object rule : list) {
            int number = rules.size() + 1;
            if (!(rule instanceof Map<?, ?> members)) {
                throw invalid("rule %d: '%s' (expected: an object)", number, rule);
            }
            try {
                rules.add(new RelabelRuleReader(members).rule());
            } catch (FlamekeeperException e) {
                throw new FlamekeeperException(
                        e,
                        ErrorCode.INVALID_CONFIGURATION,
                        "rule %d: %s",
                        number,
                        String.valueOf(e.getMessage()));
            }
        }
        return rules;
    }

    private RelabelRule rule() {
        for (Object member : members.keySet()) {
            if (!MEMBERS.contains(String.valueOf(member))) {
                throw invalid("%s (expected: of %s)", member, MEMBERS);
            }
        }
        String action = text("action", "replace").toLowerCase(Locale.ROOT);
        return switch (action) {
            case "replace" ->
                    new RelabelRule.Replace(
                            source(), regex(), Replacement.parse(target()), replacement());
            case "keep", "drop" -> new RelabelRule.Match(source(), regex(), action.equals("keep"));
            case "keepequal", "dropequal" ->
                    new RelabelRule.Equal(source(), target(), action.equals("keepequal"));
            case "lowercase", "uppercase" ->
                    new RelabelRule.Case(source(), target(), action.equals("uppercase"));
            case "hashmod" -> new RelabelRule.HashMod(source(), target(), modulus());
            case "labelmap" -> new RelabelRule.LabelMap(regex(), replacement());
            case "labelkeep", "labeldrop" ->
                    new RelabelRule.Names(regex(), action.equals("labelkeep"));
            default ->
                    throw invalid(
                            "action: '%s' (expected: replace, keep, drop, keepequal, dropequal, lowercase,"
                                    + " uppercase, hashmod, labelmap, labelkeep or labeldrop)",
                            action);
        };
    }

    private String text(String member, String otherwise) {
        Object value = members.get(member);
        if (value instanceof List || value instanceof Map) {
            throw invalid("%s: '%s' (expected: text)", member, value);
        }
        return value == null ? otherwise : String.valueOf(value);
    }

    private Source source() {
        Object names = members.get("source_labels");
        List<String> list =
                names instanceof List<?> several
                        ? several.stream().map(String::valueOf).toList()
                        : names == null ? List.of() : List.of(String.valueOf(names));
        return new Source(list, text("separator", ";"));
    }

    private RegexPattern regex() {
        return RegexPattern.compile(text("regex", "(.*)"));
    }

    private Replacement replacement() {
        return Replacement.parse(text("replacement", "$1"));
    }

    private String target() {
        String target = text("target_label", "");
        if (target.isEmpty()) {
            throw invalid("target_label: '' (expected: the name of a label)");
        }
        return target;
    }

    private long modulus() {
        String text = text("modulus", "");
        try {
            long modulus = Long.parseLong(text);
            if (modulus > 0) {
                return modulus;
            }
        } catch (NumberFormatException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_CONFIGURATION,
                    "modulus: '%s' (expected: 1 or more)",
                    text);
        }
        throw invalid("modulus: '%s' (expected: 1 or more)", text);
    }

    @FormatMethod
    private static FlamekeeperException invalid(String message, Object... args) {
        return new FlamekeeperException(ErrorCode.INVALID_CONFIGURATION, message, args);
    }
}
