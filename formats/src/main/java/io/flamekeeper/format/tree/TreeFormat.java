package io.flamekeeper.format.tree;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.DecodedText;
import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.StackCounts;
import io.flamekeeper.format.StackSpeller;
import io.flamekeeper.format.Strings;
import io.flamekeeper.format.TextFormat;
import io.flamekeeper.format.TextLoss;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ValueType;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A call tree, every node before those that it calls:
///
/// | bytes   | field                                                              |
/// |---------|--------------------------------------------------------------------|
/// | varint  | length of the name                                                 |
/// | any     | name, UTF-8: one frame; of the first node, the root, empty         |
/// | varint  | how often the stack that ends here was seen                        |
/// | varint  | number of nodes that it calls, which follow, each with all of its own |
///
/// Example: `00 00 01 | 01 'a' 00 02 | 01 'b' 01 00 | 01 'c' 02 00` is `a;b` 1 and `a;c` 2. Nodes of one name
/// below one node are one.
public final class TreeFormat implements TextFormat {
    static final ValueType SAMPLES = new ValueType("samples", "count");

    private final DecodeLimits limits;
    private final long hashSeed = new SecureRandom().nextLong();

    public TreeFormat(DecodeLimits limits) {
        this.limits = limits;
    }

    @Override
    public String name() {
        return "tree";
    }

    @Override
    public DecodedText read(byte[] body) {
        var in = new ProtoReader(name(), body);
        var speller = new StackSpeller(name(), limits, hashSeed, body.length);
        var counts = new StackCounts(name(), limits, hashSeed);
        int[] toCome = {1};
        // Nodes that are open, each a level; the root has no frame, so level and depth are one.
        for (int level = 0; level >= 0; ) {
            if (toCome[level] == 0) {
                level--;
                continue;
            }
            toCome[level]--;
            speller.leave(Math.max(level - 1, 0));
            int at = in.position();
            if (!in.hasMore()) {
                throw malformed("ends at byte %d (expected: one more node)", at);
            }
            int length = in.length();
            if (level == 0 && length > 0) {
                throw malformed("root has a name of %d bytes (expected: none)", length);
            }
            if (length > limits.symbolBytesMax()) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "tree: name at byte %d has %d bytes (expected: at most %d)",
                        at,
                        length,
                        limits.symbolBytesMax());
            }
            if (level > 0) {
                speller.enter(speller.frame(name(speller, body, in.position(), length)));
            }
            in.advance(length);
            long self = count(in, "tree", "amount");
            if (self > 0) {
                counts.add(speller.stack(), 0, self);
            }
            int calls = in.position();
            long called = count(in, "tree", "number of calls");
            if (called > limits.samplesMax()) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "tree: node calls %d others at byte %d (expected: at most %d)",
                        called,
                        calls,
                        limits.samplesMax());
            }
            if (++level == toCome.length) {
                toCome = Arrays.copyOf(toCome, 2 * level);
            }
            toCome[level] = (int) called;
        }
        if (in.hasMore()) {
            throw malformed("tree is over at byte %d (expected: the end)", in.position());
        }
        return text(speller, counts);
    }

    private static int name(StackSpeller speller, byte[] body, int start, int length) {
        if (!Utf8.isValid(body, start, length)) {
            throw malformed("name at byte %d is not UTF-8 (expected: text)", start);
        }
        return speller.string(body, start, start + length);
    }

    /// Reads a number of which a `long` can be made.
    static long count(ProtoReader in, String format, String what) {
        int at = in.position();
        long count = in.varint();
        if (count < 0) {
            throw new FlamekeeperException(
                    ErrorCode.MALFORMED_PROFILE,
                    "%s: %s is %s at byte %d (expected: at most %d)",
                    format,
                    what,
                    Long.toUnsignedString(count),
                    at,
                    Long.MAX_VALUE);
        }
        return count;
    }

    static DecodedText text(StackSpeller speller, StackCounts counts) {
        return new DecodedText(
                List.of(
                        counts.profile(
                                speller.symbols(), speller.stacks(), SAMPLES, Strings.EMPTY, 0)),
                1,
                Map.of(TextLoss.CUT_STACK, speller.cuts()));
    }

    @FormatMethod
    private static FlamekeeperException malformed(String message, Object... args) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE, "tree: %s", message.formatted(args));
    }
}
