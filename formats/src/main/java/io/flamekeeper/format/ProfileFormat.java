package io.flamekeeper.format;

import java.util.List;

/// A wire format profiles arrive in. Implementations are stateless and safe for use by many threads.
public interface ProfileFormat {

    /// The name used in `?format=`, in metrics and in error messages, such as `pprof`.
    String name();

    /// Decodes one upload. One upload may carry several profiles.
    ///
    /// @param body uncompressed bytes, untrusted. The result may keep slices of it: the caller gives it away
    /// @throws io.flamekeeper.model.FlamekeeperException `MALFORMED_PROFILE`, naming what is wrong and the
    ///     byte offset; `LIMIT_EXCEEDED`, naming the limit. Work and memory are linear in the body; stack
    ///     depth does not depend on it
    List<RawProfile> decode(byte[] body);
}
