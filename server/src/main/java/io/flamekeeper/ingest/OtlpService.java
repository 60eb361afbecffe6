package io.flamekeeper.ingest;

import io.flamekeeper.access.Permission;
import io.flamekeeper.api.otlp.ExportProfilesPartialSuccess;
import io.flamekeeper.api.otlp.ExportProfilesServiceResponse;
import io.flamekeeper.http.BodyCodec;
import io.flamekeeper.http.Call;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.intake.Intake.OtlpEncoding;
import io.flamekeeper.intake.OtlpUpload;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// OpenTelemetry's profiles, by gRPC and by plain HTTP.
///
/// A message is many profiles. Those that are wrong are refused and named in the answer, the others are stored all at
/// once; only if none is left, the call fails.
public final class OtlpService {
    private static final int MESSAGES_MAX = 5;

    private final Appender appender;

    public OtlpService(Appender appender) {
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
                                Permission.INGEST,
                                (codec, message, _) -> new Export(codec, message),
                                ExportProfilesServiceResponse.getDefaultInstance(),
                                this::export))
                .toList();
    }

    /// A message as it came.
    private record Export(BodyCodec codec, byte[] message) {}

    private ExportProfilesServiceResponse export(Call call, Export export) {
        TenantGate gate = appender.gate(call);
        OtlpUpload upload = decode(gate, call, export);
        gate.counters().arrived(upload.profiles(), export.message().length);
        upload.losses().forEach(gate.counters()::lost);
        gate.counters().nothingToStore(upload.empty());
        List<FlamekeeperException> refused = new ArrayList<>(upload.refused());
        List<Appender.Batch> batches = new ArrayList<>();
        for (OtlpUpload.Part part : upload.parts()) {
            try {
                gate.admit(part.group());
                batches.add(new Appender.Batch(part.group(), part.profiles()));
            } catch (FlamekeeperException e) {
                refused.addAll(Collections.nCopies(part.profiles(), e));
            }
        }
        refused.forEach(gate::refuse);
        appender.appendAll(call, batches);
        if (refused.isEmpty()) {
            return ExportProfilesServiceResponse.getDefaultInstance();
        }
        // Nobody sends the rest of a partial success again; what is stored already counts once.
        if (refused.size() == upload.profiles() || Failures.temporary(refused).isPresent()) {
            throw Failures.joined(refused, messages(refused));
        }
        return ExportProfilesServiceResponse.newBuilder()
                .setPartialSuccess(
                        ExportProfilesPartialSuccess.newBuilder()
                                .setRejectedProfiles(refused.size())
                                .setErrorMessage(messages(refused)))
                .build();
    }

    private static OtlpUpload decode(TenantGate gate, Call call, Export export) {
        try {
            gate.spend(export.message().length);
            if (export.message().length == 0) {
                throw new FlamekeeperException(
                        ErrorCode.INVALID_REQUEST,
                        "request: no profiles received (expected: a dictionary and a resource at least)");
            }
            return gate.intake(call)
                    .exportOtlp(
                            export.message(),
                            switch (export.codec()) {
                                case JSON -> OtlpEncoding.JSON;
                                case PROTO -> OtlpEncoding.PROTO;
                            });
        } catch (RuntimeException e) {
            gate.counters().arrived(1, export.message().length);
            throw gate.refuse(e);
        }
    }

    private static String messages(List<FlamekeeperException> refused) {
        int more = refused.size() - MESSAGES_MAX;
        return refused.stream()
                        .limit(MESSAGES_MAX)
                        .map(one -> String.valueOf(one.getMessage()))
                        .collect(Collectors.joining("\n"))
                + (more > 0 ? "\nand " + more + " more" : "");
    }
}
