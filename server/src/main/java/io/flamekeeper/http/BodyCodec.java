package io.flamekeeper.http;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.flamekeeper.api.WireJson;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongConsumer;

/// How a message becomes bytes.
public enum BodyCodec {
    JSON,
    PROTO;

    /// @param bytes  kept by the message, which may hold slices of it
    /// @param memory told what the message takes before it does; may refuse
    /// @throws FlamekeeperException `INVALID_REQUEST`; `OVERLOADED` when the message would take more memory than there
    ///     is for requests
    Message decode(Message type, byte[] bytes, LongConsumer memory) {
        Message.Builder message = type.newBuilderForType();
        switch (this) {
            case JSON -> WireJson.merge(bytes, message, memory);
            case PROTO -> {
                memory.accept(ProtoCost.bytes(type.getDescriptorForType(), bytes));
                mergeProto(bytes, message);
            }
        }
        return message.build();
    }

    private static void mergeProto(byte[] bytes, Message.Builder message) {
        try {
            CodedInputStream input = CodedInputStream.newInstance(bytes);
            input.enableAliasing(true);
            message.mergeFrom(input);
            input.checkLastTagWas(0);
        } catch (InvalidProtocolBufferException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_REQUEST,
                    "body: %s (expected: protobuf of %s)",
                    String.valueOf(e.getMessage()),
                    message.getDescriptorForType().getFullName());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] encode(Message message) {
        return switch (this) {
            case JSON -> WireJson.bytes(message);
            case PROTO -> message.toByteArray();
        };
    }
}
