package io.flamekeeper.ops;

import io.flamekeeper.format.TextLoss;
import io.flamekeeper.format.jfr.JfrLoss;
import io.flamekeeper.format.otlp.OtlpLoss;
import io.flamekeeper.http.CallObserver;
import io.flamekeeper.ingest.UploadCounters;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreStatistics;
import io.flamekeeper.store.UpkeepStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/// Everything that is counted, for Prometheus.
///
/// Law of uploads: `received = stored + repeated + empty + rejected` once nobody waits for an answer.
public final class Metrics implements CallObserver, AutoCloseable {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Map<Route, Timer> timers = new ConcurrentHashMap<>();

    /// One row of the request metric.
    private record Route(String path, int status) {}

    public Metrics(BuildInfo build) {
        Gauge.builder("flamekeeper.build.info", () -> 1)
                .tag("version", build.version())
                .tag("revision", build.revision())
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /// Also shows these.
    public void watch(UploadCounters uploads, Store store) {
        counter(
                "uploads.received",
                "profile files that arrived",
                uploads,
                UploadCounters::received);
        counter(
                "uploads.received.bytes",
                "their bytes, as sent",
                uploads,
                UploadCounters::receivedBytes);
        counter(
                "uploads.stored",
                "profile files that are durable",
                uploads,
                UploadCounters::stored);
        counter(
                "uploads.repeated",
                "profile files that were stored already, and sent again",
                uploads,
                UploadCounters::repeated);
        counter(
                "uploads.empty",
                "profile files with nothing to store",
                uploads,
                UploadCounters::empty);
        for (ErrorCode code : ErrorCode.values()) {
            FunctionCounter.builder(
                            "flamekeeper.uploads.rejected",
                            uploads,
                            counters -> counters.rejected(code))
                    .description("profile files that were refused")
                    .tag("reason", code.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        for (JfrLoss why : JfrLoss.values()) {
            FunctionCounter.builder("flamekeeper.jfr.lost", uploads, counters -> counters.lost(why))
                    .description("parts of JFR recordings that could not be read; the rest was")
                    .tag("reason", why.label())
                    .register(registry);
        }
        for (TextLoss why : TextLoss.values()) {
            FunctionCounter.builder(
                            "flamekeeper.text.lost", uploads, counters -> counters.lost(why))
                    .description("parts of text and tree uploads that were left out")
                    .tag("reason", why.label())
                    .register(registry);
        }
        for (OtlpLoss why : OtlpLoss.values()) {
            FunctionCounter.builder(
                            "flamekeeper.otlp.lost", uploads, counters -> counters.lost(why))
                    .description(
                            "parts of OpenTelemetry messages that were left out; the rest was taken")
                    .tag("reason", why.label())
                    .register(registry);
        }
        counter(
                "profiles.stored",
                "profiles the stored uploads became",
                uploads,
                UploadCounters::storedProfiles);
        counter(
                "appends",
                "calls of the store that stored something",
                uploads,
                UploadCounters::appends);
        counter(
                "appends.seconds",
                "time spent in them, syncs included",
                uploads,
                counters -> counters.appendNanos() / 1e9);
        counter("store.syncs", "successful syncs of a log", store, of(StoreStatistics::syncCount));
        counter(
                "store.uploads.forgotten",
                "uploads forgotten within 24 h; sent again, they are stored again",
                store,
                of(StoreStatistics::forgottenUploads));
        counter(
                "store.dictionary.rolls",
                "heads sealed because a dictionary was full",
                store,
                of(StoreStatistics::dictionaryRolls));
        counter(
                "store.profiles.recovered",
                "read back from logs since the start",
                store,
                of(StoreStatistics::recoveredProfiles));
        upkeep("compactions", "joins of segments", store, UpkeepStatistics::compactions);
        upkeep("read.bytes", "segments they read", store, UpkeepStatistics::readBytes);
        upkeep("written.bytes", "segments they wrote", store, UpkeepStatistics::writtenBytes);
        upkeep("failures", "joins that failed", store, UpkeepStatistics::failures);
        upkeep(
                "retired.bytes",
                "segments that were too old",
                store,
                UpkeepStatistics::retiredBytes);
        gauge(
                "store.upkeep.deletes.pending",
                "deletes that are hidden and still in files",
                store,
                one -> one.statistics().upkeep().pendingDeletes());
        gauge("store.head.profiles", "not yet sealed", store, of(StoreStatistics::headProfiles));
        gauge("store.segments", "live segments", store, of(StoreStatistics::segmentCount));
        gauge("store.segment.bytes", "their size", store, of(StoreStatistics::segmentBytes));
        gauge("store.wal.bytes", "size of the logs", store, of(StoreStatistics::walBytes));
        gauge(
                "store.recovery.pending.bytes",
                "logs that were found at the start and are still to be read back; questions wait until it is 0",
                store,
                of(StoreStatistics::unreadLogBytes));
        gauge(
                "store.disk.full",
                "1 = takes no profiles until there is room",
                store,
                one -> one.statistics().isDiskFull() ? 1 : 0);
        gauge(
                "store.fault",
                "1 = takes no more profiles",
                store,
                one -> one.fault().isPresent() ? 1 : 0);
    }

    private void upkeep(
            String name,
            String description,
            Store store,
            ToDoubleFunction<UpkeepStatistics> figure) {
        counter(
                "store.upkeep." + name,
                description,
                store,
                of(statistics -> figure.applyAsDouble(statistics.upkeep())));
    }

    private static ToDoubleFunction<Store> of(ToDoubleFunction<StoreStatistics> figure) {
        return store -> figure.applyAsDouble(store.statistics());
    }

    private <T> void counter(String name, String description, T source, ToDoubleFunction<T> value) {
        FunctionCounter.builder("flamekeeper." + name, source, value)
                .description(description)
                .register(registry);
    }

    private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value) {
        Gauge.builder("flamekeeper." + name, source, value)
                .description(description)
                .register(registry);
    }

    @Override
    public void answered(Answered answered) {
        timers.computeIfAbsent(new Route(answered.route(), answered.status()), this::timer)
                .record(Duration.ofNanos(answered.nanos()));
    }

    private Timer timer(Route route) {
        return Timer.builder("flamekeeper.requests")
                .description("from the headers of a request to its answer")
                .tag("route", route.path())
                .tag("status", Integer.toString(route.status()))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /// In Prometheus' text format.
    String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
