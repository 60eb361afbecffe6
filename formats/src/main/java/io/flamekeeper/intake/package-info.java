/// From untrusted bytes to profiles that can be relied on: inflate, recognise the dialect, decide what to
/// believe.
///
/// Read in this order: [Intake], [SeriesLabels], [IngestParameters], [Normaliser].
/// Uses `model`, `format` and its sub-packages. The clock is passed in; nothing here waits or is shared.
@NullMarked
package io.flamekeeper.intake;

import org.jspecify.annotations.NullMarked;
