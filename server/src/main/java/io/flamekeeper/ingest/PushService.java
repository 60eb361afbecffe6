package io.flamekeeper.ingest;

import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.PushResponse;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.http.Call;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.SeriesLabels;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `push.v1.PusherService`: how newer clients and collectors send profiles.
///
/// Every sample of a request is taken or refused for itself. If any is refused the call fails and names each,
/// but the others are stored.
public final class PushService {
    /// Groups held before they go to the store: bounds the memory of a request of many small bombs.
    private static final int GROUPS_MAX = 64;

    private final Intake intake;
    private final IntakeLimits limits;
    private final Appender appender;

    public PushService(Intake intake, IntakeLimits limits, Appender appender) {
        this.intake = intake;
        this.limits = limits;
        this.appender = appender;
    }

    public List<RpcMethod<?, ?>> methods() {
        return List.of(
                RpcMethod.of(
                        "push.v1.PusherService",
                        "Push",
                        PushRequest.getDefaultInstance(),
                        PushResponse.getDefaultInstance(),
                        this::push));
    }

    private PushResponse push(Call call, PushRequest request) {
        var batch = new Batch(call);
        for (int index = 0; index < request.getSeriesCount(); index++) {
            RawProfileSeries series = request.getSeries(index);
            for (RawSample sample : series.getSamplesList()) {
                batch.take(index, series, sample);
            }
        }
        batch.finish();
        return PushResponse.getDefaultInstance();
    }

    /// One request on its way into the store.
    private final class Batch {
        private final Call call;
        private final List<ProfileGroup> groups = new ArrayList<>();
        private final List<FlamekeeperException> failures = new ArrayList<>();
        private int samples;

        Batch(Call call) {
            this.call = call;
        }

        void take(int index, RawProfileSeries series, RawSample sample) {
            samples++;
            appender.counters().arrived(sample.getRawProfile().size());
            try {
                call.checkWanted();
                groups.add(
                        intake.push(
                                labels(series),
                                sample.getID(),
                                sample.getRawProfile().toByteArray()));
            } catch (RuntimeException e) {
                FlamekeeperException failure = appender.refuse(e);
                failures.add(
                        new FlamekeeperException(
                                failure,
                                failure.code(),
                                "push series with index %d and id '%s' failed: %s",
                                index,
                                sample.getID(),
                                String.valueOf(failure.getMessage())));
            }
            if (groups.size() == GROUPS_MAX) {
                append();
            }
        }

        private void append() {
            List<ProfileGroup> full = List.copyOf(groups);
            groups.clear();
            try {
                appender.append(call, full);
            } catch (FlamekeeperException e) {
                failures.add(e);
            }
        }

        void finish() {
            append();
            if (samples == 0) {
                throw new FlamekeeperException(
                        ErrorCode.INVALID_REQUEST,
                        "request: no profiles received (expected: at least one)");
            }
            if (!failures.isEmpty()) {
                throw joined();
            }
        }

        /// One failure for all. Whether sending again can help is what the sender most needs to know.
        private FlamekeeperException joined() {
            FlamekeeperException first =
                    failures.stream()
                            .filter(e -> e.code().owner() == ErrorCode.Owner.RETRY)
                            .findFirst()
                            .orElse(failures.getFirst());
            List<String> messages =
                    failures.stream().map(e -> String.valueOf(e.getMessage())).toList();
            return new FlamekeeperException(first, first.code(), "%s", String.join("\n", messages));
        }
    }

    private Labels labels(RawProfileSeries series) {
        return SeriesLabels.of(
                series.getLabelsList().stream()
                        .map(pair -> Map.entry(pair.getName(), pair.getValue()))
                        .toList(),
                limits);
    }
}
