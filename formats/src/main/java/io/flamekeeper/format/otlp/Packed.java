package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;

import io.flamekeeper.format.ProtoReader;

/// Repeated varints, packed or not.
final class Packed {
    private Packed() {}

    /// Reads the field whose tag was just read and appends what it has.
    static void read(ProtoReader reader, int tag, Longs into, Rows rows) {
        if ((tag & 7) == DELIMITED) {
            int outer = reader.enter();
            while (reader.hasMore()) {
                rows.add();
                into.add(reader.varint());
            }
            reader.leave(outer);
        } else if ((tag & 7) == ProtoReader.VARINT) {
            rows.add();
            into.add(reader.varint());
        } else {
            reader.skip(tag);
        }
    }
}
