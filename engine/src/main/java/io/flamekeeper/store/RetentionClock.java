package io.flamekeeper.store;

/// What retention remembers of time, so that a clock that jumps deletes nothing at once.
///
/// @param lastMillis the clock when retention last looked, milliseconds since the Unix epoch
/// @param heldMillis nothing is dropped before the clock has come this far
record RetentionClock(long lastMillis, long heldMillis) {
    static final RetentionClock NEVER = new RetentionClock(Long.MIN_VALUE, Long.MIN_VALUE);
}
