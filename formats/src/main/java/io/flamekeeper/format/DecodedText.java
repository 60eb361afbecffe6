package io.flamekeeper.format;

import java.util.List;
import java.util.Map;

/// What an upload of a [TextFormat] said.
///
/// @param profiles at least one, of one sample type each, no unit twice; all of the same symbols and stacks. The
///     unit is `count` if the upload does not say what it counted
/// @param parts    of how many profiles they were put together
/// @param losses   how often something was left out, by reason
public record DecodedText(List<RawProfile> profiles, int parts, Map<TextLoss, Long> losses) {
    public DecodedText {
        profiles = List.copyOf(profiles);
        losses = Map.copyOf(losses);
    }
}
