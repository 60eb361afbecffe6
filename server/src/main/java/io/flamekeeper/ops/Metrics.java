package io.flamekeeper.ops;

import io.flamekeeper.http.BodyBudget;
import io.flamekeeper.ingest.UploadCounters;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.store.Store;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/// Every figure that is exported, read when it is asked for.
final class Metrics implements AutoCloseable {
    private final MeterRegistry registry;
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    Metrics(
            MeterRegistry registry,
            UploadCounters uploads,
            Store store,
            BodyBudget bodies,
            Readiness readiness) {
        this.registry = registry;
        uploads(uploads);
        store(store);
        Gauge.builder("flamekeeper.body.bytes", bodies, BodyBudget::bytes)
                .description("Bytes of request bodies held now")
                .register(registry);
        Gauge.builder("flamekeeper.ready", readiness, it -> it.isReady() ? 1 : 0)
                .description("1 while the server is ready")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
    }

    /// The law of [UploadCounters] holds between these.
    private void uploads(UploadCounters uploads) {
        counter(
                "flamekeeper.uploads.received",
                "Profiles that were sent, counted as pprof files",
                uploads,
                UploadCounters::received);
        counter(
                "flamekeeper.uploads.received.bytes",
                "Their size, as sent",
                uploads,
                UploadCounters::receivedBytes);
        counter(
                "flamekeeper.uploads.stored",
                "Of those received, those that are durable",
                uploads,
                UploadCounters::stored);
        counter(
                "flamekeeper.uploads.empty",
                "Of those received, those with nothing in them to store",
                uploads,
                UploadCounters::empty);
        for (ErrorCode code : ErrorCode.values()) {
            FunctionCounter.builder(
                            "flamekeeper.uploads.rejected", uploads, it -> it.rejected(code))
                    .description("Of those received, those that were refused")
                    .tag("reason", code.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        counter(
                "flamekeeper.profiles.stored",
                "Profiles, each of one type and label set, that the stored uploads became",
                uploads,
                UploadCounters::storedProfiles);
        FunctionTimer.builder(
                        "flamekeeper.store.append",
                        uploads,
                        UploadCounters::appends,
                        UploadCounters::appendNanos,
                        TimeUnit.NANOSECONDS)
                .description("Time from a decoded upload to a durable one")
                .register(registry);
    }

    private void store(Store store) {
        counter(
                "flamekeeper.store.appended.profiles",
                "Profiles made durable since the start",
                store,
                it -> it.statistics().appendedProfiles());
        counter(
                "flamekeeper.store.syncs",
                "Syncs of a log; profiles appended per sync is the size of a batch",
                store,
                it -> it.statistics().syncCount());
        gauge(
                "flamekeeper.store.recovered.profiles",
                "Profiles read back from the logs at the start",
                store,
                it -> it.statistics().recoveredProfiles());
        gauge(
                "flamekeeper.store.head.profiles",
                "Profiles not yet sealed",
                store,
                it -> it.statistics().headProfiles());
        gauge(
                "flamekeeper.store.segments",
                "Live segments",
                store,
                it -> it.statistics().segmentCount());
        gauge(
                "flamekeeper.store.segment.bytes",
                "Their size",
                store,
                it -> it.statistics().segmentBytes());
        gauge(
                "flamekeeper.store.log.bytes",
                "Size of the logs",
                store,
                it -> it.statistics().walBytes());
        gauge(
                "flamekeeper.store.fault",
                "1 once the store takes no more profiles",
                store,
                it -> it.fault().isPresent() ? 1 : 0);
    }

    private <T> void counter(
            String name, String description, T source, ToDoubleFunction<T> figure) {
        FunctionCounter.builder(name, source, figure).description(description).register(registry);
    }

    private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> figure) {
        Gauge.builder(name, source, figure).description(description).register(registry);
    }

    @Override
    public void close() {
        garbageCollection.close();
    }
}
