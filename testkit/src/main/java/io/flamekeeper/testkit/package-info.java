/// What tests share: drawn profiles, faults, contracts, recordings, oracles. Never shipped.
@NullMarked
package io.flamekeeper.testkit;

import org.jspecify.annotations.NullMarked;
