package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.GroupText;
import io.flamekeeper.testkit.RawSample;
import io.flamekeeper.testkit.ReferencePprof;
import io.flamekeeper.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Recordings of real profilers, compared with what the peers make of each. Two differences are on purpose,
/// and each is printed where it shows:
///
/// * durations are nanoseconds, not ticks;
/// * a line that is not known is 0, not 4294967295.
class SharedJfrTest {
    private static final String FOLDER = "data/formats/";
    private static final String RECORDING = ".jfr.gz";
    private static final String COLLAPSED = "_expected_collapsed.txt.gz";
    private static final long UNKNOWN_LINE = 0xffff_ffffL;

    /// Hash of no labels, and of the thread that a golden was asked for.
    private static final Map<String, String> THREAD_BY_HASH =
            Map.of(
                    "17241709254077376921", "",
                    "2539015855607244867", "pool-2-thread-1",
                    "5571933481434853072", "pool-2-thread-3",
                    "16370823494798218517", "pool-2-thread-5",
                    "15666661103234080825", "pool-2-thread-7");

    private static final Intake INTAKE =
            new Intake(
                    new IntakeLimits(
                            64 << 20,
                            DecodeLimits.DEFAULTS,
                            10_000,
                            30,
                            1_024,
                            2_048,
                            0,
                            IntakeLimits.ANY_AGE,
                            1L << 50),
                    InstantSource.system());

    /// What was found different on purpose, or `equal`.
    private final List<String> verdicts = new ArrayList<>();

    @Test
    void ingestJfr_everyRecordingOfThePeers_isWhatTheyMakeOfIt() throws IOException {
        Path shared = SharedData.folder().orElse(null);
        if (shared == null) {
            abort("0 recordings compared: no folder with shared test data");
            return;
        }
        int compared = compare(shared, "jfr/", ".pb.gz", this::compareWithPprof);
        compared += compare(shared, "jfr-parser/", COLLAPSED, this::compareWithText);
        System.out.println(compared + " outputs of recordings compared");
        verdicts.forEach(verdict -> System.out.println("  " + verdict));
        assertThat(compared).as("outputs in the folder").isEqualTo(39);
    }

    @FunctionalInterface
    private interface Comparison {
        /// Says what differs on purpose, `""` = nothing.
        String compare(ProfileGroup group, String recording, String expected) throws IOException;
    }

    private int compare(Path shared, String folder, String suffix, Comparison comparison)
            throws IOException {
        int compared = 0;
        try (Stream<Path> files = Files.list(shared.resolve(FOLDER + folder))) {
            List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
            for (String recording : names) {
                if (!recording.endsWith(RECORDING)) {
                    continue;
                }
                ProfileGroup group = ingest(folder, recording, names);
                String base = recording.substring(0, recording.length() - RECORDING.length());
                for (String expected : names) {
                    boolean isOfRecording =
                            expected.startsWith(recording + ".")
                                    || expected.matches("\\Q" + base + "\\E_\\d_.*");
                    if (isOfRecording && expected.endsWith(suffix)) {
                        String difference = comparison.compare(group, recording, expected);
                        verdicts.add(
                                expected + ": " + (difference.isEmpty() ? "equal" : difference));
                        compared++;
                    }
                }
            }
        }
        return compared;
    }

    private static ProfileGroup ingest(String folder, String recording, List<String> names) {
        String labels = recording.replace(RECORDING, ".labels.pb.gz");
        return INTAKE.ingestJfr(
                        IngestParameters.parse(
                                Map.of("name", "app", "from", "1706241880", "until", "1706241890"),
                                InstantSource.system()),
                        SharedData.bytes(FOLDER + folder + recording),
                        names.contains(labels)
                                ? SharedData.bytes(FOLDER + folder + labels)
                                : new byte[0])
                .group();
    }

    /// `<recording>.<type, : as _>.<hash of the labels>.pb.gz`
    private String compareWithPprof(ProfileGroup group, String recording, String expected)
            throws IOException {
        String[] part =
                expected.substring(recording.length() + 1, expected.length() - ".pb.gz".length())
                        .split("\\.");
        String thread = Objects.requireNonNull(THREAD_BY_HASH.get(part[1]), part[1]);
        List<Profile> profiles =
                group.profiles().stream()
                        .filter(one -> one.type().id().replace(':', '_').equals(part[0]))
                        .filter(one ->
                                thread.isEmpty()
                                        || one.labels().value("thread_name").equals(thread))
                        .toList();
        var amounts = new TreeMap<String, Long>();
        profiles.forEach(one ->
                GroupText.selfByStack(group, one)
                        .forEach((stack, amount) -> amounts.merge(stack, amount, Long::sum)));
        var golden = new TreeMap<String, Long>();
        for (RawSample sample :
                ReferencePprof.decode(
                                Gzip.inflate(
                                        SharedData.bytes(FOLDER + "jfr/" + expected),
                                        1 << 24,
                                        expected))
                        .samples()) {
            if (sample.values().getFirst() != 0) {
                golden.merge(
                        String.join(
                                ";",
                                sample.rootFirst().stream()
                                        .map(frame ->
                                                frame.replaceAll("\\|[^|]*\\|[^|]*\\|[^|]*$", ""))
                                        .toList()),
                        sample.values().getFirst(),
                        Long::sum);
            }
        }
        return equalButForTicks(amounts, golden, expected);
    }

