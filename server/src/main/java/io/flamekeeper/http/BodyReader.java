package io.flamekeeper.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.stream.SubscriptionOption;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.netty.util.concurrent.EventExecutor;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// Collects a body into one array, out of pooled buffers that go back at once. Memory is taken as bytes
/// arrive, never as a header promises them, and counted against the body's limit and the process's budget.
///
/// All methods run on the request's event loop.
final class BodyReader implements Subscriber<HttpObject> {
    private static final int FIRST_BYTES = 8 << 10;

    private final int bytesMax;

    /// What the header says, or [#bytesMax].
    private final long bytesSaid;

    private final BodyBudget.Share share;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private byte[] bytes = {};
    private int count;
    private @Nullable Subscription subscription;

    private BodyReader(int bytesMax, long bytesSaid, BodyBudget.Share share) {
        this.bytesMax = bytesMax;
        this.bytesSaid = bytesSaid < 0 ? bytesMax : bytesSaid;
        this.share = share;
    }

    /// @return fails with `BODY_TOO_LARGE`, `OVERLOADED`, or what the connection failed with
    static CompletableFuture<byte[]> read(
            HttpRequest request, int bytesMax, BodyBudget.Share share, EventExecutor eventLoop) {
        long said = request.headers().contentLength();
        var reader = new BodyReader(bytesMax, said, share);
        if (said > bytesMax) {
            FlamekeeperException tooLarge = reader.tooLarge(said);
            request.abort(tooLarge);
            return CompletableFuture.failedFuture(tooLarge);
        }
        request.subscribe(reader, eventLoop, SubscriptionOption.WITH_POOLED_OBJECTS);
        return reader.body;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        this.subscription = subscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(HttpObject object) {
        if (object instanceof HttpData data) {
            try (data) {
                if (!body.isDone()) {
                    append(data);
                }
            } catch (FlamekeeperException e) {
                if (subscription != null) {
                    subscription.cancel();
                }
                body.completeExceptionally(e);
            }
        }
    }

    private void append(HttpData data) {
        long needed = (long) count + data.length();
        if (needed > bytesMax) {
            throw tooLarge(needed);
        }
        if (needed > bytes.length) {
            long doubled = Math.max(2L * bytes.length, FIRST_BYTES);
            resize((int) Math.max(needed, Math.min(bytesSaid, doubled)));
        }
        data.byteBuf().readBytes(bytes, count, data.length());
        count = (int) needed;
    }

    /// For a moment there are both arrays.
    private void resize(int capacity) {
        share.take(capacity);
        int before = bytes.length;
        bytes = Arrays.copyOf(bytes, capacity);
        share.give(before);
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        try {
            if (count < bytes.length) {
                resize(count);
            }
            body.complete(bytes);
        } catch (FlamekeeperException e) {
            body.completeExceptionally(e);
        }
    }

    private FlamekeeperException tooLarge(long size) {
        return new FlamekeeperException(
                ErrorCode.BODY_TOO_LARGE,
                "body: %d bytes or more (expected: at most %d; setting body-bytes-max)",
                size,
                bytesMax);
    }
}
