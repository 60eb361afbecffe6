package io.flamekeeper.tidy;

import io.flamekeeper.tidy.CompiledClasses.Compiled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The arrows and type names that a document claims, and where the compiled code disagrees.
///
/// Arrows stand in a block that begins with ```` ```arrows ````: `package -> package package …`, the common
/// root left out. A package may use only packages of lines above its own, so there are no cycles to look
/// for. Besides ours, the walls in [#WALLS] count as packages.
final class Architecture {
    private static final String ROOT = "io.flamekeeper.";
    private static final Pattern TYPE_NAME = Pattern.compile("`([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)`");

    /// Packages of others that only some of ours may name, by the word that stands for them.
    static final Map<String, String> WALLS =
            Map.of("armeria", "com.linecorp.armeria", "protobuf", "com.google.protobuf", "picocli", "picocli");

    private final String document;
    private final SequencedMap<String, Set<String>> drawn = new LinkedHashMap<>();

    Architecture(String document) {
        this.document = document;
        String block = document.substring(document.indexOf("```arrows\n") + "```arrows\n".length());
        block.substring(0, block.indexOf("```")).lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] sides = line.split("->", 2);
            Set<String> targets = new TreeSet<>();
            Stream.of(sides[1].trim().split("\\s+")).filter(to -> !to.isEmpty()).forEach(targets::add);
            drawn.put(sides[0].trim(), targets);
        });
    }

    /// Every disagreement, one sentence each; empty when all is well.
    List<String> faults(CompiledClasses classes) {
        List<String> faults = new ArrayList<>();
        faults.addAll(arrowsUpwards());
        faults.addAll(differences(classes));
        faults.addAll(staleNames(classes));
        return faults;
    }

    private List<String> arrowsUpwards() {
        List<String> faults = new ArrayList<>();
        Set<String> above = new TreeSet<>(WALLS.keySet());
        drawn.forEach((from, targets) -> {
            targets.stream()
                    .filter(to -> !above.contains(to))
                    .forEach(to -> faults.add("points up: " + from + " -> " + to));
            above.add(from);
        });
        return faults;
    }

    private List<String> differences(CompiledClasses classes) {
        Map<String, Set<String>> compiled = new TreeMap<>();
        Map<String, String> witness = new TreeMap<>();
        for (Compiled one : classes.all()) {
            String from = ours(one.packageName());
            Set<String> targets = compiled.computeIfAbsent(from, _ -> new TreeSet<>());
            for (String type : one.types()) {
                String to = target(type);
                if (!to.isEmpty() && !to.equals(from)) {
                    targets.add(to);
                    witness.putIfAbsent(from + " -> " + to, one.name() + " uses " + type);
                }
            }
        }
        List<String> faults = new ArrayList<>();
        compiled.forEach((from, targets) -> {
            Set<String> allowed = drawn.get(from);
            if (allowed == null) {
                faults.add("not drawn: package " + from);
                return;
            }
            targets.stream()
                    .filter(to -> !allowed.contains(to))
                    .forEach(to -> faults.add("used but not drawn: " + from + " -> " + to + " ("
                            + witness.get(from + " -> " + to) + ")"));
        });
        drawn.forEach((from, targets) -> targets.stream()
                .filter(to -> !compiled.getOrDefault(from, Set.of()).contains(to))
                .forEach(to -> faults.add("drawn but not used: " + from + " -> " + to)));
        return faults;
    }

    private List<String> staleNames(CompiledClasses classes) {
        Set<String> known = new TreeSet<>();
        classes.all().forEach(one -> known.add(one.simpleName()));
        return TYPE_NAME
                .matcher(document)
                .results()
                .map(match -> match.group(1))
                .distinct()
                .filter(name -> !known.contains(name))
                .map(name -> "no such type: " + name)
                .toList();
    }

    /// `a.b` for one of our packages; the wall's word for one of [#WALLS]; else `""`.
    static String target(String type) {
        if (type.startsWith(ROOT)) {
            return ours(CompiledClasses.packageOf(type));
        }
        return WALLS.entrySet().stream()
                .filter(wall -> type.startsWith(wall.getValue() + "."))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /// Our package without the root; all generated packages are one, `api`.
    static String ours(String packageName) {
        String local = packageName.substring(ROOT.length());
        return local.startsWith("api.") ? "api" : local;
    }
}
