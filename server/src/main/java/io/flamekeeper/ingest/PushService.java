package io.flamekeeper.ingest;

import io.flamekeeper.access.Permission;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.PushResponse;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.http.Call;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
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

    private final Appender appender;

    public PushService(Appender appender) {
        this.appender = appender;
    }

    public List<RpcMethod<?, ?>> methods() {
        return List.of(
                RpcMethod.of(
                        "push.v1.PusherService",
                        "Push",
                        Permission.INGEST,
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
        private final TenantGate gate;
        private final Intake intake;
        private final List<ProfileGroup> groups = new ArrayList<>();
        private final List<FlamekeeperException> failures = new ArrayList<>();
        private int samples;

        Batch(Call call) {
            this.call = call;
            this.gate = appender.gate(call);
            this.intake = gate.intake(call);
        }

        void take(int index, RawProfileSeries series, RawSample sample) {
            samples++;
            try {
                groups.add(gate.take(sample.getRawProfile().size(), () -> decode(series, sample)));
            } catch (FlamekeeperException e) {
                failures.add(
                        new FlamekeeperException(
                                e,
                                e.code(),
                                "push series with index %d and id '%s' failed: %s",
                                index,
                                sample.getID(),
                                String.valueOf(e.getMessage())));
            }
            if (groups.size() == GROUPS_MAX) {
                append();
            }
        }

        private ProfileGroup decode(RawProfileSeries series, RawSample sample) {
            call.checkWanted();
            // The decoder gets a copy.
            call.reserve(sample.getRawProfile().size());
            List<Map.Entry<String, String>> labels =
                    series.getLabelsList().stream()
                            .map(pair -> Map.entry(pair.getName(), pair.getValue()))
                            .toList();
            return intake.push(
                    intake.seriesLabels(labels),
                    sample.getID(),
                    sample.getRawProfile().toByteArray());
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

        private FlamekeeperException joined() {
            List<String> messages =
                    failures.stream().map(e -> String.valueOf(e.getMessage())).toList();
            return Failures.joined(failures, String.join("\n", messages));
        }
    }
}
