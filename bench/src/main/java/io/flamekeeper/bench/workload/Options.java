package io.flamekeeper.bench.workload;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Options of the command line, `--name value` each.
record Options(Map<String, String> byName) {
    static Options of(List<String> arguments) {
        Map<String, String> byName = new HashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            if (!arguments.get(i).startsWith("--") || i + 1 == arguments.size()) {
                throw new IllegalArgumentException(
                        "option: " + arguments.get(i) + " (expected: --NAME VALUE)");
            }
            byName.put(arguments.get(i).substring(2), arguments.get(i + 1));
        }
        return new Options(Map.copyOf(byName));
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(byName.getOrDefault(name, Integer.toString(otherwise)));
    }

    String text(String name, String otherwise) {
        return byName.getOrDefault(name, otherwise);
    }

    String required(String name) {
        String value = byName.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + ": missing");
        }
        return value;
    }

    Path data() {
        return Path.of(required("data"));
    }

    /// The server that runs already.
    Target target() {
        return new Target(
                URI.create(required("target")),
                new ServerProcess(Long.parseLong(required("pid")), data()));
    }
}
