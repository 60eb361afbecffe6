package io.flamekeeper.intake;

import io.flamekeeper.format.TextLoss;
import io.flamekeeper.model.ProfileGroup;
import java.util.Map;

/// What was taken of an upload of spelled stacks, and what was not.
///
/// @param losses how often something was left out, by reason
public record TextUpload(ProfileGroup group, Map<TextLoss, Long> losses) {
    public TextUpload {
        losses = Map.copyOf(losses);
    }
}
