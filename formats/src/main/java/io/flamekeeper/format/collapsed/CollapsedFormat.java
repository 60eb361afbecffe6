package io.flamekeeper.format.collapsed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.ProfileFormat;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.StackTableBuilder;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Collapsed stacks: frames separated by `;`, the outermost first, and in [Counting#COUNTED] a blank and a
/// whole number behind the last one.
///
/// Lines end with `\n`. A line without a count is no stack and read over; so is an empty one. The one sample
/// type is `samples` in `count`: what a count means, whoever knows the sender has to say.
/// Source: the input of the FlameGraph tools.
public final class CollapsedFormat implements ProfileFormat {
    private static final int LINE_BYTES_MAX = 64 << 10;

    /// What says how often a stack was seen.
    public enum Counting {
        /// The number at the end of its line.
        COUNTED,
        /// The line itself, once.
        ONE_A_LINE
    }

    private final DecodeLimits limits;
    private final Counting counting;
    private final long hashSeed = new SecureRandom().nextLong();

    public CollapsedFormat(DecodeLimits limits, Counting counting) {
        this.limits = limits;
        this.counting = counting;
    }

    @Override
    public String name() {
        return switch (counting) {
            case COUNTED -> "groups";
            case ONE_A_LINE -> "lines";
        };
    }

    @Override
    public List<RawProfile> decode(byte[] body) {
        return List.of(decodeOne(body));
    }

    /// The one profile of the upload; without samples if there is no stack in it.
    ///
    /// @throws FlamekeeperException as [#decode]
    public RawProfile decodeOne(byte[] body) {
        if (!Utf8.isValid(body, 0, body.length)) {
            throw malformed("not UTF-8 (expected: text)");
        }
        var decoding = new Decoding(body);
        for (int start = 0, number = 1; start < body.length; number++) {
            int end = start;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            if (end - start > LINE_BYTES_MAX) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "%s: line %d has %d bytes (expected: at most %d)",
                        name(),
                        number,
                        end - start,
                        LINE_BYTES_MAX);
            }
            int length = end > start && body[end - 1] == '\r' ? end - start - 1 : end - start;
            decoding.line(new String(body, start, length, UTF_8), number);
            start = end + 1;
        }
        return decoding.profile();
    }

    private FlamekeeperException malformed(String what) {
        return new FlamekeeperException(ErrorCode.MALFORMED_PROFILE, "%s: %s", name(), what);
    }

    /// One upload on its way.
    private final class Decoding {
        private final List<String> strings = new ArrayList<>(List.of(""));
        private final Map<String, Integer> functionByName = new HashMap<>();
        private final StackTableBuilder stacks;
        private int[] stack = new int[64];
        private long[] count = new long[64];
        private int samples;

        Decoding(byte[] body) {
            stacks = new StackTableBuilder(hashSeed, body.length + 2, 64);
        }

        void line(String line, int number) {
            switch (counting) {
                case COUNTED -> {
                    int blank = line.lastIndexOf(' ');
                    if (blank > 0) {
                        add(line.substring(0, blank), count(line.substring(blank + 1), number));
                    }
                }
                case ONE_A_LINE -> {
                    if (!line.isEmpty()) {
                        add(line, 1);
                    }
                }
            }
        }

        private long count(String text, int number) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                FlamekeeperException malformed =
                        malformed(
                                "line %d counts '%.100s' (expected: a whole number)"
                                        .formatted(number, text));
                malformed.initCause(e);
                throw malformed;
            }
        }

        private void add(String frames, long amount) {
            if (samples == limits.samplesMax()) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "%s: more than %d stacks (expected: at most %2$d)",
                        name(),
                        limits.samplesMax());
            }
            if (samples == stack.length) {
                stack = Arrays.copyOf(stack, 2 * samples);
                count = Arrays.copyOf(count, 2 * samples);
            }
            stack[samples] = leaf(frames.split(";", -1));
            count[samples++] = amount;
        }

        /// Too deep a stack keeps both its ends around a marker.
        private int leaf(String[] rootFirst) {
            int cut = Math.max(0, rootFirst.length - limits.stackDepthMax());
            int outer = cut == 0 ? rootFirst.length : limits.stackDepthMax() / 2;
            int node = StackTable.ROOT;
            for (int i = 0; i < outer; i++) {
                node = stacks.child(node, function(rootFirst[i]));
            }
            if (cut > 0) {
                node = stacks.child(node, function(DecodeLimits.CUT_MARKER));
                for (int i = outer + cut + 1; i < rootFirst.length; i++) {
                    node = stacks.child(node, function(rootFirst[i]));
                }
            }
            return node;
        }

        /// Each function has one frame, and both have one number.
        private int function(String name) {
            return functionByName.computeIfAbsent(
                    name,
                    _ -> {
                        strings.add(name);
                        return strings.size() - 2;
                    });
        }

        RawProfile profile() {
            int functions = strings.size() - 1;
            int[] name = new int[functions];
            Arrays.setAll(name, function -> function + 1);
            int[] function = new int[functions];
            Arrays.setAll(function, frame -> frame);
            int[] noMapping = new int[functions];
            Arrays.fill(noMapping, SymbolTable.NONE);
            var symbols =
                    new SymbolTable(
                            StringTable.of(strings),
                            new SymbolTable.Functions(
                                    functions,
                                    name,
                                    new int[functions],
                                    new int[functions],
                                    new long[functions]),
                            SymbolTable.Mappings.EMPTY,
                            new SymbolTable.Frames(
                                    functions,
                                    function,
                                    new long[functions],
                                    noMapping,
                                    new long[functions],
                                    new boolean[functions]));
            return new RawProfile(
                    symbols,
                    stacks.build(),
                    List.of(new ValueType("samples", "count")),
                    ValueType.NONE,
                    0,
                    0,
                    0,
                    samples,
                    stack,
                    count,
                    new int[samples + 1],
                    new int[0],
                    new int[0]);
        }
    }
}
