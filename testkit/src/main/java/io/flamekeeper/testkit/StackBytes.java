package io.flamekeeper.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Writes stacks and how often each was seen in every format that spells them out, with every freedom that the
/// format leaves. Stacks are names of frames, the outermost first; amounts are above 0.
public final class StackBytes {
    private static final JsonMapper JSON = new JsonMapper();

    private final Map<List<String>, Long> amounts;
    private final SplittableRandom random;

    public StackBytes(Map<List<String>, Long> amounts, SplittableRandom random) {
        this.amounts = amounts;
        this.random = random;
    }

    /// Up to a hundred stacks of a few names, of which some are odd.
    ///
    /// @param names what frames are called
    public static Map<List<String>, Long> drawn(SplittableRandom random, List<String> names) {
        Map<List<String>, Long> drawn = new HashMap<>();
        int stacks = random.nextInt(100);
        int used = 1 + random.nextInt(names.size());
        for (int i = 0; i < stacks; i++) {
            List<String> stack = new ArrayList<>();
            for (int depth = random.nextInt(12); depth >= 0; depth--) {
                stack.add(names.get(random.nextInt(used)));
            }
            drawn.put(stack, 1L + random.nextInt(random.nextBoolean() ? 10 : 1_000_000));
        }
        return drawn;
    }

    /// A line for each stack, some for a part of its amount.
    public byte[] groups() {
        var text = new StringBuilder();
        for (var entry : shuffled()) {
            long part = random.nextBoolean() ? entry.getValue() / 2 : 0;
            line(text, entry.getKey(), " " + (entry.getValue() - part));
            if (part > 0) {
                line(text, entry.getKey(), " " + part);
            }
        }
        return text.toString().getBytes(UTF_8);
    }

    /// As many lines as the amounts say.
    public byte[] lines() {
        var text = new StringBuilder();
        for (var entry : shuffled()) {
            for (long seen = 0; seen < entry.getValue(); seen++) {
                line(text, entry.getKey(), "");
            }
        }
        return text.toString().getBytes(UTF_8);
    }

    private void line(StringBuilder text, List<String> stack, String count) {
        text.append(String.join(";", stack))
                .append(random.nextInt(9) == 0 ? ";" : "")
                .append(count);
        text.append(random.nextBoolean() ? "\n" : "\r\n");
        text.append(random.nextInt(9) == 0 ? "\n" : "");
    }

    private List<Map.Entry<List<String>, Long>> shuffled() {
        List<Map.Entry<List<String>, Long>> entries = new ArrayList<>(amounts.entrySet());
        for (int i = entries.size() - 1; i > 0; i--) {
            entries.set(i, entries.set(random.nextInt(i + 1), entries.get(i)));
        }
        return entries;
    }

    /// A node of a call tree, or of a tree of bytes.
    private static final class Node<K> {
        private final Map<K, Node<K>> calls = new LinkedHashMap<>();
        private long self;

        void add(List<K> path, long amount) {
            Node<K> node = this;
            for (K step : path) {
                node = node.calls.computeIfAbsent(step, _ -> new Node<>());
            }
            node.self += amount;
        }
    }

    private Node<String> callTree() {
        var root = new Node<String>();
        shuffled().forEach(entry -> root.add(entry.getKey(), entry.getValue()));
        return root;
    }

    public byte[] tree() {
        var out = new ByteArrayOutputStream();
        writeTree(out, "", callTree());
        return out.toByteArray();
    }

    private static void writeTree(ByteArrayOutputStream out, String name, Node<String> node) {
        writeNode(out, name.getBytes(UTF_8), node.self, node.calls.size());
        node.calls.forEach((called, child) -> writeTree(out, called, child));
    }

    /// Pieces end where stacks part and, by chance, anywhere else.
    public byte[] trie() {
        var root = new Node<Byte>();
        for (var entry : shuffled()) {
            List<Byte> key = new ArrayList<>();
            for (byte value : String.join(";", entry.getKey()).getBytes(UTF_8)) {
                key.add(value);
            }
            root.add(key, entry.getValue());
        }
        var out = new ByteArrayOutputStream();
        if (!amounts.isEmpty()) {
            writeTrie(out, new ByteArrayOutputStream(), root);
        }
        return out.toByteArray();
    }

