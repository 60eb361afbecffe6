package io.flamekeeper.segment;

import io.flamekeeper.model.StringTable;
import java.util.Arrays;

/// Sorts strings of a table by their bytes, without making an object for any.
///
/// Source: Bentley and Sedgewick, Fast Algorithms for Sorting and Searching Strings (1997), with a stack of
/// its own: names are the sender's, and must not decide how deep calls nest.
final class StringOrder {
    private static final int FEW = 12;

    private final byte[] bytes;
    private final StringTable strings;
    private final int[] ids;

    /// Three numbers each of ranges still to be sorted: from, to, how many bytes are known to be equal.
    private int[] open = new int[64];

    private int openEnd;

    private StringOrder(int[] ids, StringTable strings) {
        this.ids = ids;
        this.strings = strings;
        this.bytes = strings.bytes();
    }

    static void sort(int[] ids, StringTable strings) {
        var order = new StringOrder(ids, strings);
        if (!order.isSorted()) {
            order.sort();
        }
    }

    private boolean isSorted() {
        for (int i = 1; i < ids.length; i++) {
            if (compare(ids[i - 1], ids[i], 0) > 0) {
                return false;
            }
        }
        return true;
    }

    private int compare(int left, int right, int known) {
        int leftStart = strings.start(left);
        int rightStart = strings.start(right);
        return Arrays.compareUnsigned(
                bytes,
                leftStart + known,
                leftStart + strings.length(left),
                bytes,
                rightStart + known,
                rightStart + strings.length(right));
    }

    private void sort() {
        push(0, ids.length, 0);
        while (openEnd > 0) {
            int known = open[--openEnd];
            int to = open[--openEnd];
            int from = open[--openEnd];
            if (to - from <= FEW) {
                insertionSort(from, to, known);
            } else {
                split(from, to, known);
            }
        }
    }

    private void push(int from, int to, int known) {
        if (to - from < 2) {
            return;
        }
        if (openEnd + 3 > open.length) {
            open = Arrays.copyOf(open, 2 * open.length);
        }
        open[openEnd++] = from;
        open[openEnd++] = to;
        open[openEnd++] = known;
    }

    /// Splits by the byte behind the known ones into less, equal and more.
    private void split(int from, int to, int known) {
        int pivot =
                median(
                        byteAt(ids[from], known),
                        byteAt(ids[(from + to) >>> 1], known),
                        byteAt(ids[to - 1], known));
        int less = from;
        int more = to;
        for (int i = from; i < more; ) {
            int next = byteAt(ids[i], known);
            if (next < pivot) {
                swap(less++, i++);
            } else if (next > pivot) {
                swap(i, --more);
            } else {
                i++;
            }
        }
        push(from, less, known);
        push(more, to, known);
        if (pivot >= 0) {
            push(less, more, known + 1);
        }
    }

    private static int median(int a, int b, int c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    /// -1 at the end of the string.
    private int byteAt(int id, int place) {
        return place < strings.length(id) ? bytes[strings.start(id) + place] & 0xFF : -1;
    }

    private void swap(int i, int j) {
        int kept = ids[i];
        ids[i] = ids[j];
        ids[j] = kept;
    }

    private void insertionSort(int from, int to, int known) {
        for (int i = from + 1; i < to; i++) {
            int id = ids[i];
            int at = i;
            for (; at > from && compare(ids[at - 1], id, known) > 0; at--) {
                ids[at] = ids[at - 1];
            }
            ids[at] = id;
        }
    }
}
