package io.flamekeeper.query;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;

/// A selector that also says what to measure, written `process_cpu:cpu:nanoseconds:cpu:nanoseconds{…}`.
///
/// @param selector every matcher but the one that names the type
public record TypedSelector(ProfileType type, Selector selector) {}
