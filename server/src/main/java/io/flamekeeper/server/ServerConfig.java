package io.flamekeeper.server;

import io.flamekeeper.http.HttpLimits;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.query.QueryLimits;
import io.flamekeeper.store.StoreConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;

/// Everything an operator can set. A component `bodyBytesMax` is the setting `body-bytes-max`; see [Settings].
///
/// @param listen               address and port, such as `127.0.0.1:4040` or `[::1]:0`; port 0 picks a free one
/// @param data                 folder of the store
/// @param insecureAllowRemote  whether `listen` may be an address that other machines reach, though nobody is
///     asked for credentials
/// @param bodyBytesMax         bytes of one request body, as received and again inflated
/// @param bodyBytesInFlightMax bytes of all request bodies held at a time
/// @param profileBytesMax      bytes of one profile, uncompressed
/// @param bodyTimeoutMillis    time that a request body may take to arrive
/// @param requestTimeoutMillis time that an answer may take; also the longest a query may run
/// @param idleTimeoutMillis    time after which a connection without requests is closed
/// @param shutdownTimeoutMillis time that requests under way have to finish when the server stops
/// @param connectionsMax       connections at a time
/// @param queryThreads         threads that compute queries
/// @param queryPairsMax        (stack, value) pairs that one query may read
/// @param storeShards          writer threads of the store, each with a log of its own
/// @param sealLogBytes         size of a log from which its profiles are sealed into a segment
/// @param sealAgeMillis        age of a log from which they are
public record ServerConfig(
        InetSocketAddress listen,
        Path data,
        boolean insecureAllowRemote,
        int bodyBytesMax,
        long bodyBytesInFlightMax,
        int profileBytesMax,
        Duration bodyTimeoutMillis,
        Duration requestTimeoutMillis,
        Duration idleTimeoutMillis,
        Duration shutdownTimeoutMillis,
        int connectionsMax,
        int queryThreads,
        long queryPairsMax,
        int storeShards,
        long sealLogBytes,
        Duration sealAgeMillis) {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int THREADS_MAX = 1_024;

    public ServerConfig {
        if (!listen.getAddress().isLoopbackAddress() && !insecureAllowRemote) {
            throw Settings.invalid(
                    "listen",
                    listen.getAddress().getHostAddress() + ":" + listen.getPort(),
                    "a loopback address, because nobody is asked for credentials, or"
                            + " insecure-allow-remote=true");
        }
    }

    /// @throws io.flamekeeper.model.FlamekeeperException `INVALID_CONFIGURATION`, naming the setting and what it
    ///     may be
    public static ServerConfig from(Settings settings) {
        int cores = Runtime.getRuntime().availableProcessors();
        StoreConfig store = StoreConfig.defaults(cores);
        var config =
                new ServerConfig(
                        address(settings.text("listen", "127.0.0.1:4040")),
                        Path.of(settings.text("data", "flamekeeper-data")),
                        settings.flag("insecure-allow-remote", false),
                        settings.integer("body-bytes-max", 64 << 20, 1_024, 1 << 30),
                        settings.integer(
                                "body-bytes-in-flight-max", 256L << 20, 1_024, Long.MAX_VALUE),
                        settings.integer(
                                "profile-bytes-max",
                                IntakeLimits.DEFAULTS.profileBytesMax(),
                                1_024,
                                1 << 30),
                        settings.millis("body-timeout-millis", Duration.ofSeconds(20), HOUR),
                        settings.millis("request-timeout-millis", Duration.ofSeconds(30), HOUR),
                        settings.millis("idle-timeout-millis", Duration.ofMinutes(2), HOUR),
                        settings.millis(
                                "shutdown-timeout-millis", Duration.ofSeconds(5), HOUR),
                        settings.integer("connections-max", 4_096, 1, 1 << 20),
                        settings.integer("query-threads", cores, 1, THREADS_MAX),
                        settings.integer(
                                "query-pairs-max",
                                QueryLimits.DEFAULTS.pairsMax(),
                                1,
                                Long.MAX_VALUE),
                        settings.integer("store-shards", cores, 1, THREADS_MAX),
                        settings.integer(
                                "seal-log-bytes", store.sealLogBytes(), 1, Long.MAX_VALUE),
                        settings.millis(
                                "seal-age-millis", store.sealAge(), Duration.ofDays(1)));
        settings.checkNames();
        return config;
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String expected = "address:port, such as 127.0.0.1:4040";
        if (colon <= 0) {
            throw Settings.invalid("listen", text, expected);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port < 0 || port > 0xffff) {
                throw Settings.invalid("listen", text, expected);
            }
            return new InetSocketAddress(InetAddress.getByName(text.substring(0, colon)), port);
        } catch (NumberFormatException | UnknownHostException e) {
            throw Settings.invalid("listen", text, expected);
        }
    }

    HttpLimits httpLimits() {
        return new HttpLimits(
                bodyBytesMax,
                bodyTimeoutMillis,
                requestTimeoutMillis,
                idleTimeoutMillis,
                connectionsMax,
                shutdownTimeoutMillis);
    }

    IntakeLimits intakeLimits() {
        IntakeLimits defaults = IntakeLimits.DEFAULTS;
        return new IntakeLimits(
                profileBytesMax,
                defaults.decode(),
                defaults.labelsMax(),
                defaults.labelNameBytesMax(),
                defaults.labelValueBytesMax(),
                defaults.futureMillisMax());
    }

    QueryLimits queryLimits() {
        return new QueryLimits(
                queryThreads,
                requestTimeoutMillis,
                queryPairsMax,
                QueryLimits.DEFAULTS.nodesMax());
    }

    StoreConfig storeConfig() {
        StoreConfig defaults = StoreConfig.defaults(storeShards);
        return new StoreConfig(
                storeShards,
                defaults.queueGroupsMax(),
                defaults.batchBytesMax(),
                sealLogBytes,
                defaults.sealHeadBytes(),
                sealAgeMillis);
    }
}
