package io.flamekeeper.column;

import java.util.Arrays;

/// Up to [BitPacking#BLOCK] numbers of 64 bits as bytes; how many is known from elsewhere.
///
/// Every number is `base + unit · packed`, or, in differences, the number before plus that; all modulo 2⁶⁴. *u* is
/// a varint, *z* a zig-zag varint:
///
///     size   field
///     1      width w of a packed number, 0 to 64, plus 128 if these are differences
///     z      only in differences: the first number; its own packed number is 0
///     z      base
///     u      unit − 1
///     u      exceptions e
///     …      lowest min(w, 32) bits of every packed number, as BitPacking lays them out
///     …      only if w > 32: bits 32 to w of every packed number, likewise
///     e × …  position of the exception less that of the one before (the first: less 0), u; packed number
///            div 2ʷ, unsigned, u
///
/// A packed number of more than w bits is an exception: few large ones do not widen all.
public final class PackedBlock {
    private static final int DIFFERENCES = 0x80;

    private PackedBlock() {}

    /// Writes blocks. Not for use by several threads; reuse it, it keeps its arrays.
    public static final class Encoder {
        /// What an exception costs beside its high bits, in bytes.
        private static final int EXCEPTION_BYTES = 2;

        private static final long INT_MASK = 0xFFFF_FFFFL;

        private final Plan frame = new Plan();
        private final Plan differences = new Plan();
        private final long[] difference = new long[BitPacking.BLOCK];
        private final int[] half = new int[BitPacking.BLOCK];
        private final int[] countByBits = new int[Long.SIZE + 1];

        /// One way to write a block.
        private static final class Plan {
            final long[] packed = new long[BitPacking.BLOCK];
            long base;
            long unit;
            int width;
            int bytes;
        }

        /// Writes the first `count` numbers in the shorter of the two forms.
        public void put(long[] values, int count, ByteSink sink) {
            planFrame(values, count);
            planDifferences(values, count, true);
            if (frame.bytes <= differences.bytes) {
                write(frame, count, 0, 0, sink);
            } else {
                write(differences, count, DIFFERENCES, values[0], sink);
            }
        }

        /// Writes the first `count` numbers as they are.
        public void putFrame(long[] values, int count, ByteSink sink) {
            planFrame(values, count);
            write(frame, count, 0, 0, sink);
        }

        /// Writes the first `count` numbers as differences of unit 1 modulo 2³², so that a step back is an
        /// exception of few bytes. Only the lowest 32 bits can be read.
        public void putIntDifferences(long[] values, int count, ByteSink sink) {
            planDifferences(values, count, false);
            write(differences, count, DIFFERENCES, values[0], sink);
        }

        private void planFrame(long[] values, int count) {
            long base = Long.MAX_VALUE;
            for (int i = 0; i < count; i++) {
                base = Math.min(base, values[i]);
            }
            plan(frame, values, 0, count, base, true);
        }

        /// Rows begin with a step back; the others are seldom negative. So the smallest difference that is
        /// not negative is tried as a base too, with the steps back as exceptions.
        private void planDifferences(long[] values, int count, boolean units) {
            long base = Long.MAX_VALUE;
            long forward = Long.MAX_VALUE;
            int back = 0;
            for (int i = 1; i < count; i++) {
                long step = values[i] - values[i - 1];
                difference[i] = step;
                base = Math.min(base, step);
                if (step < 0) {
                    back++;
                } else {
                    forward = Math.min(forward, step);
                }
            }
            if (count == 1) {
                base = 0;
            }
            plan(differences, difference, 1, count, base, units);
            if (back > 0 && back < count / 8) {
                long unit = differences.unit;
                long backBase = differences.base;
                int backBytes = differences.bytes;
                int backWidth = differences.width;
                plan(differences, difference, 1, count, forward, units);
                if (backBytes < differences.bytes) {
                    plan(differences, difference, 1, count, backBase, units);
                    assert differences.width == backWidth && differences.unit == unit;
                }
            }
            differences.packed[0] = 0;
        }

        /// Subtracts the base and divides by the greatest common divisor; then chooses the width.
        private void plan(Plan plan, long[] values, int from, int count, long base, boolean units) {
            ExactDivisor unit = units ? unit(values, from, count, base) : ExactDivisor.ONE;
            for (int i = from; i < count; i++) {
                long above = values[i] - base;
                plan.packed[i] = units ? unit.quotient(above) : above & INT_MASK;
            }
            plan.base = base;
            plan.unit = unit.value();
            chooseWidth(plan, from, count);
        }

        private static ExactDivisor unit(long[] values, int from, int count, long base) {
            ExactDivisor unit = ExactDivisor.ONE;
            long divisor = 0;
            for (int i = from; i < count; i++) {
                long above = values[i] - base;
                if (((values[i] ^ base) & (values[i] ^ above)) < 0) {
                    return ExactDivisor.ONE;
                }
                long size = Math.abs(above);
                if (size == 0 || (divisor != 0 && unit.divides(size))) {
                    continue;
                }
                divisor = greatestCommonDivisor(size, divisor);
                if (divisor == 1 || divisor < 0) {
                    return ExactDivisor.ONE;
                }
                unit = ExactDivisor.of(divisor);
            }
            return unit;
        }

        private static long greatestCommonDivisor(long one, long other) {
            long larger = one;
            long smaller = other;
            while (smaller != 0) {
                long rest = larger % smaller;
                larger = smaller;
                smaller = rest;
            }
            return larger;
        }

