package io.flamekeeper.format.tree;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.DecodedText;
import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.StackCounts;
import io.flamekeeper.format.StackSpeller;
import io.flamekeeper.format.TextFormat;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.security.SecureRandom;
import java.util.Arrays;

/// Collapsed stacks, those that begin alike sharing their beginnings. Written as [TreeFormat], but a name is any
/// piece of text: what stands on the way from the root to a node is a stack, with `;` between its frames.
///
/// Example: `00 00 01 | 02 'a' 'b' 00 02 | 01 'c' 01 00 | 01 'd' 02 00` is `abc` 1 and `abd` 2.
///
/// The data may end before any node, whatever was promised; behind a whole trie may come another.
public final class TrieFormat implements TextFormat {
    /// How many bytes may be spelled for one that is sent: a shared beginning is spelled again for each end.
    private static final int SPELLED_PER_BYTE = 32;

    private static final int SPELLED_MIN = 1 << 16;

    private final DecodeLimits limits;
    private final long hashSeed = new SecureRandom().nextLong();

    public TrieFormat(DecodeLimits limits) {
        this.limits = limits;
    }

    @Override
    public String name() {
        return "trie";
    }

    @Override
    public DecodedText read(byte[] body) {
        var reading = new Reading(body);
        while (reading.in.hasMore()) {
            reading.node();
        }
        return TreeFormat.text(reading.speller, reading.counts);
    }

    /// One upload on its way. Open nodes are levels:
    ///
    /// | column   | shape    | meaning                                                             |
    /// |----------|----------|---------------------------------------------------------------------|
    /// | `toCome` | `long[n]` | nodes below it that are still to come                              |
    /// | `end`    | `int[n]` | length of the text up to the node                                   |
    /// | `frames` | `int[n]` | frames that are over there                                          |
    /// | `rest`   | `int[n]` | where in the text the frame begins that is not over                 |
    private final class Reading {
        private final byte[] body;
        private final ProtoReader in;
        private final StackSpeller speller;
        private final StackCounts counts;
        private byte[] text = new byte[256];
        private int level;
        private long[] toCome = new long[16];
        private int[] end = new int[16];
        private int[] frames = new int[16];
        private int[] rest = new int[16];
        private long spelled;

        Reading(byte[] body) {
            this.body = body;
            this.in = new ProtoReader(name(), body);
            this.speller = new StackSpeller(name(), limits, hashSeed, body.length);
            this.counts = new StackCounts(name(), limits, hashSeed);
        }

        void node() {
            while (level > 0 && toCome[level] == 0) {
                level--;
            }
            toCome[level]--;
            speller.leave(frames[level]);
            int restStart = rest[level];
            int length = in.length();
            int textEnd = append(end[level], in.position(), length);
            for (int at = end[level]; at < textEnd; at++) {
                if (text[at] == ';') {
                    enter(restStart, at);
                    restStart = at + 1;
                }
            }
            in.advance(length);
            int frame = speller.depth();
            long seen = TreeFormat.count(in, name(), "amount");
            if (seen > 0) {
                if (restStart < textEnd) {
                    enter(restStart, textEnd);
                }
                counts.add(speller.stack(), 0, seen);
                speller.leave(frame);
            }
            open(TreeFormat.count(in, name(), "number of nodes"), textEnd, frame, restStart);
        }

        private int append(int at, int from, int length) {
            if (text.length - at < length) {
                text = Arrays.copyOf(text, Math.max(2 * text.length, at + length));
            }
            System.arraycopy(body, from, text, at, length);
            return at + length;
        }

        private void enter(int start, int textEnd) {
            spelled += textEnd - start;
            long most = SPELLED_MIN + (long) SPELLED_PER_BYTE * body.length;
            if (spelled > most) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "trie: names of frames have more than %d bytes (expected: at most %d for each that is sent)",
                        most,
                        SPELLED_PER_BYTE);
            }
            if (!Utf8.isValid(text, start, textEnd - start)) {
                throw new FlamekeeperException(
                        ErrorCode.MALFORMED_PROFILE,
                        "trie: name before byte %d is not UTF-8 (expected: text)",
                        in.position());
            }
            speller.enter(speller.frame(speller.string(text, start, textEnd)));
        }

        private void open(long nodes, int textEnd, int frame, int restStart) {
            if (++level == toCome.length) {
                toCome = Arrays.copyOf(toCome, 2 * level);
                end = Arrays.copyOf(end, 2 * level);
                frames = Arrays.copyOf(frames, 2 * level);
                rest = Arrays.copyOf(rest, 2 * level);
            }
            toCome[level] = nodes;
            end[level] = textEnd;
            frames[level] = frame;
            rest[level] = restStart;
        }
    }
}
