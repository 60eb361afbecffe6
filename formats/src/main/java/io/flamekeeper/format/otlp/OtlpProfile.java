package io.flamekeeper.format.otlp;

import io.flamekeeper.format.RawProfile;
import java.util.List;
import java.util.Map;

/// One profile of a message.
///
/// @param attributes of its resource, of its scope, and its own, each as text in the order sent
/// @param service    string by sample: what its own attribute `service.name` says, 0 = nothing. Length 0 if that
///     is so for all
/// @param raw        shares symbols and stacks with the other profiles of the message; attributes of a sample are
///     its labels, `service.name` left out, `span_id` and `trace_id` of its link added. One value each
public record OtlpProfile(List<Map<String, String>> attributes, int[] service, RawProfile raw) {
    public OtlpProfile {
        attributes = List.copyOf(attributes);
    }
}
