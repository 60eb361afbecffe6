package io.flamekeeper.format.pprof;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.ProfileFormat;
import io.flamekeeper.format.RawProfile;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.function.LongConsumer;

/// pprof's `profile.proto`. One upload is one profile.
///
/// What the bytes must be, beyond protobuf:
///
/// | rule                                                                    | phrase in the message             |
/// |-------------------------------------------------------------------------|-----------------------------------|
/// | there is a sample type                                                  | `empty profile`                   |
/// | no location, function or mapping has id 0                               | `location id is 0`, …             |
/// | no two locations, functions or mappings have the same id                | `two rows are location 7`         |
/// | every sample has one value per sample type                              | `sample value length mismatch`    |
/// | string 0 is empty                                                       | `string 0 should be empty string` |
/// | every string index is inside the table                                  | `… string index out of range`     |
/// | no sample type contains `-`                                             | `sample type contains -`          |
/// | every string is UTF-8                                                   | `invalid utf8 string hex: …`      |
/// | every location, function and mapping that is referred to is there       | `sample 3: no location 7`         |
///
/// Clients look for these phrases. Everything else is taken as it comes: ids need not be dense, a location
/// of mapping 0 has no mapping, one without lines is a frame without function, an address of 0 is unknown,
/// a sample without locations is the empty stack. A label is text if it has a non-empty text; all others
/// are left out, as is what only display tools read (comments, drop and keep frames, default sample type).
public final class PprofFormat implements ProfileFormat {
    /// A decoder that has grown beyond it is not kept.
    private static final long KEPT_BYTES_MAX = 2 << 20;

    private final DecodeLimits limits;
    private final PprofDialect dialect;

    /// The one used last is taken first: its columns are still in the processor's cache. No result depends on them.
    private final LinkedBlockingDeque<PprofDecoder> idle = new LinkedBlockingDeque<>(8);

    private final long hashSeed = new SecureRandom().nextLong();

    public PprofFormat(DecodeLimits limits, PprofDialect dialect) {
        this.limits = limits;
        this.dialect = dialect;
    }

    @Override
    public String name() {
        return "pprof";
    }

    @Override
    public List<RawProfile> decode(byte[] body) {
        return List.of(decodeOne(body));
    }

    /// As [#decode], which always gives one profile.
    public RawProfile decodeOne(byte[] body) {
        return decodeOne(body, _ -> {});
    }

    /// As above, within a budget.
    ///
    /// @param memory told how many more bytes are needed before they are taken; may refuse
    public RawProfile decodeOne(byte[] body, LongConsumer memory) {
        PprofDecoder kept = idle.pollFirst();
        PprofDecoder decoder = kept == null ? new PprofDecoder(limits, dialect, hashSeed) : kept;
        try {
            return decoder.decode(body, memory);
        } finally {
            if (decoder.keptBytes() <= KEPT_BYTES_MAX) {
                keep(decoder);
            }
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // one too many is left to the garbage collector
    private void keep(PprofDecoder decoder) {
        decoder.forget();
        idle.offerFirst(decoder);
    }
}
