package io.flamekeeper.view;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Utf8Order;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The JSON that `render` and `render-diff` answer with, as UTF-8. Numbers are JSON numbers.
public final class FlamebearerJson {
    private FlamebearerJson() {}

    /// @param groups timeline by value of the label that was grouped by; empty = not grouped
    public static byte[] render(
            FlameGraph graph, ProfileType type, Timeline timeline, Map<String, Timeline> groups) {
        var json = new ByteSink();
        begin(json, graph.names(), graph.levels(), graph.total(), graph.maxSelf(), type, "single");
        json.ascii(",\"timeline\":");
        timeline(json, timeline);
        json.ascii(",\"groups\":");
        groups(json, groups);
        json.ascii(",\"heatmap\":null}");
        return json.toBytes();
    }

    public static byte[] renderDiff(FlameGraphDiff diff, ProfileType type) {
        var json = new ByteSink();
        begin(json, diff.names(), diff.levels(), diff.total(), diff.maxSelf(), type, "double");
        json.ascii(",\"timeline\":null,\"groups\":null,\"heatmap\":null");
        ticks(json, ",\"leftTicks\":", diff.leftTicks());
        ticks(json, ",\"rightTicks\":", diff.rightTicks());
        json.write('}');
        return json.toBytes();
    }

    private static void begin(
            ByteSink json,
            List<String> names,
            List<long[]> levels,
            long total,
            long maxSelf,
            ProfileType type,
            String format) {
        json.ascii("{\"version\":1,\"flamebearer\":{\"names\":[");
        for (int i = 0; i < names.size(); i++) {
            comma(json, i);
            JsonText.string(json, names.get(i));
        }
        json.ascii("],\"levels\":[");
        for (int i = 0; i < levels.size(); i++) {
            comma(json, i);
            numbers(json, levels.get(i));
        }
        json.ascii("],\"numTicks\":");
        JsonText.number(json, total);
        json.ascii(",\"maxSelf\":");
        JsonText.number(json, maxSelf);
        json.ascii("},\"metadata\":{\"format\":\"");
        json.ascii(format);
        json.ascii("\",\"spyName\":\"\",\"sampleRate\":");
        JsonText.number(json, type.sample().type().equals("cpu") ? 1_000_000_000 : 100);
        json.ascii(",\"units\":");
        JsonText.string(json, units(type));
        json.ascii(",\"name\":");
        JsonText.string(json, type.sample().type());
        json.write('}');
    }

    private static String units(ProfileType type) {
        return switch (type.sample().type()) {
            case "inuse_objects", "alloc_objects", "goroutine", "samples" -> "objects";
            case "cpu" -> "samples";
            default -> type.sample().unit();
        };
    }

    private static void groups(ByteSink json, Map<String, Timeline> groups) {
        if (groups.isEmpty()) {
            json.ascii("null");
            return;
        }
        Map<String, Timeline> sorted = new TreeMap<>(Utf8Order.COMPARATOR);
        sorted.putAll(groups);
        json.write('{');
        int written = 0;
        for (var group : sorted.entrySet()) {
            comma(json, written++);
            JsonText.string(json, group.getKey());
            json.write(':');
            timeline(json, group.getValue());
        }
        json.write('}');
    }

    private static void timeline(ByteSink json, Timeline timeline) {
        json.ascii("{\"startTime\":");
        JsonText.number(json, timeline.startSeconds());
        json.ascii(",\"samples\":");
        numbers(json, timeline.samples());
        json.ascii(",\"durationDelta\":");
        JsonText.number(json, timeline.stepSeconds());
        json.ascii(",\"watermarks\":null}");
    }

    private static void numbers(ByteSink json, long[] values) {
        json.write('[');
        for (int i = 0; i < values.length; i++) {
            comma(json, i);
            JsonText.number(json, values[i]);
        }
        json.write(']');
    }

    private static void ticks(ByteSink json, String key, long ticks) {
        if (ticks != 0) {
            json.ascii(key);
            JsonText.number(json, ticks);
        }
    }

    private static void comma(ByteSink json, int before) {
        if (before > 0) {
            json.write(',');
        }
    }
}
