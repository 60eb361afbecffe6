package io.flamekeeper.format.jfr;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Reads the frames of one stack after the other into two columns, the innermost first.
///
/// Nearly everybody writes a frame as four integers: method, line, bytecode index, type. If they have no more
/// than 8 bytes they are read at once: the bytes without a high bit, which end an integer, say where each
/// begins.
final class FrameReader {
    private static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int INTEGERS = 4;

    private final byte[] body;
    private final ChunkReader reader;
    private final Layout layout;
    private final boolean isUsual;
    private final long[] fields = new long[Word.COUNT];
    private long[] method = new long[256];
    private int[] line = new int[256];
    private int count;

    // The stack before.
    private long[] methodBefore = new long[256];
    private int[] lineBefore = new int[256];
    private int countBefore;

    FrameReader(byte[] body, ChunkHeader header, Layout layout) {
        this.body = body;
        this.reader = new ChunkReader(body, header.start(), header.end());
        this.layout = layout;
        this.isUsual =
                layout.isAllVarints()
                        && layout.length() == INTEGERS
                        && layout.indexOf(Word.METHOD) == 0
                        && layout.indexOf(Word.LINE_NUMBER) == 1;
    }

    /// Reads the stack that lies at a position; it has been skipped once, so it is all there.
    void read(int at) {
        keepAsBefore();
        reader.seek(at);
        int frames = layout.length() == 0 ? 0 : reader.count();
        if (method.length < frames) {
            method = new long[2 * frames];
            line = new int[2 * frames];
        }
        count = 0;
        while (count < frames) {
            if (isUsual) {
                readUsual(frames);
            }
            if (count < frames) {
                layout.read(reader, fields);
                method[count] = fields[Word.METHOD.number()];
                line[count++] = (int) fields[Word.LINE_NUMBER.number()];
            }
        }
    }

    private void keepAsBefore() {
        long[] free = methodBefore;
        methodBefore = method;
        method = free;
        int[] freeLines = lineBefore;
        lineBefore = line;
        line = freeLines;
        countBefore = count;
    }

    /// **Hot path.** How many frames, the outermost first, are those of the stack that was read before.
    /// Benchmark: `JfrDecodeBenchmark`.
    int commonWithBefore() {
        int common = 0;
        for (int i = count - 1, j = countBefore - 1; i >= 0 && j >= 0; i--, j--) {
            if (method[i] != methodBefore[j] || line[i] != lineBefore[j]) {
                break;
            }
            common++;
        }
        return common;
    }

    /// **Hot path.** Reads frames as long as they have 8 bytes at most. Benchmark: `JfrDecodeBenchmark`.
    private void readUsual(int frames) {
        int at = reader.position();
        int safe = at + reader.remaining() - Long.BYTES;
        int read = count;
        while (read < frames && at <= safe) {
            long bytes = (long) LITTLE_ENDIAN_LONG.get(body, at);
            long first = ~bytes & HIGH_BITS;
            long second = first & (first - 1);
            long third = second & (second - 1);
            long fourth = third & (third - 1);
            if (fourth == 0) {
                break;
            }
            // With four integers in 8 bytes, none has more than 5, and [ChunkReader#value] takes 8.
            method[read] = ChunkReader.value(bytes & (first ^ (first - 1)));
            int start = Long.numberOfTrailingZeros(first) + 1;
            line[read] = (int) ChunkReader.value((bytes & (second ^ (second - 1))) >>> start);
            at += (Long.numberOfTrailingZeros(fourth) >>> 3) + 1;
            read++;
        }
        count = read;
        reader.seek(at);
    }

    int count() {
        return count;
    }

    /// Id of the method.
    long method(int frame) {
        return method[frame];
    }

    /// Line, negative if it is not known.
    int line(int frame) {
        return line[frame];
    }
}
