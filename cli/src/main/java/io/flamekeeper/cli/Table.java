package io.flamekeeper.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Rows of cells in columns under headings: numbers to the right, words to the left.
final class Table {
    private static final String GAP = "  ";

    private final List<Object[]> rows = new ArrayList<>();
    private final int[] width;

    Table(String... headings) {
        width = new int[headings.length];
        rows.add(headings);
        widen(headings);
    }

    /// @param cells one for each heading; the numbers among them are written with thousands apart
    void add(Object... cells) {
        rows.add(cells);
        widen(cells);
    }

    private void widen(Object[] cells) {
        for (int column = 0; column < width.length; column++) {
            width[column] = Math.max(width[column], text(cells[column]).length());
        }
    }

    void print(PrintWriter out) {
        for (Object[] cells : rows) {
            var line = new StringBuilder();
            for (int column = 0; column < width.length; column++) {
                String text = text(cells[column]);
                String space = " ".repeat(width[column] - text.length());
                line.append(column == 0 ? "" : GAP)
                        .append(isNumber(column) ? space + text : text + space);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private boolean isNumber(int column) {
        return rows.stream().skip(1).map(cells -> cells[column]).anyMatch(Number.class::isInstance);
    }

    private static String text(Object cell) {
        return switch (cell) {
            case Double share -> String.format(Locale.ROOT, "%.1f", share);
            case Number number -> String.format(Locale.ROOT, "%,d", number.longValue());
            default -> cell.toString();
        };
    }
}
