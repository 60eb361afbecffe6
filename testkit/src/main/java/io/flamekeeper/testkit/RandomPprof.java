package io.flamekeeper.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Valid pprof in every way that protobuf lets it be written: fields in any order, packed and not, in
/// several pieces, varints padded, unknown fields and groups between them, a scalar said twice.
public final class RandomPprof {
    private final SplittableRandom random;
    private final boolean sparse;

    private RandomPprof(SplittableRandom random) {
        this.random = random;
        this.sparse = random.nextInt(3) == 0;
    }

    public static byte[] next(SplittableRandom random) {
        return new RandomPprof(random).profile();
    }

    private byte[] profile() {
        List<String> strings = new ArrayList<>(List.of(""));
        int stringCount = 2 + random.nextInt(30);
        while (strings.size() < stringCount) {
            strings.add(text());
        }
        List<Long> mappings = ids(random.nextInt(4));
        List<Long> functions = ids(1 + random.nextInt(20));
        List<Long> locations = ids(1 + random.nextInt(25));
        int types = 1 + random.nextInt(4);
        Fields profile = new Fields();
        for (int type = 0; type < types; type++) {
            profile.message(1, new Fields().number(1, one(strings)).number(2, one(strings)));
        }
        int samples = random.nextInt(40);
        for (int sample = 0; sample < samples; sample++) {
            profile.message(2, sample(locations, types, strings));
        }
        for (long id : mappings) {
            Fields mapping = new Fields().number(1, random.nextLong()).number(1, id);
            for (int field = 2; field <= 4; field++) {
                mapping.number(field, random.nextLong());
            }
            mapping.number(5, one(strings)).number(6, one(strings));
            for (int field = 7; field <= 10; field++) {
                mapping.number(field, random.nextInt(3));
            }
            profile.message(3, mapping);
        }
        for (long id : locations) {
            Fields location = new Fields().number(1, id).number(3, random.nextLong());
            if (!mappings.isEmpty() && random.nextBoolean()) {
                location.number(2, one(mappings));
            }
            int lines = random.nextInt(4);
            for (int line = 0; line < lines; line++) {
                location.message(
                        4, new Fields().number(1, one(functions)).number(2, random.nextInt(1_000)));
            }
            profile.message(4, location);
        }
        for (long id : functions) {
            Fields function = new Fields().number(1, id);
            for (int field = 2; field <= 4; field++) {
                function.number(field, one(strings));
            }
            profile.message(5, function.number(5, random.nextInt(500)));
        }
        strings.forEach(string -> profile.delimited(6, string.getBytes(StandardCharsets.UTF_8)));
        profile.number(9, random.nextLong()).number(10, random.nextLong());
        profile.message(11, new Fields().number(1, one(strings)));
        profile.message(11, new Fields().number(2, one(strings)));
        return profile.number(12, random.nextLong()).bytes();
    }

    private Fields sample(List<Long> locations, int types, List<String> strings) {
        Fields sample = new Fields();
        int depth = random.nextInt(12);
        List<Long> path = new ArrayList<>();
        for (int level = 0; level < depth; level++) {
            path.add(locations.get(random.nextInt(locations.size())));
        }
        sample.repeated(1, path);
        List<Long> values = new ArrayList<>();
        for (int type = 0; type < types; type++) {
            values.add(random.nextInt(8) == 0 ? random.nextLong() : random.nextLong(1_000));
        }
        sample.repeated(2, values);
        int labels = random.nextInt(3);
        for (int label = 0; label < labels; label++) {
            Fields fields = new Fields().number(1, one(strings));
            sample.message(
                    3,
                    random.nextBoolean()
                            ? fields.number(2, one(strings))
                            : fields.number(3, random.nextLong()));
        }
        return sample;
    }

    private List<Long> ids(int count) {
        Set<Long> used = new HashSet<>();
        List<Long> ids = new ArrayList<>();
        while (ids.size() < count) {
            long id = sparse ? random.nextLong() : 1 + random.nextLong(2L * count);
            if (id != 0 && used.add(id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    /// Returns an id of a list of ids, an index of any other list.
    private long one(List<?> list) {
        int index = random.nextInt(list.size());
        return list.get(index) instanceof Long id ? id : index;
    }

    private String text() {
        int length = random.nextInt(20);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int point =
                    random.nextInt(10) == 0 ? random.nextInt(0x11_0000) : 'a' + random.nextInt(26);
            boolean surrogate =
                    point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            text.appendCodePoint(surrogate ? 'x' : point);
        }
        return text.toString();
    }

    /// Fields of a message to be; those of one number keep their order, and numbers mix.
    private final class Fields {
        private final TreeMap<Integer, List<byte[]>> byNumber = new TreeMap<>();

        Fields number(int field, long value) {
            return add(field, 0, varint(value));
        }

        Fields message(int field, Fields message) {
            return delimited(field, message.bytes());
        }

        Fields delimited(int field, byte[] content) {
            return add(field, 2, prefixed(content));
        }

        Fields repeated(int field, List<Long> values) {
            int next = 0;
            while (next < values.size()) {
                if (random.nextInt(4) == 0) {
                    number(field, values.get(next++));
                } else {
                    int end = next + random.nextInt(values.size() - next + 1);
                    var packed = new ByteArrayOutputStream();
                    values.subList(next, end).forEach(value -> packed.writeBytes(varint(value)));
                    delimited(field, packed.toByteArray());
                    next = end;
                }
            }
            return this;
        }

        private Fields add(int field, int wireType, byte[] content) {
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(Varint.of(((long) field << 3) | wireType));
            bytes.writeBytes(content);
            byNumber.computeIfAbsent(field, _ -> new ArrayList<>()).add(bytes.toByteArray());
            return this;
        }

        byte[] bytes() {
            if (random.nextInt(4) == 0) {
                unknown();
            }
            var bytes = new ByteArrayOutputStream();
            while (!byNumber.isEmpty()) {
                var fields = List.copyOf(byNumber.entrySet());
                var field = fields.get(random.nextInt(fields.size()));
                bytes.writeBytes(field.getValue().removeFirst());
                if (field.getValue().isEmpty()) {
                    byNumber.remove(field.getKey());
                }
            }
            return bytes.toByteArray();
        }

        private void unknown() {
            int field = 100 + random.nextInt(1_000);
            switch (random.nextInt(4)) {
                case 0 -> number(field, random.nextLong());
                case 1 -> delimited(field, new byte[random.nextInt(9)]);
                case 2 -> add(field, 5, new byte[4]);
                default -> {
                    var group = new ByteArrayOutputStream();
                    group.writeBytes(Varint.of((7 << 3) | 3));
                    group.writeBytes(Varint.of((8 << 3) | 1));
                    group.writeBytes(new byte[8]);
                    group.writeBytes(Varint.of((7 << 3) | 4));
                    group.writeBytes(Varint.of(((long) field << 3) | 4));
                    add(field, 3, group.toByteArray());
                }
            }
        }

        private byte[] prefixed(byte[] content) {
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(Varint.of(content.length));
            bytes.writeBytes(content);
            return bytes.toByteArray();
        }
    }

    /// Padded in one of eight cases.
    private byte[] varint(long value) {
        return Varint.padded(value, random.nextInt(8) == 0 ? 1 + random.nextInt(10) : 1);
    }
}
