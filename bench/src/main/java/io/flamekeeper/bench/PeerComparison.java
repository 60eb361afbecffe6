package io.flamekeeper.bench;

import io.flamekeeper.bench.PeerDecode.Kind;
import io.flamekeeper.format.jfr.JfrFamily;
import io.flamekeeper.format.jfr.JfrRecording;
import io.flamekeeper.testkit.RawSample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Whether two readers found the same in a recording: a figure of one that reads less is none.
final class PeerComparison {
    private PeerComparison() {}

    /// Compares every stack of every kind of event, and what was measured there.
    ///
    /// @param periodNanos that ours was told
    /// @throws IllegalStateException if they differ by more than what ticks lose
    static void check(JfrRecording ours, long periodNanos, Map<Kind, List<PeerDecode.Row>> peers) {
        Map<Kind, Map<String, Long>> ourAmounts = new EnumMap<>(Kind.class);
        ours.profileByFamily()
                .forEach((family, profile) -> {
                    Kind kind = kind(family);
                    long unit = kind == Kind.CPU || kind == Kind.WALL ? periodNanos : 1;
                    for (RawSample sample : RawSample.of(profile)) {
                        List<String> frames = new ArrayList<>();
                        for (String frame : sample.rootFirst()) {
                            String[] part = frame.split("\\|");
                            int line = part[3].indexOf(':') + 1;
                            frames.add(
                                    frame(
                                            part[0],
                                            part[3].substring(line, part[3].indexOf('@', line))));
                        }
                        add(ourAmounts, kind, frames, sample.values().getLast() / unit);
                    }
                });
        Map<Kind, Map<String, Long>> peerAmounts = new EnumMap<>(Kind.class);
        peers.forEach((kind, rows) ->
                rows.forEach(row -> {
                    List<String> frames = new ArrayList<>();
                    for (int frame = row.line().length - 1; frame >= 0; frame--) {
                        frames.add(
                                frame(row.leafFirst()[frame], Integer.toString(row.line()[frame])));
                    }
                    add(
                            peerAmounts,
                            kind,
                            frames,
                            kind == Kind.LIVE_OBJECT ? row.count() : row.amount());
                }));
        if (!ourAmounts.keySet().equals(peerAmounts.keySet())) {
            throw different("kinds", ourAmounts.keySet(), peerAmounts.keySet());
        }
        ourAmounts.forEach((kind, amounts) -> compare(kind, amounts, peerAmounts.get(kind)));
    }

    private static void compare(Kind kind, Map<String, Long> ours, Map<String, Long> peers) {
        if (!ours.keySet().equals(peers.keySet())) {
            throw different("stacks of " + kind, without(ours, peers), without(peers, ours));
        }
        ours.forEach((stack, amount) -> {
            long off = Math.abs(amount - peers.get(stack));
            if (off > (kind == Kind.LOCK ? amount / 100_000 + 100 : 0)) {
                throw different(kind + " " + stack, amount, peers.get(stack));
            }
        });
        System.out.printf("# %s: %d stacks equal%n", kind, ours.size());
    }

    /// The first stack that the other does not have.
    private static String without(Map<String, Long> one, Map<String, Long> other) {
        return one.keySet().stream()
                .filter(stack -> !other.containsKey(stack))
                .findFirst()
                .orElse("nothing");
    }

    private static Kind kind(JfrFamily family) {
        return switch (family) {
            case CPU -> Kind.CPU;
            case WALL -> Kind.WALL;
            case ALLOCATION_IN_NEW_TLAB, ALLOCATION_OUTSIDE_TLAB, ALLOCATION_SAMPLE ->
                    Kind.ALLOCATION;
            case MONITOR_ENTER, THREAD_PARK -> Kind.LOCK;
            case LIVE_OBJECT -> Kind.LIVE_OBJECT;
            case MALLOC -> Kind.MALLOC;
        };
    }

    private static void add(
            Map<Kind, Map<String, Long>> amounts, Kind kind, List<String> frames, long amount) {
        if (amount != 0) {
            amounts.computeIfAbsent(kind, _ -> new TreeMap<>())
                    .merge(String.join(";", frames), amount, Long::sum);
        }
    }

    /// Without the class, which ours merges where it is generated, and the peer leaves out where it is a library.
    private static String frame(String name, String line) {
        return name.substring(name.lastIndexOf('.') + 1) + ":" + line;
    }

    private static IllegalStateException different(String what, Object ours, Object peers) {
        return new IllegalStateException(what + ": " + ours + " (expected: " + peers + ")");
    }
}
