package io.flamekeeper.server;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// Everything that can be set. In a file and with `--set` a setting has its [#key]; in the environment it is
/// `FLAMEKEEPER_` and the key in capitals, `_` for `-`. Where [#isPerTenant], either name followed by `.TENANT` is
/// what that tenant has instead.
public enum Setting {
    LISTEN("127.0.0.1:4040", "address and port; port 0 picks a free one"),
    DATA("./flamekeeper-data", "folder of everything that is stored; one process at a time"),
    INSECURE_ALLOW_REMOTE(
            "false", "listen on addresses that others can reach, without asking them who they are"),
    BODY_BYTES_MAX("268435456", "bytes of one request, as received and again inflated"),
    BODIES_BYTES_MAX("402653184", "bytes of all requests under way"),
    PROFILE_BYTES_MAX("33554432", "bytes of one profile, inflated"),
    PROFILE_SAMPLES_MAX("200000", "samples of one profile"),
    BODY_TIMEOUT("20s", "from the headers of a request to the end of its body"),
    REQUEST_TIMEOUT("30s", "from the headers of a request to its answer"),
    CONNECTIONS_MAX("10000", "connections at a time"),
    SHARDS("0", "writers, each with a log; 0 = one for each processor"),
    SEAL_LOG_BYTES("67108864", "size of a log from which its profiles go into a segment"),
    SEAL_AGE("15m", "age of a log's first profile from which they do"),
    DURABILITY(
            "fsync",
            "when an upload is answered: fsync = once it survives a power cut; interval = once it is written, and synced"
                    + " within 100 ms; none = once it is written, and never synced"),
    UPLOADS_MAX(
            "4000000",
            "uploads of the last 24 h that are stored once, however often they are sent; 24 bytes of memory each"),
    RESERVE_BYTES(
            "67108864",
            "size of a file that is given up when the disk is full, so that what makes room can go on; 0 = none"),
    RETENTION("off", "age of a profile from which it is dropped, such as 30d; off = none is"),
    RETENTION_BYTES(
            "0",
            "size of a tenant's sealed profiles beyond which the oldest are dropped; 0 = none are"),
    COMPACTION_BYTES_MAX("268435456", "memory that joining the files of one service may take");

    private static final Set<Setting> PER_TENANT = EnumSet.of(RETENTION, RETENTION_BYTES);

    private final String defaultText;
    private final String meaning;

    Setting(String defaultText, String meaning) {
        this.defaultText = defaultText;
        this.meaning = meaning;
    }

    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String environmentName() {
        return "FLAMEKEEPER_" + name();
    }

    /// Whether a tenant may have one of its own.
    public boolean isPerTenant() {
        return PER_TENANT.contains(this);
    }

    String defaultText() {
        return defaultText;
    }

    /// One line for people.
    public String meaning() {
        return meaning;
    }

    /// @throws FlamekeeperException `INVALID_CONFIGURATION`, naming all keys
    static Setting byKey(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() ->
                        new FlamekeeperException(
                                ErrorCode.INVALID_CONFIGURATION,
                                "setting: '%s' (expected: one of %s)",
                                key,
                                Arrays.stream(values())
                                        .map(Setting::key)
                                        .collect(Collectors.joining(", "))));
    }
}
