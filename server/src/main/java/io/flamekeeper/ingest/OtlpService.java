package io.flamekeeper.ingest;

import io.flamekeeper.api.otlp.ExportProfilesPartialSuccess;
import io.flamekeeper.api.otlp.ExportProfilesServiceResponse;
import io.flamekeeper.http.BodyCodec;
import io.flamekeeper.http.Call;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.Intake.OtlpEncoding;
import io.flamekeeper.intake.OtlpUpload;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// OpenTelemetry's profiles, by gRPC and by plain HTTP.
///
/// A message is many profiles. Those that are wrong are refused and named in the answer, the others are stored all at
/// once; only if none is left, the call fails.
public final class OtlpService {
    private static final int MESSAGES_MAX = 5;

    private final Intake intake;
    private final Appender appender;

    public OtlpService(Intake intake, Appender appender) {
        this.intake = intake;
        this.appender = appender;
    }

    public List<RpcMethod<?, ?>> methods() {
        return Stream.of(
                        "/v1development/profiles",
                        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export")
                .<RpcMethod<?, ?>>map(path ->
                        new RpcMethod<>(
                                path,
                                RpcMethod.Dialect.OTLP,
                                Export::new,
                                ExportProfilesServiceResponse.getDefaultInstance(),
                                this::export))
                .toList();
    }

    /// A message as it came.
    private record Export(BodyCodec codec, byte[] message) {}

    private ExportProfilesServiceResponse export(Call call, Export export) {
        OtlpUpload upload = decode(export);
        appender.counters().arrived(upload.profiles(), export.message().length);
        upload.refused().forEach(appender::refuse);
        upload.losses().forEach(appender.counters()::lost);
        appender.counters().nothingToStore(upload.empty());
        List<Appender.Batch> batches =
                upload.parts().stream()
                        .map(part -> new Appender.Batch(part.group(), part.profiles()))
                        .toList();
        appender.appendAll(call, batches);
        if (upload.refused().isEmpty()) {
            return ExportProfilesServiceResponse.getDefaultInstance();
        }
        if (upload.refused().size() == upload.profiles()) {
            FlamekeeperException first = upload.refused().getFirst();
            throw new FlamekeeperException(first, first.code(), "%s", messages(upload));
        }
        return ExportProfilesServiceResponse.newBuilder()
                .setPartialSuccess(
                        ExportProfilesPartialSuccess.newBuilder()
                                .setRejectedProfiles(upload.refused().size())
                                .setErrorMessage(messages(upload)))
                .build();
    }

    private OtlpUpload decode(Export export) {
        try {
            if (export.message().length == 0) {
                throw new FlamekeeperException(
                        ErrorCode.INVALID_REQUEST,
                        "request: no profiles received (expected: a dictionary and a resource at least)");
            }
            return intake.exportOtlp(
                    export.message(),
                    switch (export.codec()) {
                        case JSON -> OtlpEncoding.JSON;
                        case PROTO -> OtlpEncoding.PROTO;
                    });
        } catch (RuntimeException e) {
            appender.counters().arrived(1, export.message().length);
            throw appender.refuse(e);
        }
    }

    private static String messages(OtlpUpload upload) {
        int more = upload.refused().size() - MESSAGES_MAX;
        return upload.refused().stream()
                        .limit(MESSAGES_MAX)
                        .map(refused -> String.valueOf(refused.getMessage()))
                        .collect(Collectors.joining("\n"))
                + (more > 0 ? "\nand " + more + " more" : "");
    }
}
