package io.flamekeeper.testkit;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads the bytes of an encoded stack tree, as a client does.
public final class TreeReader {
    private TreeReader() {}

    public static StackTree read(byte[] bytes) {
        if (bytes.length == 0) {
            return StackTree.EMPTY;
        }
        var in = ByteBuffer.wrap(bytes);
        List<String> names = new ArrayList<>();
        List<Integer> parent = new ArrayList<>();
        List<Long> self = new ArrayList<>();
        List<Integer> callers = new ArrayList<>(List.of(StackTable.NONE));
        while (!callers.isEmpty()) {
            int node = names.size();
            parent.add(callers.removeLast());
            byte[] name = new byte[(int) varint(in)];
            in.get(name);
            names.add(new String(name, StandardCharsets.UTF_8));
            self.add(varint(in));
            long children = varint(in);
            for (long i = 0; i < children; i++) {
                callers.add(node);
            }
        }
        if (in.hasRemaining()) {
            throw new IllegalStateException(in.remaining() + " bytes after the tree");
        }
        List<String> unique = names.stream().distinct().toList();
        int[] name = new int[names.size()];
        for (int node = 0; node < name.length; node++) {
            name[node] = node == 0 ? StackTable.NONE : unique.indexOf(names.get(node));
        }
        return StackTree.of(
                unique,
                name.length,
                parent.stream().mapToInt(Integer::intValue).toArray(),
                name,
                self.stream().mapToLong(Long::longValue).toArray());
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
