package io.flamekeeper.format;

import java.util.List;

/// A format that spells stacks out and says little else: not when they were taken, and mostly not what was
/// counted.
public interface TextFormat extends ProfileFormat {
    /// Decodes one upload.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException as [#decode]
    DecodedText read(byte[] body);

    @Override
    default List<RawProfile> decode(byte[] body) {
        return read(body).profiles();
    }
}
