package io.flamekeeper.testkit;

import java.util.ArrayList;
import java.util.List;

/// Text in columns, as [TextProfiles] describes it.
final class Drawing {
    private Drawing() {}

    /// @param header    the first cell
    /// @param rootFirst the cells below it
    record Column(String header, List<String> rootFirst) {}

    static List<Column> columns(String drawing) {
        List<String> lines = drawing.lines().filter(line -> !line.isBlank()).toList();
        String header = lines.getFirst();
        List<Integer> starts = new ArrayList<>();
        for (int i = 0; i < header.length(); i++) {
            if (header.charAt(i) != ' ' && (i == 0 || header.charAt(i - 1) == ' ')) {
                starts.add(i);
            }
        }
        List<Column> columns = new ArrayList<>();
        for (int column = 0; column < starts.size(); column++) {
            int from = starts.get(column);
            int to = column + 1 < starts.size() ? starts.get(column + 1) : Integer.MAX_VALUE;
            List<String> cells =
                    lines.stream()
                            .map(line -> cell(line, from, to))
                            .filter(cell -> !cell.isEmpty())
                            .toList();
            columns.add(new Column(cells.getFirst(), cells.subList(1, cells.size())));
        }
        return columns;
    }

    private static String cell(String line, int from, int to) {
        return line.substring(Math.min(from, line.length()), Math.min(to, line.length())).strip();
    }
}
