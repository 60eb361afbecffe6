package io.flamekeeper.ops;

import io.flamekeeper.format.TextLoss;
import io.flamekeeper.format.jfr.JfrLoss;
import io.flamekeeper.format.otlp.OtlpLoss;
import io.flamekeeper.http.BodyBudget;
import io.flamekeeper.http.CallObserver;
import io.flamekeeper.ingest.TenantGate;
import io.flamekeeper.ingest.UploadCounters;
import io.flamekeeper.intake.IntakeLoss;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreStatistics;
import io.flamekeeper.store.UpkeepStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
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
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// Everything that is counted, for Prometheus.
///
/// Law of uploads, for each tenant: `received = stored + repeated + empty + rejected + under way`, where the last is 0
/// once nobody waits for an answer.
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

    /// Also shows what became of a tenant's uploads.
    public void watch(TenantId tenant, TenantGate gate) {
        var of = new TenantMeters(gate.counters(), Tags.of("tenant", tenant.value()));
        of.counter("uploads.received", "profile files that arrived", UploadCounters::received);
        of.counter("uploads.received.bytes", "their bytes, as sent", UploadCounters::receivedBytes);
        of.counter("uploads.stored", "profile files that are durable", UploadCounters::stored);
        of.counter(
                "uploads.repeated",
                "profile files that were stored already, and sent again",
                UploadCounters::repeated);
        of.counter("uploads.empty", "profile files with nothing to store", UploadCounters::empty);
        for (ErrorCode code : ErrorCode.values()) {
            of.because(code.name().toLowerCase(Locale.ROOT))
                    .counter(
                            "uploads.rejected",
                            "profile files that were refused",
                            uploads -> uploads.rejected(code));
        }
        of.gauge(
                "uploads.under.way",
                "profile files that arrived and are neither stored, repeated, empty nor rejected yet",
                gate.counters()::underWay);
        for (JfrLoss why : JfrLoss.values()) {
            of.because(why.label())
                    .counter(
                            "jfr.lost",
                            "parts of JFR recordings that could not be read; the rest was",
                            uploads -> uploads.lost(why));
        }
        for (TextLoss why : TextLoss.values()) {
            of.because(why.label())
                    .counter(
                            "text.lost",
                            "parts of text and tree uploads that were left out",
                            uploads -> uploads.lost(why));
        }
        for (OtlpLoss why : OtlpLoss.values()) {
            of.because(why.label())
                    .counter(
                            "otlp.lost",
                            "parts of OpenTelemetry messages that were left out; the rest was taken",
                            uploads -> uploads.lost(why));
        }
        for (IntakeLoss what : IntakeLoss.values()) {
            of.because(what.label())
                    .counter(
                            "intake.dropped",
                            "parts of uploads left out by a rule or a limit; the rest was taken",
                            uploads -> uploads.lost(what));
        }
        of.counter(
                "profiles.stored",
                "profiles the stored uploads became",
                UploadCounters::storedProfiles);
        of.counter("appends", "calls of the store that stored something", UploadCounters::appends);
        of.counter(
                "appends.seconds",
                "time spent in them, syncs included",
                uploads -> uploads.appendNanos() / 1e9);
        of.gauge(
                "series.active",
                "series of the last hour or two; counted only where series-max is set",
                gate::activeSeries);
    }

    /// Meters with the name of a tenant.
    private final class TenantMeters {
        private final UploadCounters uploads;
        private final Tags tags;

        TenantMeters(UploadCounters uploads, Tags tags) {
            this.uploads = uploads;
            this.tags = tags;
        }

        TenantMeters because(String reason) {
            return new TenantMeters(uploads, tags.and("reason", reason));
        }

        void counter(String name, String description, ToDoubleFunction<UploadCounters> value) {
            FunctionCounter.builder("flamekeeper." + name, uploads, value)
                    .description(description)
                    .tags(tags)
                    .register(registry);
        }

        void gauge(String name, String description, Supplier<Number> value) {
            Gauge.builder("flamekeeper." + name, value)
                    .description(description)
                    .tags(tags)
                    .register(registry);
        }
    }

    /// Also shows these.
    ///
    /// @param connections how many there are
    public void watch(BodyBudget budget, Supplier<Number> connections) {
        Gauge.builder("flamekeeper.requests.bytes", budget::bytes)
                .description("memory that requests under way have taken of bodies-bytes-max")
                .register(registry);
        Gauge.builder("flamekeeper.connections", connections)
                .description("open connections")
                .register(registry);
    }

    /// Also shows this.
    public void watch(Store store) {
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
