package io.flamekeeper.http;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/// What the objects of a message take in memory. Two bytes can say "another, empty": a body of a few megabytes can
/// ask for gigabytes.
final class ProtoCost {
    /// An object, its place in a list, and the list's growing.
    private static final long FIELD_BYTES = 64;

    private static final int DEPTH_MAX = 32;

    private ProtoCost() {}

    /// Upper bound, roughly; of what is no message of this type, up to where it stops being one.
    static long bytes(Descriptor type, byte[] message) {
        var count = new ProtoCost.Counter();
        try {
            count.fields(type, CodedInputStream.newInstance(message), 0);
        } catch (IOException e) {
            // The parser will say so, and has no more to do until then than what is counted.
            return count.fields * FIELD_BYTES;
        }
        return count.fields * FIELD_BYTES;
    }

    private static final class Counter {
        private long fields;

        void fields(Descriptor type, CodedInputStream input, int depth) throws IOException {
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                fields++;
                FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
                boolean isMessage =
                        field != null
                                && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                                && WireFormat.getTagWireType(tag)
                                        == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                if (isMessage && depth < DEPTH_MAX) {
                    int outer = input.pushLimit(input.readRawVarint32());
                    fields(field.getMessageType(), input, depth + 1);
                    input.popLimit(outer);
                } else {
                    input.skipField(tag);
                }
            }
        }
    }
}
