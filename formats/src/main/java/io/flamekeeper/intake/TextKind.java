package io.flamekeeper.intake;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.TextFormat;
import io.flamekeeper.format.collapsed.CollapsedFormat;
import io.flamekeeper.format.speedscope.SpeedscopeFormat;
import io.flamekeeper.format.tree.TreeFormat;
import io.flamekeeper.format.tree.TrieFormat;
import java.util.EnumMap;
import java.util.Map;

/// The formats that spell stacks out.
public enum TextKind {
    GROUPS(0),
    LINES(1),
    TRIE(2),
    TREE(3),
    SPEEDSCOPE(4);

    private final int fact;

    TextKind(int fact) {
        this.fact = fact;
    }

    /// What the hash of an upload knows it by; hashes are stored.
    int fact() {
        return fact;
    }

    static Map<TextKind, TextFormat> formats(DecodeLimits limits) {
        Map<TextKind, TextFormat> formats = new EnumMap<>(TextKind.class);
        for (TextKind kind : values()) {
            formats.put(kind, kind.format(limits));
        }
        return formats;
    }

    private TextFormat format(DecodeLimits limits) {
        return switch (this) {
            case GROUPS -> new CollapsedFormat(limits, CollapsedFormat.Counting.COUNTED);
            case LINES -> new CollapsedFormat(limits, CollapsedFormat.Counting.ONE_A_LINE);
            case TRIE -> new TrieFormat(limits);
            case TREE -> new TreeFormat(limits);
            case SPEEDSCOPE -> new SpeedscopeFormat(limits);
        };
    }
}
