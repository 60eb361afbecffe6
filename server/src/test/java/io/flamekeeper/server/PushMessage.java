package io.flamekeeper.server;

import com.google.protobuf.ByteString;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.api.types.v1.LabelPair;
import java.util.List;

/// What clients send to [#PUSH] in protobuf.
final class PushMessage {
    static final String PUSH = "/push.v1.PusherService/Push";

    private PushMessage() {}

    static byte[] of(List<RawProfileSeries> series) {
        return PushRequest.newBuilder().addAllSeries(series).build().toByteArray();
    }

    /// Of one series.
    static byte[] series(byte[] profile, String id, String... labels) {
        return of(List.of(rawSeries(profile, id, labels)));
    }

    /// @param labels `name=value`
    static RawProfileSeries rawSeries(byte[] profile, String id, String... labels) {
        var series = RawProfileSeries.newBuilder();
        for (String label : labels) {
            int equals = label.indexOf('=');
            series.addLabels(
                    LabelPair.newBuilder()
                            .setName(label.substring(0, equals))
                            .setValue(label.substring(equals + 1)));
        }
        return series.addSamples(
                        RawSample.newBuilder()
                                .setRawProfile(ByteString.copyFrom(profile))
                                .setID(id))
                .build();
    }
}
