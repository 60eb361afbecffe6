/// Java Flight Recorder files, as the JDK and native profilers write them; whoever calls has inflated them.
///
/// Start with [io.flamekeeper.format.jfr.JfrFormat]. A file is chunks, one behind the other; a chunk says
/// itself what its events look like:
///
/// | in a chunk          | read by         | becomes                                               |
/// |---------------------|-----------------|-------------------------------------------------------|
/// | header, 68 bytes    | `ChunkHeader`   | where the others are; ticks per second                |
/// | metadata event      | `Types`         | classes and fields; a `Layout` for each that is read  |
/// | checkpoint events   | `ConstantPools` | stacks, methods, classes, symbols by id               |
/// | all other events    | `Chunk`         | rows of `Samples`, one for each `JfrFamily`           |
///
/// Ids mean something inside their chunk only; `Symbols` is where chunks meet.
/// Uses `model` and `format`. To add an event, add its name to `Word` and its meaning to `Chunk`.
@NullMarked
package io.flamekeeper.format.jfr;

import org.jspecify.annotations.NullMarked;
