package io.flamekeeper.query;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.store.Part;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Finds the series of one part that a query is about. A condition looks at each distinct value once, however
/// many series have it.
final class SeriesFilter {
    /// Series between two questions whether to go on.
    private static final int BLOCK = 1 << 12;

    private static final byte UNKNOWN = 0;
    private static final byte MATCHES = 1;
    private static final byte DIFFERS = 2;

    private final SeriesTable table;

    SeriesFilter(SeriesTable table) {
        this.table = table;
    }

    /// String id of a label name, or -1 if no series has such a label.
    static int nameId(SeriesTable table, String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        StringTable strings = table.strings();
        for (int id : table.labelNames()) {
            int start = strings.start(id);
            if (Arrays.equals(
                    strings.bytes(), start, start + strings.length(id), wanted, 0, wanted.length)) {
                return id;
            }
        }
        return -1;
    }

    /// Ids of the series that match, ascending.
    ///
    /// @param type empty means every type
    int[] select(Optional<ProfileType> type, Selector selector, Part.ScanMeter meter) {
        int[] selected = new int[table.count()];
        int count = ofType(type, selected);
        for (LabelMatcher matcher : selector.matchers()) {
            if (count == 0) {
                break;
            }
            count = retain(matcher, selected, count, meter);
        }
        return Arrays.copyOf(selected, count);
    }

    private int ofType(Optional<ProfileType> type, int[] into) {
        if (type.isEmpty()) {
            Arrays.setAll(into, series -> series);
            return into.length;
        }
        int wanted = table.types().indexOf(type.get());
        int count = 0;
        for (int series = 0; wanted >= 0 && series < into.length; series++) {
            if (table.typeOf(series) == wanted) {
                into[count++] = series;
            }
        }
        return count;
    }

    /// **Hot path.** Keeps those of the first `count` series that match, in order; returns how many. Benchmark:
    /// `SeriesFilterBenchmark`.
    private int retain(LabelMatcher matcher, int[] selected, int count, Part.ScanMeter meter) {
        int name = nameId(table, matcher.name());
        if (name < 0) {
            return matcher.matches("") ? count : 0;
        }
        StringTable strings = table.strings();
        byte[] verdict = new byte[strings.count()];
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (i % BLOCK == 0) {
                meter.scan(0, 0);
            }
            int value = table.valueOf(selected[i], name);
            if (verdict[value] == UNKNOWN) {
                verdict[value] = matcher.matches(strings.get(value)) ? MATCHES : DIFFERS;
            }
            if (verdict[value] == MATCHES) {
                selected[kept++] = selected[i];
            }
        }
        return kept;
    }
}
