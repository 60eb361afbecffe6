package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/// Leads from a key to the span blocks that may hold it: for every run of blocks a sorted list of entries, each the
/// hash of a key and a block that holds it. What is in memory says where in the list a hash is, so that a look-up
/// reads one piece of 1,024 entries of each run. Immutable; safe for use by many threads. [SegmentLayout] has the
/// form on disk.
///
/// @param runBlocks  span blocks of each run
/// @param runEntries entries of each run
/// @param first      first entry of each piece
/// @param offset     where each piece starts in the partition
/// @param bytes      size of each piece with its checksum
record BlockIndex(
        PackedLongs runBlocks,
        PackedLongs runEntries,
        PackedLongs first,
        PackedLongs offset,
        PackedLongs bytes) {
    /// A run ends with the block that brings it here; bounds what the writer keeps in memory.
    private static final int RUN_ENTRIES = 1 << 16;

    private static final int HASH_BITS = 24;

    /// @param blocks how many blocks there are
    static BlockIndex read(String what, ByteSource source, int blocks) {
        int runs = source.nextInt(blocks);
        PackedLongs runBlocks = PackedLongs.read(what, source, runs);
        PackedLongs runEntries = PackedLongs.read(what, source, runs);
        var decoder = new PackedBlock.Decoder();
        PackedLongs.Reader blocksOf = runBlocks.reader(decoder);
        PackedLongs.Reader entriesOf = runEntries.reader(decoder);
        long found = 0;
        long pieces = 0;
        for (int run = 0; run < runs; run++) {
            long ofRun = blocksOf.get(run);
            long entries = entriesOf.get(run);
            if (ofRun <= 0 || ofRun > blocks || entries < 0 || entries > 2L * RUN_ENTRIES) {
                throw source.corrupt(
                        "index %d of %d blocks, %d entries (expected: at most %d, %d)"
                                .formatted(run, ofRun, entries, blocks, 2 * RUN_ENTRIES));
            }
            found += ofRun;
            pieces += Math.ceilDiv(entries, BitPacking.BLOCK);
        }
        if (found != blocks) {
            throw source.corrupt("indexes of %d blocks (expected: %d)".formatted(found, blocks));
        }
        int count = Math.toIntExact(pieces);
        return new BlockIndex(
                runBlocks,
                runEntries,
                PackedLongs.read(what, source, count),
                PackedLongs.read(what, source, count),
                PackedLongs.read(what, source, count));
    }

    /// Upper bits of the key times 2⁶⁴ divided by the golden ratio.
    private static long hash(long key) {
        return (key * 0x9E37_79B9_7F4A_7C15L) >>> (Long.SIZE - HASH_BITS);
    }

    /// Bits of an entry that say which of the run's blocks.
    private static int blockBits(long blocks) {
        return Long.SIZE - Long.numberOfLeadingZeros(blocks - 1);
    }

    /// What stands in a run of so many blocks for a key in one of them.
    static long entry(long key, int block, int blocks) {
        return hash(key) << blockBits(blocks) | block;
    }

    /// @param what names the index in messages
    /// @param base where the partition starts in the file
    Reader reader(String what, SegmentFile file, long base, PackedBlock.Decoder decoder) {
        return new Reader(what, file, base, decoder);
    }

    /// Reads pieces, each checked before it is used, and keeps the one read last. For one thread.
    final class Reader {
        private final String what;
        private final SegmentFile file;
        private final long base;
        private final PackedBlock.Decoder decoder;
        private final PackedLongs.Reader blocksOf;
        private final PackedLongs.Reader entriesOf;
        private final PackedLongs.Reader firsts;
        private final PackedLongs.Reader offsets;
        private final PackedLongs.Reader lengths;
        private final long[] entry = new long[BitPacking.BLOCK];
        private int loaded = -1;

        private Reader(String what, SegmentFile file, long base, PackedBlock.Decoder decoder) {
            this.what = what;
            this.file = file;
            this.base = base;
            this.decoder = decoder;
            blocksOf = runBlocks.reader(decoder);
            entriesOf = runEntries.reader(decoder);
            firsts = first.reader(decoder);
            offsets = offset.reader(decoder);
            lengths = bytes.reader(decoder);
        }

        int runCount() {
            return runBlocks.count();
        }

        int blocks(int run) {
            return (int) blocksOf.get(run);
        }

        /// Blocks that may hold any of the keys; those it leaves out hold none.
        BitSet find(long... keys) {
            long[] hashes = Arrays.stream(keys).map(BlockIndex::hash).sorted().distinct().toArray();
            var found = new BitSet();
            int block = 0;
            int piece = 0;
            for (int run = 0; run < runCount(); run++) {
                int entries = (int) entriesOf.get(run);
                for (long hash : hashes) {
                    find(hash, piece, entries, blockBits(blocks(run)), block, found);
                }
                block += blocks(run);
                piece += Math.ceilDiv(entries, BitPacking.BLOCK);
            }
            return found;
        }

        /// @param start   first piece of the run
        /// @param entries of the run
        /// @param block   first block of the run
        private void find(long hash, int start, int entries, int bits, int block, BitSet found) {
            long from = hash << bits;
            long to = (hash + 1) << bits;
            int end = start + Math.ceilDiv(entries, BitPacking.BLOCK);
            for (int piece = lastBefore(from, start, end);
                    piece < end && firsts.get(piece) < to;
                    piece++) {
                int count = load(piece, entries - (piece - start) * BitPacking.BLOCK);
                for (int i = firstAt(from, count); i < count && entry[i] < to; i++) {
                    found.set(block + (int) (entry[i] - from));
                }
            }
        }

        /// The last of the pieces `[start, end)` that begins below `from`, else the first.
        private int lastBefore(long from, int start, int end) {
            int low = start;
            int high = end;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (firsts.get(middle) < from) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return Math.max(start, low - 1);
        }

        private int firstAt(long from, int count) {
            int at = Arrays.binarySearch(entry, 0, count, from);
            return at < 0 ? -at - 1 : at;
        }

        /// Returns the number of entries of the piece.
        ///
        /// @param left entries of the run from here on
        private int load(int piece, int left) {
            int count = Math.min(BitPacking.BLOCK, left);
            if (piece != loaded) {
                loaded = -1;
                ByteSource source =
                        file.readChecked(
                                "piece " + piece + " of " + what,
                                base + offsets.get(piece),
                                lengths.get(piece));
                decoder.read(source, count, entry);
                source.expectEnd();
                if (entry[0] != firsts.get(piece)) {
                    throw source.corrupt(
                            "begins with %x (expected: %x)".formatted(entry[0], firsts.get(piece)));
                }
                loaded = piece;
            }
            return count;
        }

        /// All entries of a run.
        long[] entries(int run) {
            int piece = 0;
            for (int before = 0; before < run; before++) {
                piece += (int) Math.ceilDiv(entriesOf.get(before), BitPacking.BLOCK);
            }
            long[] all = new long[(int) entriesOf.get(run)];
            for (int start = 0; start < all.length; start += BitPacking.BLOCK) {
                int count = load(piece++, all.length - start);
                System.arraycopy(entry, 0, all, start, count);
            }
            return all;
        }
    }

    /// Writes one run after the other. For one thread.
    static final class Writer {
        private final SegmentOutput output;
        private final long base;
        private final PackedBlock.Encoder encoder;
        private final PackedLongs.Writer runBlocks;
        private final PackedLongs.Writer runEntries;
        private final PackedLongs.Writer firsts;
        private final PackedLongs.Writer offsets;
        private final PackedLongs.Writer lengths;
        private final ByteSink piece = new ByteSink(64);

        /// `hash << 32 | block of the run` of the run so far, in no order.
        private long[] entry = new long[64];

        private int entryCount;
        private int blocks;

        /// @param base where the partition starts in the file
        Writer(SegmentOutput output, long base, PackedBlock.Encoder encoder) {
            this.output = output;
            this.base = base;
            this.encoder = encoder;
            runBlocks = new PackedLongs.Writer(encoder);
            runEntries = new PackedLongs.Writer(encoder);
            firsts = new PackedLongs.Writer(encoder);
            offsets = new PackedLongs.Writer(encoder);
            lengths = new PackedLongs.Writer(encoder);
        }

        /// Says that the current block holds the key.
        void add(long key) {
            if (entryCount == entry.length) {
                entry = Arrays.copyOf(entry, 4 * entryCount);
            }
            entry[entryCount++] = hash(key) << Integer.SIZE | blocks;
        }

        void endBlock() throws IOException {
            blocks++;
            if (entryCount >= RUN_ENTRIES) {
                endRun();
            }
        }

        private void endRun() throws IOException {
            Arrays.sort(entry, 0, entryCount);
            int bits = blockBits(blocks);
            int count = 0;
            for (int i = 0; i < entryCount; i++) {
                if (i == 0 || entry[i] != entry[i - 1]) {
                    entry[count++] = entry[i];
                }
            }
            for (int i = 0; i < count; i++) {
                entry[i] = entry[i] >>> Integer.SIZE << bits | (int) entry[i];
            }
            for (int start = 0; start < count; start += BitPacking.BLOCK) {
                writePiece(start, Math.min(start + BitPacking.BLOCK, count));
            }
            runBlocks.add(blocks);
            runEntries.add(count);
            entryCount = 0;
            blocks = 0;
        }

        private void writePiece(int start, int end) throws IOException {
            piece.truncate(0);
            encoder.put(Arrays.copyOfRange(entry, start, end), end - start, piece);
            firsts.add(entry[start]);
            offsets.add(output.position() - base);
            output.putChecked(piece);
            lengths.add(piece.size());
        }

        /// Writes the last run.
        void finishBlocks() throws IOException {
            if (blocks > 0) {
                endRun();
            }
        }

        /// Writes where everything is, after [#finishBlocks].
        void finish(ByteSink sink) {
            sink.putVarint(runBlocks.count());
            runBlocks.finish(sink);
            runEntries.finish(sink);
            firsts.finish(sink);
            offsets.finish(sink);
            lengths.finish(sink);
        }
    }
}