    private void writeTrie(
            ByteArrayOutputStream out, ByteArrayOutputStream piece, Node<Byte> node) {
        boolean goesOn = node.self == 0 && node.calls.size() == 1 && random.nextInt(12) > 0;
        ByteArrayOutputStream next = piece;
        if (!goesOn) {
            writeNode(out, piece.toByteArray(), node.self, node.calls.size());
            next = new ByteArrayOutputStream();
        }
        for (var call : node.calls.entrySet()) {
            var ofCall = new ByteArrayOutputStream();
            ofCall.writeBytes(next.toByteArray());
            ofCall.write(call.getKey());
            writeTrie(out, ofCall, call.getValue());
        }
    }

    /// One node of `tree` or `trie`, without those that it calls.
    public static void writeNode(ByteArrayOutputStream out, byte[] name, long self, long calls) {
        varint(out, name.length);
        out.writeBytes(name);
        varint(out, self);
        varint(out, calls);
    }

    public static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /// One sampled profile.
    public byte[] sampled(String unit) {
        var file = new Speedscope();
        ObjectNode profile = file.profile("sampled", "one", unit);
        ArrayNode samples = JSON.createArrayNode();
        ArrayNode weights = JSON.createArrayNode();
        for (var entry : shuffled()) {
            ArrayNode sample = samples.addArray();
            entry.getKey().forEach(name -> sample.add(file.frame(name)));
            weights.add(entry.getValue());
        }
        boolean weightsFirst = random.nextBoolean();
        profile.set(weightsFirst ? "weights" : "samples", weightsFirst ? weights : samples);
        profile.set(weightsFirst ? "samples" : "weights", weightsFirst ? samples : weights);
        return file.bytes();
    }

    /// One evented profile: the stacks as calls and returns, what a frame has for itself before, between and
    /// behind its calls.
    public byte[] evented(String unit) {
        var file = new Speedscope();
        ArrayNode events = file.profile("evented", "one", unit).putArray("events");
        long[] now = {random.nextInt(1_000)};
        callTree()
                .calls
                .forEach((name, node) -> {
                    writeCall(file, events, now, name, node);
                    now[0] += random.nextInt(3);
                });
        return file.bytes();
    }

    private void writeCall(
            Speedscope file, ArrayNode events, long[] now, String name, Node<String> node) {
        event(events, "O", now[0], file.frame(name));
        long left = node.self;
        for (var call : node.calls.entrySet()) {
            long before = left > 0 ? random.nextLong(left + 1) : 0;
            left -= before;
            now[0] += before;
            writeCall(file, events, now, call.getKey(), call.getValue());
        }
        now[0] += left;
        event(events, "C", now[0], file.frame(name));
    }

    private static void event(ArrayNode events, String type, long at, int frame) {
        events.addObject().put("type", type).put("at", at).put("frame", frame);
    }

    /// A file of which the members are in any order.
    private final class Speedscope {
        private final List<String> frames = new ArrayList<>();
        private final Map<String, Integer> indexByName = new HashMap<>();
        private final ArrayNode profiles = JSON.createArrayNode();

        int frame(String name) {
            return indexByName.computeIfAbsent(
                    name,
                    _ -> {
                        frames.add(name);
                        return frames.size() - 1;
                    });
        }

        ObjectNode profile(String type, String name, String unit) {
            return profiles.addObject()
                    .put("type", type)
                    .put("name", name)
                    .put("unit", unit)
                    .put("startValue", 0)
                    .put("endValue", 1);
        }

        byte[] bytes() {
            ObjectNode shared = JSON.createObjectNode();
            ArrayNode list = shared.putArray("frames");
            frames.forEach(name -> list.addObject().put("name", name).put("col", 3));
            Map<String, Object> members = new LinkedHashMap<>();
            String schema = "https://www.speedscope.app/file-format-schema.json";
            List<String> order =
                    random.nextBoolean()
                            ? List.of("exporter", "$schema", "shared", "profiles")
                            : List.of("profiles", "shared", "$schema", "exporter");
            for (String member : order) {
                members.put(
                        member,
                        switch (member) {
                            case "$schema" -> schema;
                            case "shared" -> shared;
                            case "profiles" -> profiles;
                            default -> Arrays.asList("by", Map.of("a", List.of(1, "test")));
                        });
            }
            return JSON.valueToTree(members).toString().getBytes(UTF_8);
        }
    }
}
