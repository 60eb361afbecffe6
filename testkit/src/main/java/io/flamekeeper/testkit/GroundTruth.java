package io.flamekeeper.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Sums over a recording, computed by a decoder that shares no code with the server.
public final class GroundTruth {
    /// What a sum is of.
    ///
    /// @param sampleLabels labels of the samples; of a name that a sample has twice, the least value
    /// @param sampleType   such as `cpu:nanoseconds`
    public record Key(String service, SortedMap<String, String> sampleLabels, String sampleType)
            implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return toString().compareTo(other.toString());
        }
    }

    private final SortedMap<Key, Long> sums;

    private GroundTruth(SortedMap<Key, Long> sums) {
        this.sums = sums;
    }

    /// Reads the table of one of our own recordings: service, sample labels, sample type, samples, sum.
    public static GroundTruth read(Path table) throws IOException {
        SortedMap<Key, Long> sums = new TreeMap<>();
        List<String> rows = Files.readAllLines(table);
        for (String row : rows.subList(1, rows.size())) {
            String[] cell = row.split("\t", -1);
            sums.merge(
                    new Key(cell[0], labels(cell[1].substring(1, cell[1].length() - 1)), cell[2]),
                    Long.parseLong(cell[4]),
                    Long::sum);
        }
        return new GroundTruth(sums);
    }

    public static GroundTruth of(Map<Key, Long> sums) {
        return new GroundTruth(new TreeMap<>(sums));
    }

    public SortedMap<Key, Long> sums() {
        return sums;
    }

    /// The same sums, as if no sample had labels of this name.
    public GroundTruth without(String labelName) {
        SortedMap<Key, Long> merged = new TreeMap<>();
        sums.forEach((key, sum) -> {
            SortedMap<String, String> labels = new TreeMap<>(key.sampleLabels());
            labels.remove(labelName);
            merged.merge(new Key(key.service(), labels, key.sampleType()), sum, Long::sum);
        });
        return new GroundTruth(merged);
    }

    /// Names of all sample labels of a service, so that the absence of one can be asked for.
    public SortedSet<String> labelNames(String service) {
        SortedSet<String> names = new TreeSet<>();
        sums.keySet().stream()
                .filter(key -> key.service().equals(service))
                .forEach(key -> names.addAll(key.sampleLabels().keySet()));
        return names;
    }

    /// Parses `a=1,b=2`; of a repeated name the least value stays.
    public static SortedMap<String, String> labels(String text) {
        SortedMap<String, String> labels = new TreeMap<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(",")) {
            int equals = pair.indexOf('=');
            labels.merge(
                    pair.substring(0, equals),
                    pair.substring(equals + 1),
                    (one, other) -> one.compareTo(other) <= 0 ? one : other);
        }
        return labels;
    }
}