    /// `<recording>_<n>_<name>_<type>__<unit>[ <type>__<unit>]_expected_collapsed.txt.gz`, each line the
    /// frames with their lines, a blank, and the values in brackets.
    private String compareWithText(ProfileGroup group, String recording, String expected) {
        String text =
                new String(
                        Gzip.inflate(
                                SharedData.bytes(FOLDER + "jfr-parser/" + expected),
                                1 << 24,
                                expected),
                        UTF_8);
        String types = expected.replaceAll("^.*?_\\d_[a-z]+_(cpu_)?", "").replace(COLLAPSED, "");
        List<String> differences = new ArrayList<>();
        int column = 0;
        for (String type : types.split(" ")) {
            Profile profile =
                    group.profiles().stream()
                            .filter(one ->
                                    type.equals(
                                            one.type().sample().type()
                                                    + "__"
                                                    + one.type().sample().unit()))
                            .filter(one -> expected.contains("_" + one.type().name() + "_"))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(expected + ": no " + type));
            var golden = new TreeMap<String, Long>();
            for (String line : text.lines().toList()) {
                int bracket = line.lastIndexOf(" [");
                long amount =
                        Long.parseLong(
                                line.substring(bracket + 2, line.length() - 1).split(" ")[column]);
                if (amount != 0) {
                    golden.merge(line.substring(0, bracket), amount, Long::sum);
                }
            }
            var known = new TreeMap<String, Long>();
            golden.forEach((stack, amount) ->
                    known.merge(stack.replace(":" + UNKNOWN_LINE, ":0"), amount, Long::sum));
            if (!known.equals(golden)) {
                differences.add("a line that is not known is 0");
            }
            differences.add(
                    equalButForTicks(
                            GroupText.selfByStackWithLines(group, profile),
                            known,
                            expected + " " + type));
            column++;
        }
        return String.join(
                "; ", differences.stream().filter(one -> !one.isEmpty()).distinct().toList());
    }

    /// The clock of those recordings that do not count nanoseconds.
    private static long ticksPerSecond(String expected) {
        if (expected.startsWith("cortex-dev-01__kafka-0__cpu_lock0_alloc0__0")) {
            return 2_799_998_547L;
        }
        return expected.startsWith("dd-trace-java") || expected.startsWith("object-allocation")
                ? 1_800_000_000L
                : 1_000_000_000L;
    }

    private static String equalButForTicks(
            SortedMap<String, Long> amounts, SortedMap<String, Long> golden, String expected) {
        long ticksPerSecond = ticksPerSecond(expected);
        if (!expected.contains("delay")
                || ticksPerSecond == 1_000_000_000L
                || expected.endsWith("contentions__count")) {
            assertThat(amounts).as(expected).isEqualTo(golden);
            return "";
        }
        assertThat(amounts.keySet()).as(expected).isEqualTo(golden.keySet());
        golden.forEach((stack, ticks) ->
                assertThat((double) amounts.getOrDefault(stack, 0L))
                        .as("%s %s", expected, stack)
                        .isCloseTo(ticks * 1e9 / ticksPerSecond, Offset.offset(1_000.0)));
        return "durations are nanoseconds, not ticks";
    }

    @Test
    void ingestJfr_firstByteOfARecordingGone_isRefused() {
        byte[] recording =
                Gzip.inflate(
                        SharedData.bytes(FOLDER + "jfr/cortex-dev-01__kafka-0__cpu__0" + RECORDING),
                        1 << 24,
                        "recording");
        recording[0] = 0;
        assertThatThrownBy(() ->
                        INTAKE.ingestJfr(
                                IngestParameters.parse(
                                        Map.of("name", "app"), InstantSource.system()),
                                recording,
                                new byte[0]))
                .hasMessage("jfr: no chunk at byte 0 (expected: FLR)")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE));
    }
}
