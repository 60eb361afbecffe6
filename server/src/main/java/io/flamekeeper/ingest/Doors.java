package io.flamekeeper.ingest;

import java.util.Set;

/// Where uploads come in.
public final class Doors {
    public static final Set<String> ROUTES =
            Set.of("/push.v1.PusherService/Push", "/ingest", "/pyroscope/ingest");

    private Doors() {}
}
