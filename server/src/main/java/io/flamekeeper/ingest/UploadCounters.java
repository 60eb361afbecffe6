package io.flamekeeper.ingest;

import io.flamekeeper.format.TextLoss;
import io.flamekeeper.format.jfr.JfrLoss;
import io.flamekeeper.format.otlp.OtlpLoss;
import io.flamekeeper.intake.IntakeLoss;
import io.flamekeeper.model.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// What became of every profile that was sent, counted as the sender counts: one pprof is one, whatever
/// number of types is in it, and so is each profile of an OpenTelemetry message. Safe for use by many threads.
///
/// What is missing in an upload that was taken all the same is counted beside, see [#lost]. An upload whose body did
/// not arrive whole counts as one, of 0 bytes.
///
/// Law: `received = stored + repeated + empty + rejected + under way`, where the last is 0 when nobody waits for an
/// answer.
public final class UploadCounters {
    private final LongAdder received = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder stored = new LongAdder();
    private final LongAdder storedProfiles = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder empty = new LongAdder();
    private final LongAdder appends = new LongAdder();
    private final LongAdder appendNanos = new LongAdder();
    private final Map<ErrorCode, LongAdder> rejected = new EnumMap<>(ErrorCode.class);
    private final Map<JfrLoss, LongAdder> lost = new EnumMap<>(JfrLoss.class);
    private final Map<TextLoss, LongAdder> lostOfText = new EnumMap<>(TextLoss.class);
    private final Map<OtlpLoss, LongAdder> lostOfOtlp = new EnumMap<>(OtlpLoss.class);
    private final Map<IntakeLoss, LongAdder> dropped = new EnumMap<>(IntakeLoss.class);

    public UploadCounters() {
        for (JfrLoss why : JfrLoss.values()) {
            lost.put(why, new LongAdder());
        }
        for (TextLoss why : TextLoss.values()) {
            lostOfText.put(why, new LongAdder());
        }
        for (OtlpLoss why : OtlpLoss.values()) {
            lostOfOtlp.put(why, new LongAdder());
        }
        for (IntakeLoss what : IntakeLoss.values()) {
            dropped.put(what, new LongAdder());
        }
        for (ErrorCode code : ErrorCode.values()) {
            rejected.put(code, new LongAdder());
        }
    }

    void arrived(long bytes) {
        arrived(1, bytes);
    }

    void arrived(int uploads, long bytes) {
        received.add(uploads);
        receivedBytes.add(bytes);
    }

    /// @param profiles how many profiles, each of one type and label set, the uploads became
    void kept(int uploads, int profiles) {
        stored.add(uploads);
        storedProfiles.add(profiles);
    }

    void known(int uploads) {
        repeated.add(uploads);
    }

    void nothingToStore(int uploads) {
        empty.add(uploads);
    }

    void refused(ErrorCode why, int uploads) {
        adder(why).add(uploads);
    }

    void lost(JfrLoss why, long times) {
        Objects.requireNonNull(lost.get(why)).add(times);
    }

    void lost(TextLoss why, long times) {
        Objects.requireNonNull(lostOfText.get(why)).add(times);
    }

    void lost(OtlpLoss why, long times) {
        Objects.requireNonNull(lostOfOtlp.get(why)).add(times);
    }

    void lost(IntakeLoss what, long times) {
        Objects.requireNonNull(dropped.get(what)).add(times);
    }

    void appended(long nanos) {
        appends.increment();
        appendNanos.add(nanos);
    }

    void turnedAway(ErrorCode why) {
        arrived(0);
        refused(why, 1);
    }

    private LongAdder adder(ErrorCode why) {
        return Objects.requireNonNull(rejected.get(why));
    }

    public long received() {
        return received.sum();
    }

    public long receivedBytes() {
        return receivedBytes.sum();
    }

    /// Uploads that are durable.
    public long stored() {
        return stored.sum();
    }

    /// Profiles that the stored uploads became.
    public long storedProfiles() {
        return storedProfiles.sum();
    }

    /// Uploads that were stored already, and sent again.
    public long repeated() {
        return repeated.sum();
    }

    /// Uploads that were understood and had nothing in them to store.
    public long empty() {
        return empty.sum();
    }

    public long rejected(ErrorCode why) {
        return adder(why).sum();
    }

    /// Parts of JFR recordings that could not be read.
    public long lost(JfrLoss why) {
        return Objects.requireNonNull(lost.get(why)).sum();
    }

    /// Parts of spelled stacks that are not stored.
    public long lost(TextLoss why) {
        return Objects.requireNonNull(lostOfText.get(why)).sum();
    }

    /// Parts of OpenTelemetry messages that were left out.
    public long lost(OtlpLoss why) {
        return Objects.requireNonNull(lostOfOtlp.get(why)).sum();
    }

    /// What rules and limits have taken from uploads that were taken.
    public long lost(IntakeLoss what) {
        return Objects.requireNonNull(dropped.get(what)).sum();
    }

    /// Uploads that arrived and have met none of their ends yet; exact while nothing arrives.
    public long underWay() {
        long ended = stored() + repeated() + empty();
        for (ErrorCode code : ErrorCode.values()) {
            ended += rejected(code);
        }
        return received() - ended;
    }

    /// Calls of the store that stored something.
    public long appends() {
        return appends.sum();
    }

    /// Time spent in them, most of it waiting for a sync.
    public long appendNanos() {
        return appendNanos.sum();
    }
}
