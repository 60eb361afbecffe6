package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.regex.RegexPattern;
import io.flamekeeper.regex.Replacement;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// One relabelling rule. Rules are what they are in Prometheus' configuration, under the same names; expressions
/// are matched against whole texts.
///
/// Source: "relabel_config" of the Prometheus documentation.
public sealed interface RelabelRule {
    /// Changes the labels.
    ///
    /// @return whether the series is kept
    boolean apply(SequencedMap<String, String> labels, RelabelBudget budget);

    /// The values of some labels as one text; a label that is not there has the value `""`.
    record Source(List<String> names, String separator) {
        public Source {
            names = List.copyOf(names);
        }

        String of(Map<String, String> labels) {
            return names.stream()
                    .map(name -> labels.getOrDefault(name, ""))
                    .collect(Collectors.joining(separator));
        }
    }

    /// `replace`: where the source matches, sets a label; to nothing removes it.
    record Replace(Source source, RegexPattern regex, Replacement target, Replacement replacement)
            implements RelabelRule {
        @Override
        public boolean apply(SequencedMap<String, String> labels, RelabelBudget budget) {
            String value = source.of(labels);
            budget.spend(regex, value);
            regex.replace(value, target)
                    .filter(name -> !name.isEmpty())
                    .ifPresent(name ->
                            set(labels, name, regex.replace(value, replacement).orElse("")));
            return true;
        }
    }

    /// `keep` and `drop`: by whether the source matches.
    record Match(Source source, RegexPattern regex, boolean keep) implements RelabelRule {
        @Override
        public boolean apply(SequencedMap<String, String> labels, RelabelBudget budget) {
            String value = source.of(labels);
            budget.spend(regex, value);
            return regex.matches(value) == keep;
        }
    }

    /// `keepequal` and `dropequal`: by whether the source is the value of the target.
    record Equal(Source source, String target, boolean keep) implements RelabelRule {
        @Override
        public boolean apply(SequencedMap<String, String> labels, RelabelBudget budget) {
            return source.of(labels).equals(labels.getOrDefault(target, "")) == keep;
        }
    }

    /// `lowercase` and `uppercase`.
    record Case(Source source, String target, boolean upper) implements RelabelRule {
        @Override
        public boolean apply(SequencedMap<String, String> labels, RelabelBudget budget) {
            String value = source.of(labels);
            set(
                    labels,
                    target,
                    upper ? value.toUpperCase(Locale.ROOT) : value.toLowerCase(Locale.ROOT));
            return true;
        }
    }

    /// `hashmod`: the last 8 bytes of the source's MD5, big endian, modulo this.
    ///
    /// @param modulus at least 1
    record HashMod(Source source, String target, long modulus) implements RelabelRule {
        @Override
        public boolean apply(SequencedMap<String, String> labels, RelabelBudget budget) {
            long hash = ByteBuffer.wrap(md5(source.of(labels))).getLong(8);
            set(labels, target, Long.toString(Long.remainderUnsigned(hash, modulus)));
            return true;
        }

        private static byte[] md5(String text) {
            try {
                return MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has MD5", e);
            }
        }
    }

    /// `labelmap`: labels whose names match are there under another name too.
    record LabelMap(RegexPattern regex, Replacement replacement) implements RelabelRule {
        @Override
        public boolean apply(SequencedMap<String, String> labels, RelabelBudget budget) {
            for (Map.Entry<String, String> label : List.copyOf(labels.entrySet())) {
                budget.spend(regex, label.getKey());
                regex.replace(label.getKey(), replacement)
                        .filter(name -> !name.isEmpty())
                        .ifPresent(name -> set(labels, name, label.getValue()));
            }
            return true;
        }
    }

    /// `labelkeep` and `labeldrop`: labels by whether their names match.
    record Names(RegexPattern regex, boolean keep) implements RelabelRule {
        @Override
        public boolean apply(SequencedMap<String, String> labels, RelabelBudget budget) {
            labels.keySet()
                    .removeIf(name -> {
                        budget.spend(regex, name);
                        return regex.matches(name) != keep;
                    });
            return true;
        }
    }

    private static void set(Map<String, String> labels, String name, String value) {
        if (value.isEmpty()) {
            labels.remove(name);
        } else {
            labels.put(name, value);
        }
    }
}
