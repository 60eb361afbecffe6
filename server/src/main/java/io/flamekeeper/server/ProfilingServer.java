package io.flamekeeper.server;

import io.flamekeeper.access.Authenticator;
import io.flamekeeper.http.BodyBudget;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.HttpServer;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.http.WellKnownMethods;
import io.flamekeeper.ingest.Appender;
import io.flamekeeper.ingest.IngestService;
import io.flamekeeper.ingest.PushService;
import io.flamekeeper.ingest.UploadCounters;
import io.flamekeeper.intake.Gzip;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.ops.Operations;
import io.flamekeeper.ops.Readiness;
import io.flamekeeper.querier.QuerierService;
import io.flamekeeper.querier.Questions;
import io.flamekeeper.querier.RenderService;
import io.flamekeeper.query.QueryEngine;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.Store;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running program. Every object it is made of is created in [#start], top to bottom, and closed in
/// reverse.
public final class ProfilingServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProfilingServer.class);
    private static final long FAULT_CHECK_MILLIS = 100;

    private final HttpServer http;
    private final Readiness readiness;
    private final Deque<AutoCloseable> open;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ProfilingServer(HttpServer http, Readiness readiness, Deque<AutoCloseable> open) {
        this.http = http;
        this.readiness = readiness;
        this.open = open;
    }

    /// What the world provides, and a test replaces.
    ///
    /// @param clock   wall-clock time
    /// @param disk    opens the folder of the store
    /// @param onFault called once, from a thread of its own, when the store's disk is unfit: the process should
    ///     exit and be started again
    public record World(InstantSource clock, Disk disk, Runnable onFault) {
        /// Opens a folder.
        @FunctionalInterface
        public interface Disk {
            Vfs open(java.nio.file.Path folder) throws IOException;
        }

        public static World real(Runnable onFault) {
            return new World(InstantSource.system(), DiskVfs::open, onFault);
        }
    }

    /// Returns when the server answers.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if the folder cannot be opened;
    ///     `INVALID_CONFIGURATION` if the address cannot be listened on
    public static ProfilingServer start(ServerConfig config, World world) {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        try {
            return start(config, world, open);
        } catch (RuntimeException | Error e) {
            closeAll(open);
            throw e;
        }
    }

    private static ProfilingServer start(
            ServerConfig config, World world, Deque<AutoCloseable> open) {
        var random = new SecureRandom();
        Store store = opened(open, openStore(config, world, random.nextLong()));

        var intake = new Intake(config.intakeLimits(), world.clock());
        var uploads = new UploadCounters();
        var appender = new Appender(store, uploads);
        var push = new PushService(intake, config.intakeLimits(), appender);
        var ingest = new IngestService(intake, world.clock(), appender);

        ExecutorService queryPool =
                opened(open, Executors.newFixedThreadPool(config.queryThreads(), named("query")));
        var engine = new QueryEngine(store, config.queryLimits(), queryPool, random.nextLong());
        var questions =
                new Questions(engine, config.queryLimits(), world.clock(), System::nanoTime);
        var querier = new QuerierService(questions);
        var render = new RenderService(questions);

        var readiness = new Readiness(store);
        var bodies = new BodyBudget(config.bodyBytesInFlightMax());
        Operations operations =
                opened(
                        open,
                        new Operations(
                                readiness,
                                store,
                                uploads,
                                bodies,
                                world.clock(),
                                routes(push.methods(), ingest.endpoints())));

        HttpServer http =
                opened(
                        open,
                        HttpServer.start(
                                new HttpServer.Parts(
                                        config.listen(),
                                        both(
                                                push.methods(),
                                                querier.methods(),
                                                WellKnownMethods.of(readiness::isReady)),
                                        both(
                                                ingest.endpoints(),
                                                render.endpoints(),
                                                operations.endpoints()),
                                        operations.page(),
                                        new Authenticator(),
                                        Gzip::inflate,
                                        bodies,
                                        operations.observer()),
                                config.httpLimits()));
        opened(open, faultWatch(store, world.onFault()));
        if (config.insecureAllowRemote()) {
            LOG.warn(
                    "insecure-allow-remote=true: whoever reaches {} can read and write all profiles",
                    http.address());
        }
        LOG.info("answering on {}, data in {}", http.address(), config.data().toAbsolutePath());
        return new ProfilingServer(http, readiness, open);
    }

    private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> open, T resource) {
        open.push(resource);
        return resource;
    }

    private static Store openStore(ServerConfig config, World world, long hashSeed) {
        Vfs disk;
        try {
            disk = world.disk().open(config.data());
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.STORE_UNAVAILABLE,
                    "data: cannot open %s: %s (expected: a folder of ours to write)",
                    config.data(),
                    String.valueOf(e.getMessage()));
        }
        return EmbeddedStore.open(
                disk, config.storeConfig(), world.clock(), hashSeed, named("store"), LOG::warn);
    }

    private static Set<String> routes(List<RpcMethod<?, ?>> methods, List<Endpoint> endpoints) {
        return Stream.concat(
                        methods.stream().map(RpcMethod::path),
                        endpoints.stream().map(Endpoint::path))
                .collect(java.util.stream.Collectors.toUnmodifiableSet());
    }

    @SafeVarargs
    private static <T> List<T> both(List<? extends T>... lists) {
        List<T> all = new ArrayList<>();
        for (List<? extends T> list : lists) {
            all.addAll(list);
        }
        return all;
    }

    private static ThreadFactory named(String name) {
        return Thread.ofPlatform().name("flamekeeper-" + name + "-", 0).daemon(true).factory();
    }

    /// The store has no voice of its own: a fault shows in its answers and here.
    private static ScheduledExecutorService faultWatch(Store store, Runnable onFault) {
        ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(named("fault-watch"));
        watch.scheduleWithFixedDelay(
                () ->
                        store.fault()
                                .ifPresent(
                                        reason -> {
                                            LOG.error("stopping for good: {}", reason);
                                            watch.shutdown();
                                            onFault.run();
                                        }),
                FAULT_CHECK_MILLIS,
                FAULT_CHECK_MILLIS,
                TimeUnit.MILLISECONDS);
        return watch;
    }

    /// Where it answers, with the real port.
    public URI uri() {
        InetSocketAddress address = http.address();
        InetAddress host = address.getAddress();
        String text = host.getHostAddress();
        return URI.create(
                "http://%s:%d"
                        .formatted(
                                host instanceof Inet6Address ? "[" + text + "]" : text,
                                address.getPort()));
    }

    /// Not ready at once; then no new connections, requests under way finish, and the store is left as it can
    /// be read back. Within the shutdown timeout and a few seconds.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            readiness.stop();
            closeAll(open);
            LOG.info("stopped");
        }
    }

    private static void closeAll(Deque<AutoCloseable> open) {
        while (!open.isEmpty()) {
            AutoCloseable resource = open.pop();
            try {
                if (resource instanceof ExecutorService executor) {
                    executor.shutdown();
                } else {
                    resource.close();
                }
            } catch (Exception e) {
                LOG.error("stopping: {} failed", resource.getClass().getSimpleName(), e);
            }
        }
    }
}