        private void chooseWidth(Plan plan, int from, int count) {
            Arrays.fill(countByBits, 0);
            for (int i = from; i < count; i++) {
                countByBits[Long.SIZE - Long.numberOfLeadingZeros(plan.packed[i])]++;
            }
            long best = Long.MAX_VALUE;
            long exceptions = 0;
            long highBits = 0;
            for (int width = Long.SIZE; width >= 0; width--) {
                long bits =
                        (long) count * width
                                + exceptions * EXCEPTION_BYTES * Byte.SIZE
                                + highBits * Byte.SIZE / 7;
                if (bits <= best) {
                    best = bits;
                    plan.width = width;
                    plan.bytes = (int) (bits / Byte.SIZE);
                }
                exceptions += countByBits[width];
                highBits += exceptions;
            }
        }

        private void write(Plan plan, int count, int form, long first, ByteSink sink) {
            int width = plan.width;
            sink.putByte(width | form);
            if (form == DIFFERENCES) {
                sink.putZigZag(first);
            }
            sink.putZigZag(plan.base);
            sink.putVarint(plan.unit - 1);
            int exceptions = 0;
            for (int i = 0; i < count && width < Long.SIZE; i++) {
                exceptions += plan.packed[i] >>> width != 0 ? 1 : 0;
            }
            sink.putVarint(exceptions);
            for (int i = 0; i < count; i++) {
                half[i] = (int) plan.packed[i];
            }
            BitPacking.pack(half, count, Math.min(width, Integer.SIZE), sink);
            if (width > Integer.SIZE) {
                for (int i = 0; i < count; i++) {
                    half[i] = (int) (plan.packed[i] >>> Integer.SIZE);
                }
                BitPacking.pack(half, count, width - Integer.SIZE, sink);
            }
            int before = 0;
            for (int i = 0; i < count && exceptions > 0; i++) {
                if (plan.packed[i] >>> width != 0) {
                    sink.putVarint(i - before);
                    sink.putVarint(plan.packed[i] >>> width);
                    before = i;
                    exceptions--;
                }
            }
        }
    }

    /// Reads blocks. Not for use by several threads; reuse it, it keeps its arrays.
    public static final class Decoder {
        private final int[] words = new int[BitPacking.BLOCK];
        private final int[] low = new int[BitPacking.BLOCK];
        private final int[] high = new int[BitPacking.BLOCK];

        /// Reads a block of `count` numbers into the first elements of the array.
        ///
        /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
        public void read(ByteSource source, int count, long[] values) {
            int control = source.nextByte();
            int width = width(source, control);
            boolean isDifferences = (control & DIFFERENCES) != 0;
            long first = isDifferences ? source.nextZigZag() : 0;
            long base = source.nextZigZag();
            long unit = source.nextVarint() + 1;
            int exceptions = source.nextInt(count);
            unpack(source, count, width);
            if (width > Integer.SIZE) {
                for (int i = 0; i < count; i++) {
                    values[i] = (long) high[i] << Integer.SIZE | (low[i] & Encoder.INT_MASK);
                }
                scale(values, count, base, unit);
            } else {
                widen(low, count, base, unit, values);
            }
            patch(source, exceptions, count, width, unit, values);
            if (isDifferences) {
                values[0] = first;
                for (int i = 1; i < count; i++) {
                    values[i] += values[i - 1];
                }
            }
        }

        private static void scale(long[] values, int count, long base, long unit) {
            for (int i = 0; i < count; i++) {
                values[i] = base + unit * values[i];
            }
        }

        private static void widen(int[] low, int count, long base, long unit, long[] values) {
            for (int i = 0; i < count; i++) {
                values[i] = base + unit * (low[i] & Encoder.INT_MASK);
            }
        }

        private static void patch(
                ByteSource source, int exceptions, int count, int width, long unit, long[] values) {
            int at = 0;
            for (int i = 0; i < exceptions; i++) {
                at += source.nextInt(count - 1 - at);
                values[at] += unit * (source.nextVarint() << width);
            }
        }

        /// Reads a block of `count` numbers, of which only the lowest 32 bits matter.
        ///
        /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
        public void read(ByteSource source, int count, int[] values) {
            int control = source.nextByte();
            int width = width(source, control);
            boolean isDifferences = (control & DIFFERENCES) != 0;
            int first = isDifferences ? (int) source.nextZigZag() : 0;
            int base = (int) source.nextZigZag();
            int unit = (int) source.nextVarint() + 1;
            int exceptions = source.nextInt(count);
            unpack(source, count, width);
            int at = 0;
            for (int i = 0; i < exceptions; i++) {
                at += source.nextInt(count - 1 - at);
                low[at] |= (int) (source.nextVarint() << width);
            }
            if (!isDifferences) {
                for (int i = 0; i < count; i++) {
                    values[i] = base + unit * low[i];
                }
            } else if (unit == 1) {
                int value = first - base;
                for (int i = 0; i < count; i++) {
                    value += base + low[i];
                    values[i] = value;
                }
            } else {
                int value = first - base;
                for (int i = 0; i < count; i++) {
                    value += base + unit * low[i];
                    values[i] = value;
                }
            }
        }

        private static int width(ByteSource source, int control) {
            int width = control & ~DIFFERENCES;
            if (width > Long.SIZE) {
                throw source.corrupt("numbers of " + width + " bits");
            }
            return width;
        }

        private void unpack(ByteSource source, int count, int width) {
            int lowWidth = Math.min(width, Integer.SIZE);
            int start = source.skip(BitPacking.byteCount(count, lowWidth));
            BitPacking.unpack(source.array(), start, count, lowWidth, words, low);
            if (width > Integer.SIZE) {
                int highWidth = width - Integer.SIZE;
                start = source.skip(BitPacking.byteCount(count, highWidth));
                BitPacking.unpack(source.array(), start, count, highWidth, words, high);
            }
        }
    }
}
