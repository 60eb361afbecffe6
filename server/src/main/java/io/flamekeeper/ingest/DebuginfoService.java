package io.flamekeeper.ingest;

import io.flamekeeper.access.Permission;
import io.flamekeeper.api.debuginfo.v1alpha1.ShouldInitiateUploadRequest;
import io.flamekeeper.api.debuginfo.v1alpha1.ShouldInitiateUploadResponse;
import io.flamekeeper.api.debuginfo.v1alpha1.UploadFinishedRequest;
import io.flamekeeper.api.debuginfo.v1alpha1.UploadFinishedResponse;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.List;

/// `debuginfo.v1alpha1.DebuginfoService`: profilers of native code ask whether to send the executables that they
/// have seen. They need not: addresses stay addresses here. A server that does not know the question is asked it again
/// for every executable, and fills the profiler's log.
public final class DebuginfoService {
    private static final String NAME = "debuginfo.v1alpha1.DebuginfoService";

    /// Command line tools know these words.
    private static final String REASON = "DebugInfo upload disabled";

    private DebuginfoService() {}

    public static List<RpcMethod<?, ?>> methods() {
        return List.of(
                RpcMethod.of(
                        NAME,
                        "ShouldInitiateUpload",
                        Permission.INGEST,
                        ShouldInitiateUploadRequest.getDefaultInstance(),
                        ShouldInitiateUploadResponse.getDefaultInstance(),
                        (_, _) ->
                                ShouldInitiateUploadResponse.newBuilder()
                                        .setShouldInitiateUpload(false)
                                        .setReason(REASON)
                                        .build()),
                RpcMethod.of(
                        NAME,
                        "UploadFinished",
                        Permission.INGEST,
                        UploadFinishedRequest.getDefaultInstance(),
                        UploadFinishedResponse.getDefaultInstance(),
                        (_, request) -> {
                            throw new FlamekeeperException(
                                    ErrorCode.NOT_FOUND,
                                    "upload: '%.200s' (expected: none, %s)",
                                    request.getGnuBuildId(),
                                    REASON);
                        }));
    }
}
