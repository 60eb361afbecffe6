package io.flamekeeper.query;

/// Orders dense ids by what they stand for.
final class Sorting {
    private Sorting() {}

    /// Compares what two ids stand for.
    @FunctionalInterface
    interface IdOrder {
        int compare(int left, int right);
    }

    /// The ids `0 … count - 1`, sorted. Merge sort from the bottom up: no boxes, no recursion, and fewer
    /// comparisons than any other; runs that are in order already cost one.
    static int[] sort(int count, IdOrder order) {
        int[] from = new int[count];
        for (int id = 0; id < count; id++) {
            from[id] = id;
        }
        int[] to = new int[count];
        for (int run = 1; run < count; run *= 2) {
            for (int low = 0; low < count; low += 2 * run) {
                merge(
                        from,
                        to,
                        low,
                        Math.min(low + run, count),
                        Math.min(low + 2 * run, count),
                        order);
            }
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private static void merge(int[] from, int[] to, int low, int middle, int high, IdOrder order) {
        if (middle >= high || order.compare(from[middle - 1], from[middle]) <= 0) {
            System.arraycopy(from, low, to, low, high - low);
            return;
        }
        int left = low;
        int right = middle;
        for (int at = low; at < high; at++) {
            boolean takeLeft =
                    left < middle && (right >= high || order.compare(from[left], from[right]) <= 0);
            to[at] = takeLeft ? from[left++] : from[right++];
        }
    }

    /// The place of each id in `sorted`.
    static int[] ranks(int[] sorted) {
        int[] rank = new int[sorted.length];
        for (int place = 0; place < sorted.length; place++) {
            rank[sorted[place]] = place;
        }
        return rank;
    }
}
