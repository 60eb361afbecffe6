package io.flamekeeper.http;

import io.flamekeeper.access.Permission;
import io.flamekeeper.api.health.v1.HealthCheckRequest;
import io.flamekeeper.api.health.v1.HealthCheckResponse;
import io.flamekeeper.api.health.v1.HealthCheckResponse.ServingStatus;
import io.flamekeeper.api.version.v1.VersionRequest;
import io.flamekeeper.api.version.v1.VersionResponse;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.List;
import java.util.function.BooleanSupplier;

/// What clients ask any server: is it well, and which API does it speak.
public final class WellKnownMethods {
    private static final long QUERIER_API = 1;

    private WellKnownMethods() {}

    /// @param ready whether the server takes requests
    public static List<RpcMethod<?, ?>> of(BooleanSupplier ready) {
        return List.of(
                RpcMethod.of(
                        "grpc.health.v1.Health",
                        "Check",
                        Permission.NONE,
                        HealthCheckRequest.getDefaultInstance(),
                        HealthCheckResponse.getDefaultInstance(),
                        (_, request) -> check(ready, request)),
                RpcMethod.of(
                        "version.v1.Version",
                        "Version",
                        Permission.NONE,
                        VersionRequest.getDefaultInstance(),
                        VersionResponse.getDefaultInstance(),
                        (_, _) -> VersionResponse.newBuilder().setQuerierAPI(QUERIER_API).build()));
    }

    private static HealthCheckResponse check(BooleanSupplier ready, HealthCheckRequest request) {
        if (!request.getService().isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.NOT_FOUND,
                    "service: '%.200s' (expected: none, for the whole server)",
                    request.getService());
        }
        return HealthCheckResponse.newBuilder()
                .setStatus(ready.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING)
                .build();
    }
}
