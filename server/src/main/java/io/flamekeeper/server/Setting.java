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
    TOKENS("off", "file of tokens, without one of which nobody is answered; off = nobody is asked"),
    BODY_BYTES_MAX("268435456", "bytes of one request, as received and again inflated"),
    BODIES_BYTES_MAX(
            "0",
            "bytes of all requests under way, as received, inflated and decoded; 0 = three eighths of the heap"),
    PROFILE_BYTES_MAX("33554432", "bytes of one profile, inflated"),
    PROFILE_SAMPLES_MAX("200000", "samples of one profile"),
    PROFILE_LABEL_SETS_MAX("5000", "different sets of sample labels in one profile"),
    SAMPLE_LABELS_MAX("100", "labels on one sample, as sent"),
    STACK_DEPTH_MAX("1000", "frames of one stack; of a deeper one the middle is left out"),
    SYMBOL_BYTES_MAX("65535", "bytes of one name; of a longer one the end is kept"),
    LABELS_MAX("30", "labels of one series"),
    LABEL_NAME_BYTES_MAX("1024", "bytes of a label's name"),
    LABEL_VALUE_BYTES_MAX("2048", "bytes of a label's value; a longer one is cut"),
    LABEL_VALUES_MAX(
            "0",
            "different values of one label of one service in a day of UTC; new ones beyond are stored as __other__; 0 = any"
                    + " number"),
    PROFILE_AGE_MAX("off", "age from which a profile is refused, such as 1h; off = none is"),
    PROFILE_FUTURE_MAX("10m", "how far a profile's time may be ahead of the server's clock"),
    UPLOAD_RATE("0", "bytes of profiles a second that a tenant may send, as sent; 0 = any number"),
    UPLOAD_BURST("67108864", "bytes that it may send at once after a pause; only with upload-rate"),
    SERIES_MAX("0", "series of a tenant within an hour or two; 0 = any number"),
    RELABEL("[]", "rules for the labels of all series, as in Prometheus' relabel_configs"),
    DROP_NONE_LABELS("false", "leave out labels whose value is None, null or undefined"),
    GO_STACK_REPAIR("false", "put stacks together again that Go before 1.23 cut off"),
    GO_TYPE_FOLDING("false", "count Go functions that differ only in [go.shape…] as one"),
    HEADER_TIMEOUT("10s", "from the first byte of a request to the end of its headers"),
    BODY_TIMEOUT("20s", "from the headers of a request to the end of its body"),
    REQUEST_TIMEOUT("30s", "from the headers of a request to its answer"),
    ANSWER_TIMEOUT("60s", "from the first byte of an answer to its last"),
    IDLE_TIMEOUT("2m", "after which a connection without a request is closed"),
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

    private static final Set<Setting> PER_TENANT =
            EnumSet.of(
                    PROFILE_BYTES_MAX,
                    PROFILE_SAMPLES_MAX,
                    PROFILE_LABEL_SETS_MAX,
                    SAMPLE_LABELS_MAX,
                    STACK_DEPTH_MAX,
                    SYMBOL_BYTES_MAX,
                    LABELS_MAX,
                    LABEL_NAME_BYTES_MAX,
                    LABEL_VALUE_BYTES_MAX,
                    LABEL_VALUES_MAX,
                    PROFILE_AGE_MAX,
                    PROFILE_FUTURE_MAX,
                    UPLOAD_RATE,
                    UPLOAD_BURST,
                    SERIES_MAX,
                    RELABEL,
                    DROP_NONE_LABELS,
                    GO_STACK_REPAIR,
                    GO_TYPE_FOLDING,
                    RETENTION,
                    RETENTION_BYTES);

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
