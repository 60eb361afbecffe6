package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.FIXED64;
import static io.flamekeeper.format.ProtoReader.VARINT;

import io.flamekeeper.format.ProtoReader;
import java.util.Arrays;

/// Where a sample has its fields. Version 1.10 of the definitions gave other numbers to three of them and kept the
/// name of everything, so a message does not say which it means. What its samples can mean says it.
///
/// @param attributes field number of the attributes
/// @param link       of the link
/// @param values     of the values
record SampleLayout(int attributes, int link, int values) {
    static final SampleLayout CURRENT = new SampleLayout(2, 3, 4);
    static final SampleLayout BEFORE_1_10 = new SampleLayout(3, 4, 2);

    static final int TIMESTAMPS = 5;

    /// What the fields of one sample are, whatever they mean. Index is the field number.
    static final class Ballot {
        private final ProtoReader reader;
        private final int attributeCount;
        private final int linkCount;
        private final boolean[] packed = new boolean[TIMESTAMPS + 1];
        private final boolean[] single = new boolean[TIMESTAMPS + 1];
        private final int[] count = new int[TIMESTAMPS + 1];

        /// The greatest, unsigned.
        private final long[] greatest = new long[TIMESTAMPS + 1];

        Ballot(ProtoReader reader, int attributeCount, int linkCount) {
            this.reader = reader;
            this.attributeCount = attributeCount;
            this.linkCount = linkCount;
        }

        /// Reads the sample in the reader's window.
        void read() {
            Arrays.fill(packed, false);
            Arrays.fill(single, false);
            Arrays.fill(count, 0);
            Arrays.fill(greatest, 0);
            while (reader.hasMore()) {
                int tag = reader.tag();
                int field = tag >>> 3;
                if (field > TIMESTAMPS) {
                    reader.skip(tag);
                    continue;
                }
                switch (tag & 7) {
                    case VARINT -> {
                        single[field] = true;
                        add(field);
                    }
                    case DELIMITED -> {
                        packed[field] = true;
                        readPacked(field);
                    }
                    case FIXED64 -> {
                        single[field] = true;
                        count[field]++;
                        reader.skip(tag);
                    }
                    default -> reader.skip(tag);
                }
            }
        }

        private void readPacked(int field) {
            int outer = reader.enter();
            if (field == TIMESTAMPS) {
                count[field] += (reader.limit() - reader.position()) / Long.BYTES;
            } else {
                while (reader.hasMore()) {
                    add(field);
                }
            }
            reader.leave(outer);
        }

        private void add(int field) {
            long value = reader.varint();
            greatest[field] =
                    Long.compareUnsigned(value, greatest[field]) > 0 ? value : greatest[field];
            count[field]++;
        }

        /// Whether the sample makes sense in the layout: all that it refers to exists, a link is one number, there is
        /// something to count, as many values as times if there are both. Nobody packs one list of numbers and
        /// not another.
        boolean fits(SampleLayout layout) {
            int attributes = layout.attributes;
            int values = layout.values;
            boolean isPacked = packed[attributes] || packed[values] || packed[TIMESTAMPS];
            boolean isSingle = single[attributes] || single[values] || single[TIMESTAMPS];
            return !packed[layout.link]
                    && count[layout.link] <= 1
                    && isBelow(greatest[layout.link], Math.max(linkCount, 1))
                    && (count[attributes] == 0 || isBelow(greatest[attributes], attributeCount))
                    && !(isPacked && isSingle)
                    && count[values] + count[TIMESTAMPS] > 0
                    && (count[values] == 0
                            || count[TIMESTAMPS] == 0
                            || count[values] == count[TIMESTAMPS]);
        }

        private static boolean isBelow(long value, int count) {
            return value >= 0 && value < count;
        }
    }
}
