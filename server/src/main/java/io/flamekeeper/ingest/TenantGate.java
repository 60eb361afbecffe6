package io.flamekeeper.ingest;

import io.flamekeeper.http.Call;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeOptions;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the uploads of one tenant go through on their way to the store: its limits, its rules, its counters.
public final class TenantGate {
    private static final Logger LOG = LoggerFactory.getLogger(TenantGate.class);

    private final UploadCounters counters = new UploadCounters();
    private final Intake intake;
    private final UploadRate rate;
    private final ActiveSeries series;

    public TenantGate(Limits limits, InstantSource clock, LongSupplier nanoTime, long seed) {
        this.intake = new Intake(limits.options(), clock, counters::lost);
        this.rate = new UploadRate(limits.bytesPerSecond(), limits.burstBytes(), nanoTime);
        this.series = new ActiveSeries(limits.seriesMax(), clock, seed);
    }

    /// How much a tenant may send.
    ///
    /// @param bytesPerSecond of profiles, as sent; 0 = any number
    /// @param burstBytes     after a pause
    /// @param seriesMax      within the last hour or two; 0 = any number
    public record Limits(
            IntakeOptions options, long bytesPerSecond, long burstBytes, int seriesMax) {}

    public UploadCounters counters() {
        return counters;
    }

    /// Series of the last hour or two; 0 if there may be any number.
    public int activeSeries() {
        return series.count();
    }

    /// Takes its memory from what the call may have.
    Intake intake(Call call) {
        return intake.within(call::reserve);
    }

    /// Counts an upload and decodes it. It then counts as under way until [Appender#append] has stored it.
    ///
    /// @param bytes as sent
    /// @throws FlamekeeperException what `decode` fails with; `OVERLOADED` beyond a limit of the tenant. The upload
    ///     then counts as rejected
    ProfileGroup take(long bytes, Supplier<ProfileGroup> decode) {
        counters.arrived(bytes);
        try {
            rate.spend(bytes);
            ProfileGroup group = decode.get();
            series.admit(group);
            return group;
        } catch (RuntimeException e) {
            throw refuse(e);
        }
    }

    /// Lets in the bytes of uploads that their door counts itself.
    ///
    /// @throws FlamekeeperException `OVERLOADED` beyond a limit of the tenant
    void spend(long bytes) {
        rate.spend(bytes);
    }

    /// Lets in what uploads became that their door counts itself.
    ///
    /// @throws FlamekeeperException `OVERLOADED` beyond a limit of the tenant
    void admit(ProfileGroup group) {
        series.admit(group);
    }

    /// Counts an upload that does not get as far as [Appender#append], and says why it failed.
    FlamekeeperException refuse(RuntimeException failure) {
        if (failure instanceof FlamekeeperException known) {
            counters.refused(known.code(), 1);
            return known;
        }
        counters.refused(ErrorCode.INTERNAL, 1);
        LOG.error("a profile could not be taken", failure);
        return new FlamekeeperException(
                failure, ErrorCode.INTERNAL, "internal error (expected: a bug report)");
    }
}
