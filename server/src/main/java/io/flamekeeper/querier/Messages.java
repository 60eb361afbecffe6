package io.flamekeeper.querier;

import com.google.protobuf.InvalidProtocolBufferException;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.querier.v1.FlameGraph;
import io.flamekeeper.api.querier.v1.FlameGraphDiff;
import io.flamekeeper.api.querier.v1.Level;
import io.flamekeeper.api.types.v1.LabelPair;
import io.flamekeeper.api.types.v1.Point;
import io.flamekeeper.api.types.v1.ProfileType;
import io.flamekeeper.api.types.v1.Series;
import io.flamekeeper.model.Labels;
import io.flamekeeper.query.TimeSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/// Results as messages.
final class Messages {
    private Messages() {}

    static ProfileType of(io.flamekeeper.model.ProfileType type) {
        return ProfileType.newBuilder()
                .setID(type.id())
                .setName(type.name())
                .setSampleType(type.sample().type())
                .setSampleUnit(type.sample().unit())
                .setPeriodType(type.period().type())
                .setPeriodUnit(type.period().unit())
                .build();
    }

    static FlameGraph of(io.flamekeeper.view.FlameGraph graph) {
        return FlameGraph.newBuilder()
                .addAllNames(graph.names())
                .addAllLevels(levels(graph.levels()))
                .setTotal(graph.total())
                .setMaxSelf(graph.maxSelf())
                .build();
    }

    static FlameGraphDiff of(io.flamekeeper.view.FlameGraphDiff diff) {
        return FlameGraphDiff.newBuilder()
                .addAllNames(diff.names())
                .addAllLevels(levels(diff.levels()))
                .setTotal(diff.total())
                .setMaxSelf(diff.maxSelf())
                .setLeftTicks(diff.leftTicks())
                .setRightTicks(diff.rightTicks())
                .build();
    }

    private static List<Level> levels(List<long[]> rows) {
        List<Level> levels = new ArrayList<>(rows.size());
        for (long[] row : rows) {
            var level = Level.newBuilder();
            for (long value : row) {
                level.addValues(value);
            }
            levels.add(level.build());
        }
        return levels;
    }

    static List<LabelPair> of(Labels labels) {
        List<LabelPair> pairs = new ArrayList<>(labels.count());
        for (int i = 0; i < labels.count(); i++) {
            pairs.add(pair(labels.name(i), labels.value(i)));
        }
        return pairs;
    }

    private static LabelPair pair(String name, String value) {
        return LabelPair.newBuilder().setName(name).setValue(value).build();
    }

    /// @param groupBy the order that the labels go out in
    static Series of(TimeSeries series, List<String> groupBy) {
        var message = Series.newBuilder();
        for (String name : new LinkedHashSet<>(groupBy)) {
            String value = series.labels().value(name);
            if (!value.isEmpty()) {
                message.addLabels(pair(name, value));
            }
        }
        for (int i = 0; i < series.timeMillis().length; i++) {
            message.addPoints(
                    Point.newBuilder()
                            .setTimestamp(series.timeMillis()[i])
                            .setValue(series.value()[i]));
        }
        return message.build();
    }

    /// @param pprof bytes that we wrote
    static Profile profile(byte[] pprof) {
        try {
            return Profile.parseFrom(pprof);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "our own pprof does not parse, first bytes "
                            + Arrays.toString(Arrays.copyOf(pprof, Math.min(16, pprof.length))),
                    e);
        }
    }
}
