/// The doors for profiles: `/ingest`, Push and OpenTelemetry's. Each decodes, normalises and appends on the caller's thread,
/// and answers when the store says that everything is durable.
///
/// Start with [PushService], [IngestService] and [OtlpService]; [UploadCounters] is the proof that nothing gets lost.
/// Uses `model`, `intake`, `store`, `api`, `http`. To add a format, add it to [IngestService].
@NullMarked
package io.flamekeeper.ingest;

import org.jspecify.annotations.NullMarked;
