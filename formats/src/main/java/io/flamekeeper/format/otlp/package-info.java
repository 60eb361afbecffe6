/// OpenTelemetry's profiles, `v1development`, as protobuf or JSON; whoever calls has inflated them.
///
/// Start with [io.flamekeeper.format.otlp.OtlpFormat]. One message is profiles of several programs and one
/// dictionary, whose tables they share:
///
/// | in a message                       | read by        | becomes                                            |
/// |------------------------------------|----------------|----------------------------------------------------|
/// | strings, functions, locations, …   | `Tables`   | one `SymbolTable`                                  |
/// | stacks                             | `Stacks`       | one `StackTable`, of those that a sample has       |
/// | attributes of whatever has any     | `Attributes`   | pairs of strings                                   |
/// | resources, scopes, profiles        | `OtlpDecoder`  | an `OtlpProfile` each                              |
/// | samples                            | `SampleReader` | rows, in the one or the other `SampleLayout`       |
///
/// Uses `model` and `format`. Decides nothing: what a profile means is for `intake`.
@NullMarked
package io.flamekeeper.format.otlp;

import org.jspecify.annotations.NullMarked;
