package io.flamekeeper.ingest;

import java.util.Set;

/// Where uploads come in.
public final class Doors {
    public static final Set<String> ROUTES =
            Set.of(
                    "/push.v1.PusherService/Push",
                    "/ingest",
                    "/pyroscope/ingest",
                    "/v1development/profiles",
                    "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export");

    private Doors() {}
}
