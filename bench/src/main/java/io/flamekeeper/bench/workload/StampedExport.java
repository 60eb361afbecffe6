package io.flamekeeper.bench.workload;

import com.google.protobuf.CodedOutputStream;
import io.flamekeeper.api.google.v1.Function;
import io.flamekeeper.api.google.v1.Line;
import io.flamekeeper.api.google.v1.Location;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.google.v1.Sample;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.profiles.v1development.KeyValueAndUnit;
import io.opentelemetry.proto.profiles.v1development.Link;
import io.opentelemetry.proto.profiles.v1development.Mapping;
import io.opentelemetry.proto.profiles.v1development.ProfilesDictionary;
import io.opentelemetry.proto.profiles.v1development.Stack;
import io.opentelemetry.proto.profiles.v1development.ValueType;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/// What [StampedUpload] is, as a message of OpenTelemetry: the dictionary and the samples are deflated once; between them,
/// in a block of its own, stands whose they are and when.
final class StampedExport {
    // Of ExportProfilesServiceRequest, ResourceProfiles, ScopeProfiles and Profile.
    private static final int RESOURCE_PROFILES = 1;
    private static final int DICTIONARY = 2;
    private static final int RESOURCE = 1;
    private static final int SCOPE_PROFILES = 2;
    private static final int PROFILES = 2;
    private static final int SAMPLE_TYPE = 1;
    private static final int SAMPLES = 2;
    private static final int TIME = 3;
    private static final int DURATION = 4;
    private static final int PERIOD_TYPE = 5;
    private static final int PERIOD = 6;

    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    private static final byte[] LAST_BLOCK = {1, 0, 0, (byte) 0xff, (byte) 0xff};

    private final byte[] dictionary;
    private final byte[] deflatedDictionary;
    private final byte[] samples;
    private final byte[] deflatedSamples;
    private final byte[] head;

    /// @param profile of one sample type, without a time
    StampedExport(Profile profile) {
        ProfilesDictionary.Builder tables =
                ProfilesDictionary.newBuilder()
                        .addAllStringTable(profile.getStringTableList())
                        .addMappingTable(Mapping.getDefaultInstance())
                        .addLinkTable(Link.getDefaultInstance())
                        .addAttributeTable(KeyValueAndUnit.getDefaultInstance());
        Map<Long, Integer> rowOfFunction = new HashMap<>();
        for (Function function : profile.getFunctionList()) {
            rowOfFunction.put(function.getId(), rowOfFunction.size());
            tables.addFunctionTableBuilder()
                    .setNameStrindex((int) function.getName())
                    .setSystemNameStrindex((int) function.getSystemName())
                    .setFilenameStrindex((int) function.getFilename())
                    .setStartLine(function.getStartLine());
        }
        Map<Long, Integer> rowOfLocation = new HashMap<>();
        for (Location location : profile.getLocationList()) {
            rowOfLocation.put(location.getId(), rowOfLocation.size());
            var row = tables.addLocationTableBuilder();
            for (Line line : location.getLineList()) {
                row.addLinesBuilder()
                        .setFunctionIndex(rowOfFunction.get(line.getFunctionId()))
                        .setLine(line.getLine());
            }
        }
        Map<List<Long>, Integer> rowOfStack = new HashMap<>();
        samples =
                written(out -> {
                    for (Sample sample : profile.getSampleList()) {
                        Integer row = rowOfStack.get(sample.getLocationIdList());
                        if (row == null) {
                            Stack.Builder stack = Stack.newBuilder();
                            sample.getLocationIdList()
                                    .forEach(id -> stack.addLocationIndices(rowOfLocation.get(id)));
                            tables.addStackTable(stack);
                            row = rowOfStack.size();
                            rowOfStack.put(sample.getLocationIdList(), row);
                        }
                        out.writeMessage(
                                SAMPLES,
                                io.opentelemetry.proto.profiles.v1development.Sample.newBuilder()
                                        .setStackIndex(row)
                                        .addValues(sample.getValue(0))
                                        .build());
                    }
                });
        dictionary = written(out -> out.writeMessage(DICTIONARY, tables.build()));
        head =
                written(out -> {
                    out.writeMessage(SAMPLE_TYPE, type(profile.getSampleType(0)));
                    out.writeUInt64(DURATION, profile.getDurationNanos());
                    out.writeMessage(PERIOD_TYPE, type(profile.getPeriodType()));
                    out.writeInt64(PERIOD, profile.getPeriod());
                });
        deflatedDictionary = StampedUpload.deflate(dictionary);
        deflatedSamples = StampedUpload.deflate(samples);
    }

    private static ValueType type(io.flamekeeper.api.google.v1.ValueType type) {
        return ValueType.newBuilder()
                .setTypeStrindex((int) type.getType())
                .setUnitStrindex((int) type.getUnit())
                .build();
    }

    int rawBytes() {
        return dictionary.length + samples.length;
    }

    /// The gzip body.
    byte[] at(Map<String, String> attributes, long timeNanos) {
        Resource.Builder resource = Resource.newBuilder();
        attributes.forEach((name, text) ->
                resource.addAttributes(
                        KeyValue.newBuilder()
                                .setKey(name)
                                .setValue(AnyValue.newBuilder().setStringValue(text))));
        byte[] profile =
                written(out -> {
                    out.writeFixed64(TIME, timeNanos);
                    out.writeRawBytes(head);
                });
        byte[] ofProfile = opened(PROFILES, profile, samples.length);
        byte[] ofScope = opened(SCOPE_PROFILES, ofProfile, samples.length);
        byte[] ofResource =
                opened(
                        RESOURCE_PROFILES,
                        written(out -> {
                            out.writeMessage(RESOURCE, resource.build());
                            out.writeRawBytes(ofScope);
                        }),
                        samples.length);
        var crc = new CRC32();
        crc.update(dictionary);
        crc.update(ofResource);
        crc.update(samples);
        int length = ofResource.length;
        return ByteBuffer.allocate(
                        GZIP_HEADER.length
                                + deflatedDictionary.length
                                + 5
                                + length
                                + deflatedSamples.length
                                + LAST_BLOCK.length
                                + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(GZIP_HEADER)
                .put(deflatedDictionary)
                // A stored block: its length and the complement of it.
                .put((byte) 0)
                .putShort((short) length)
                .putShort((short) ~length)
                .put(ofResource)
                .put(deflatedSamples)
                .put(LAST_BLOCK)
                .putInt((int) crc.getValue())
                .putInt(dictionary.length + length + samples.length)
                .array();
    }

    /// The beginning of a message of which `more` bytes are still to come.
    private static byte[] opened(int field, byte[] content, int more) {
        return written(out -> {
            out.writeTag(field, 2);
            out.writeUInt32NoTag(content.length + more);
            out.writeRawBytes(content);
        });
    }

    @FunctionalInterface
    private interface Writing {
        void to(CodedOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            writing.to(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
