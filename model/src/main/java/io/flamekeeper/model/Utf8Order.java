package io.flamekeeper.model;

import java.util.Comparator;

/// Byte-wise order of UTF-8, the order in which every list of names and values goes out.
///
/// It differs from [String#compareTo] only where a surrogate meets U+E000 to U+FFFF: a surrogate stands
/// for U+10000 or above and so comes last.
public final class Utf8Order {
    public static final Comparator<String> COMPARATOR = Utf8Order::compare;

    private Utf8Order() {}

    public static int compare(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean aLast = Character.isSurrogate(a);
                boolean bLast = Character.isSurrogate(b);
                return aLast == bLast ? Character.compare(a, b) : aLast ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
