package io.flamekeeper.format.otlp;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.ProfileFormat;
import io.flamekeeper.format.RawProfile;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingDeque;

/// `ExportProfilesServiceRequest` and `ProfilesData` of OpenTelemetry, which are the same bytes.
///
/// The tables and numbers are those of version 1.10 of the definitions. Samples of 1.9, which have other numbers,
/// are recognised by what they can mean; profiles of earlier versions by their shape, and refused. What the bytes
/// must be, beyond protobuf:
///
/// | rule                                                            | if not                                |
/// |-----------------------------------------------------------------|---------------------------------------|
/// | every string is UTF-8                                           | the message is refused                |
/// | a row of a table refers to rows that are there                  | the message is refused                |
/// | a profile has one sample type                                   | it, or of several the message, is refused |
/// | a sample refers to rows that are there, and has a value or time | its profile is refused                |
///
/// A sample's amount is the sum of its values; without any, the number of its timestamps. One of its values below 0
/// makes it -1. A location without lines, or whose function has no name, is a frame without function, with its
/// address and mapping. Row 0 of an empty table is there and empty.
public final class OtlpFormat implements ProfileFormat {
    /// A workspace that has grown beyond it is not kept.
    private static final long KEPT_BYTES_MAX = 2 << 20;

    private final DecodeLimits limits;
    private final long hashSeed = new SecureRandom().nextLong();

    /// The one used last is taken first: its arrays are still in the processor's cache. No result depends on them.
    private final LinkedBlockingDeque<Workspace> idle = new LinkedBlockingDeque<>(8);

    public OtlpFormat(DecodeLimits limits) {
        this.limits = limits;
    }

    @Override
    public String name() {
        return "otlp";
    }

    /// As [#decodeProto], without what was refused.
    @Override
    public List<RawProfile> decode(byte[] body) {
        return decodeProto(body).profiles().stream().map(OtlpProfile::raw).toList();
    }

    /// @param body uncompressed, untrusted; the result keeps it
    /// @throws io.flamekeeper.model.FlamekeeperException as [ProfileFormat#decode], for what cannot be blamed on a
    ///     single profile
    public OtlpExport decodeProto(byte[] body) {
        return decode(body, Optional.empty());
    }

    /// Decodes what [OtlpJson#toProto] gave, whose layout is known.
    ///
    /// @param body as above
    public OtlpExport decodeTranscoded(byte[] body) {
        return decode(body, Optional.of(SampleLayout.CURRENT));
    }

    private OtlpExport decode(byte[] body, Optional<SampleLayout> layout) {
        Workspace kept = idle.pollFirst();
        Workspace workspace = kept == null ? new Workspace(hashSeed) : kept;
        try {
            return new OtlpDecoder(limits, workspace, body).decode(layout);
        } finally {
            if (workspace.keptBytes() <= KEPT_BYTES_MAX) {
                workspace.clear();
                keep(workspace);
            }
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // one too many is left to the garbage collector
    private void keep(Workspace workspace) {
        idle.offerFirst(workspace);
    }
}
