package io.flamekeeper.server;

import io.flamekeeper.access.Authenticator;
import io.flamekeeper.access.Permission;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.http.BodyBudget;
import io.flamekeeper.http.CallObserver;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.HttpLimits;
import io.flamekeeper.http.HttpServer;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.http.WellKnownMethods;
import io.flamekeeper.ingest.Appender;
import io.flamekeeper.ingest.DebuginfoService;
import io.flamekeeper.ingest.IngestService;
import io.flamekeeper.ingest.OtlpService;
import io.flamekeeper.ingest.PushService;
import io.flamekeeper.ingest.TenantGate;
import io.flamekeeper.ingest.TenantGates;
import io.flamekeeper.intake.Gzip;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.IntakeOptions;
import io.flamekeeper.intake.RelabelRules;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.ops.BuildInfo;
import io.flamekeeper.ops.Metrics;
import io.flamekeeper.ops.OpsEndpoints;
import io.flamekeeper.ops.PageFiles;
import io.flamekeeper.ops.Readiness;
import io.flamekeeper.ops.Rejections;
import io.flamekeeper.querier.DeleteService;
import io.flamekeeper.querier.QuerierService;
import io.flamekeeper.querier.Questions;
import io.flamekeeper.querier.RenderService;
import io.flamekeeper.query.QueryEngine;
import io.flamekeeper.query.QueryLimits;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.store.StoreStatistics;
import io.flamekeeper.store.UpkeepConfig;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running server. Read [#start]: it is the table of contents of the product.
public final class ProfilingServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProfilingServer.class);

    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FAULT_INTERVAL = Duration.ofMillis(200);

    private final Store store;
    private final TenantGates gates;
    private final ExecutorService queryPool;
    private final Metrics metrics;
    private final Readiness readiness;
    private final HttpServer http;
    private final ScheduledExecutorService watch;
    private final List<Route> routes;

    private ProfilingServer(
            Store store,
            TenantGates gates,
            ExecutorService queryPool,
            Metrics metrics,
            Readiness readiness,
            HttpServer http,
            ScheduledExecutorService watch,
            List<Route> routes) {
        this.store = store;
        this.gates = gates;
        this.queryPool = queryPool;
        this.metrics = metrics;
        this.readiness = readiness;
        this.http = http;
        this.watch = watch;
        this.routes = routes;
    }

    /// What the world gives: time, chance and a disk.
    ///
    /// @param onFault told once, in words, when the store can take no more profiles: end the process
    public record World(
            InstantSource clock, RandomGenerator random, Disk disk, Consumer<String> onFault) {
        /// With the disk of this machine.
        public World(InstantSource clock, RandomGenerator random, Consumer<String> onFault) {
            this(clock, random, DiskVfs::open, onFault);
        }

        /// Opens the data folder, making it if there is none.
        @FunctionalInterface
        public interface Disk {
            Vfs open(Path folder) throws IOException;
        }
    }

    /// Opens the store and listens.
    ///
    /// @throws FlamekeeperException `INVALID_CONFIGURATION` or `STORE_UNAVAILABLE`, with what to do about it
    public static ProfilingServer start(ServerConfig config, World world) {
        InstantSource clock = world.clock();
        Store store = openStore(config, world);
        try {
            BuildInfo build = BuildInfo.load();
            Readiness readiness = new Readiness(store);
            Metrics metrics = new Metrics(build);
            Rejections rejections = new Rejections(clock);

            ExecutorService queryPool =
                    Executors.newFixedThreadPool(
                            Runtime.getRuntime().availableProcessors(),
                            Thread.ofPlatform().name("flamekeeper-query-", 0).daemon().factory());
            QueryEngine engine =
                    new QueryEngine(
                            store, QueryLimits.DEFAULTS, queryPool, world.random().nextLong());
            Questions questions =
                    new Questions(engine, QueryLimits.DEFAULTS, clock, System::nanoTime);
            QuerierService querier = new QuerierService(questions);
            RenderService render = new RenderService(questions);

            long seed = world.random().nextLong();
            TenantGates gates =
                    new TenantGates(
                            tenant ->
                                    new TenantGate(
                                            limits(config, tenant), clock, System::nanoTime, seed),
                            metrics::watch);
            Appender appender = new Appender(store, gates);
            PushService push = new PushService(appender);
            IngestService ingest = new IngestService(clock, appender);
            OtlpService otlp = new OtlpService(appender);

            metrics.watch(store);
            // So that its counters are there, and 0, before anything arrives.
            gates.of(TenantId.ANONYMOUS);
            OpsEndpoints ops =
                    new OpsEndpoints(build, readiness, metrics, rejections, store, gates);

            List<RpcMethod<?, ?>> methods = new ArrayList<>(push.methods());
            methods.addAll(DebuginfoService.methods());
            methods.addAll(otlp.methods());
            methods.addAll(querier.methods());
            methods.addAll(WellKnownMethods.of(readiness::isReady));
            List<Endpoint> endpoints = new ArrayList<>(ingest.endpoints());
            endpoints.addAll(render.endpoints());
            endpoints.addAll(new DeleteService(store).endpoints());
            endpoints.addAll(ops.endpoints());
            BodyBudget budget = new BodyBudget(config.bodiesBytesMax());
            Authenticator authenticator =
                    config.tokens()
                            .map(file -> Authenticator.withTokens(file, clock, System::nanoTime))
                            .orElseGet(Authenticator::open);
            HttpServer http =
                    HttpServer.start(
                            new HttpServer.Parts(
                                    config.listen(),
                                    methods,
                                    endpoints,
                                    new PageFiles(),
                                    authenticator,
                                    Gzip::inflate,
                                    budget,
                                    all(metrics, rejections, gates)),
                            httpLimits(config));
            metrics.watch(budget, http::connections);
            return new ProfilingServer(
                    store,
                    gates,
                    queryPool,
                    metrics,
                    readiness,
                    http,
                    watch(store, world.onFault()),
                    routes(methods, endpoints));
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    private static Store openStore(ServerConfig config, World world) {
        Vfs folder;
        try {
            folder = world.disk().open(config.data());
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.STORE_UNAVAILABLE,
                    "data: %s cannot be used: %s (expected: a folder to write to that no other process uses)",
                    config.data().toAbsolutePath(),
                    e);
        }
        StoreConfig defaults = StoreConfig.defaults(config.shards());
        StoreConfig chosen =
                defaults.withSealing(
                                config.sealLogBytes(), defaults.sealHeadBytes(), config.sealAge())
                        .withDurability(config.durability())
                        .withUploadsMax(config.uploadsMax())
                        .withReserveBytes(config.reserveBytes());
        return EmbeddedStore.open(
                folder,
                chosen,
                upkeep(config),
                world.clock(),
                world.random().nextLong(),
                Thread.ofPlatform().name("flamekeeper-store-", 0).factory(),
                line -> LOG.warn("store: {}", line));
    }

    static UpkeepConfig upkeep(ServerConfig config) {
        Map<TenantId, UpkeepConfig.Limits> own = new HashMap<>();
        Stream.of(config.retention(), config.retentionBytes())
                .flatMap(setting -> setting.own().keySet().stream())
                .forEach(tenant ->
                        own.put(
                                tenant,
                                new UpkeepConfig.Limits(
                                        config.retention().of(tenant),
                                        config.retentionBytes().of(tenant))));
        return new UpkeepConfig(
                true,
                config.compactionBytesMax(),
                new UpkeepConfig.Limits(
                        config.retention().common(), config.retentionBytes().common()),
                own,
                SelectorParser::pattern);
    }

    private static TenantGate.Limits limits(ServerConfig config, TenantId tenant) {
        var decode =
                new DecodeLimits(
                        config.profileSamplesMax().of(tenant),
                        config.sampleLabelsMax().of(tenant),
                        config.stackDepthMax().of(tenant),
                        config.symbolBytesMax().of(tenant));
        var intake =
                new IntakeLimits(
                        config.profileBytesMax().of(tenant),
                        decode,
                        config.profileLabelSetsMax().of(tenant),
                        config.labelsMax().of(tenant),
                        config.labelNameBytesMax().of(tenant),
                        config.labelValueBytesMax().of(tenant),
                        config.labelValuesMax().of(tenant),
                        config.profileAgeMax()
                                .of(tenant)
                                .map(Duration::toMillis)
                                .orElse(IntakeLimits.ANY_AGE),
                        config.profileFutureMax().of(tenant).toMillis());
        var options =
                new IntakeOptions(
                        intake,
                        new RelabelRules(
                                config.dropNoneLabels().of(tenant), config.relabel().of(tenant)),
                        config.goStackRepair().of(tenant),
                        config.goTypeFolding().of(tenant));
        return new TenantGate.Limits(
                options,
                config.uploadRate().of(tenant),
                config.uploadBurst().of(tenant),
                config.seriesMax().of(tenant));
    }

    private static HttpLimits httpLimits(ServerConfig config) {
        return new HttpLimits(
                config.bodyBytesMax(),
                config.headerTimeout(),
                config.bodyTimeout(),
                config.requestTimeout(),
                config.answerTimeout(),
                config.idleTimeout(),
                config.connectionsMax(),
                SHUTDOWN_TIMEOUT);
    }

    private static CallObserver all(CallObserver... observers) {
        return answered -> {
            for (CallObserver observer : observers) {
                observer.answered(answered);
            }
        };
    }

    /// Looks at the store now and then, and tells of a fault once.
    private static ScheduledExecutorService watch(Store store, Consumer<String> onFault) {
        ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("flamekeeper-watch").daemon().factory());
        var look =
                new Runnable() {
                    @Override
                    public void run() {
                        store.fault()
                                .ifPresent(why -> {
                                    watch.shutdown();
                                    onFault.accept(why);
                                });
                    }
                };
        watch.scheduleWithFixedDelay(
                look, FAULT_INTERVAL.toMillis(), FAULT_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    /// Where it answers, with the real port.
    public URI uri() {
        InetSocketAddress address = http.address();
        String host = address.getAddress().getHostAddress();
        return URI.create(
                "http://"
                        + (host.contains(":") ? "[" + host + "]" : host)
                        + ":"
                        + address.getPort());
    }

    /// What can be called.
    ///
    /// @param permission what the caller needs
    record Route(String method, String path, Permission permission) {}

    private static List<Route> routes(List<RpcMethod<?, ?>> methods, List<Endpoint> endpoints) {
        return Stream.concat(
                        methods.stream()
                                .map(one -> new Route("POST", one.path(), one.permission())),
                        endpoints.stream()
                                .map(one ->
                                        new Route(
                                                one.method().name(), one.path(), one.permission())))
                .toList();
    }

    List<Route> routes() {
        return routes;
    }

    /// What became of every tenant's uploads.
    Collection<TenantGate> gates() {
        return gates.all();
    }

    public StoreStatistics statistics() {
        return store.statistics();
    }

    /// Becomes not ready, lets requests under way finish, and gives up the data folder; within 10 s.
    @Override
    public void close() {
        readiness.stopping();
        watch.shutdown();
        http.close();
        queryPool.shutdown();
        store.close();
        metrics.close();
    }
}
