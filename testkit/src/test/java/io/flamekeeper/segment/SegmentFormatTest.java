package io.flamekeeper.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.column.Checksum;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TraceId;
import io.flamekeeper.segment.SumPlan.Scope;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The format stays what it is: a file that an earlier build wrote reads the same for ever, and a file that
/// changed by one bit says so.
class SegmentFormatTest {
    /// Two services of two tenants, with spans, traces, uploads, and every kind of sum.
    static byte[] written(long seed, int groups, SumPlan plan) throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, SegmentHeader.sealed(9, 1, 4));
            var random = new SplittableRandom(seed);
            for (int service = 0; service < 2; service++) {
                writer.add(source(random, service == 0 ? groups : 20, service), plan);
            }
            writer.finish();
        }
        return Objects.requireNonNull(vfs.content().get("a.seg"));
    }

    private static HeadSource source(SplittableRandom random, int groups, int service) {
        var profiles =
                new RandomProfiles(random.nextLong(), new RandomProfiles.Shape(1, 5, 8, 2, 10));
        var dictionary = new Dictionary(3);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        long minute = 1_750_032_000_000L;
        for (int i = 0; i < groups; i++) {
            for (ProfileRow row : interner.intern(profiles.next("svc-" + service), dictionary)) {
                rows.add(
                        new ProfileRow(
                                row.series(),
                                (minute + i * 15_000L) * 1_000_000,
                                row.durationNanos(),
                                row.period(),
                                row.total(),
                                row.node(),
                                row.value(),
                                row.spanId(),
                                row.traceId()));
            }
        }
        return new HeadSource(
                new TenantId("tenant-" + service),
                "svc-" + service,
                dictionary.view(),
                HeadSource.Rows.of(rows),
                List.of(new UploadMark(random.nextLong(), random.nextLong(), minute)));
    }

    /// Everything in the file.
    private static String dump(Segment segment) throws IOException {
        var text = new StringBuilder();
        text.append(segment.header()).append('\n');
        for (Partition partition : segment.partitions()) {
            text.append(
                    "%s %s [%d, %d] rows %d pairs %d\n"
                            .formatted(
                                    partition.tenant().value(),
                                    partition.service(),
                                    partition.firstMillis(),
                                    partition.lastMillis(),
                                    partition.rowCount(),
                                    partition.pairCount()));
            dumpStacks(partition, text);
            for (int series = 0; series < partition.series().count(); series++) {
                text.append(
                        "series %d %s %s\n"
                                .formatted(
                                        series,
                                        partition.series().type(series),
                                        partition.series().labels(series)));
            }
            dumpRows(partition, text);
            dumpSums(partition, text);
            partition.uploads().forEach(upload -> text.append(upload).append('\n'));
        }
        return text.toString();
    }

    /// Where spans and traces lead.
    private static String lookUps(Segment segment) {
        var text = new StringBuilder();
        for (Partition partition : segment.partitions()) {
            SpanReader spans = partition.spans();
            for (long span = 1; span <= 3; span++) {
                text.append("span %d in %s\n".formatted(span, spans.blocksOf(span)));
            }
            for (TraceId trace : RandomProfiles.TRACES) {
                text.append("%s in %s\n".formatted(trace, spans.blocksOf(trace)));
            }
        }
        return text.toString();
    }

    private static void dumpStacks(Partition partition, StringBuilder text) {
        SymbolTable symbols = partition.symbols();
        StackTable stacks = partition.stacks();
        for (int node = 1; node < stacks.count(); node++) {
            int frame = stacks.frame()[node];
            int function = symbols.frames().function()[frame];
            text.append(
                    "node %d of %d: %s:%d @%x%s\n"
                            .formatted(
                                    node,
                                    stacks.parent()[node],
                                    function == SymbolTable.NONE
                                            ? "?"
                                            : symbols.strings()
                                                    .get(symbols.functions().name()[function]),
                                    symbols.frames().line()[frame],
                                    symbols.frames().address()[frame],
                                    symbols.frames().inlined()[frame] ? " inlined" : ""));
        }
    }

    private static void dumpRows(Partition partition, StringBuilder text) throws IOException {
        RowCursor rows = partition.rows();
        while (rows.next()) {
            text.append(
                    "row of %d at %d for %d period %d total %d:"
                            .formatted(
                                    rows.series(),
                                    rows.timeNanos(),
                                    rows.durationNanos(),
                                    rows.period(),
                                    rows.total()));
            for (int pair = 0; pair < rows.pairCount(); pair++) {
                text.append(" %d=%d".formatted(rows.node()[pair], rows.value()[pair]));
                if (rows.hasSpans()) {
                    text.append('/').append(rows.spanId()[pair]);
                }
                if (rows.hasTraces()) {
                    text.append('/').append(rows.traceId()[2 * pair]);
                    text.append(':').append(rows.traceId()[2 * pair + 1]);
                }
            }
            text.append('\n');
        }
    }

    private static void dumpSums(Partition partition, StringBuilder text) {
        PairReader pairs = partition.sumPairs();
        for (Scope scope : Scope.values()) {
            int owners =
                    scope == Scope.TYPE
                            ? partition.series().types().size()
                            : partition.series().count();
            for (SumTable.Sums sums : partition.sums().of(scope)) {
                SumTable.Reader reader = sums.reader();
                for (int owner = 0; owner < owners; owner++) {
                    for (int sum = reader.start(owner); sum < reader.end(owner); sum++) {
                        text.append(
                                "sum of %s %d at %d for %d: first %d in %d, rest %d in %d:"
                                        .formatted(
                                                scope,
                                                owner,
                                                reader.startMillis(sum),
                                                sums.bucketMillis(),
                                                reader.firstTotal(sum),
                                                reader.firstRows(sum),
                                                reader.restTotal(sum),
                                                reader.restRows(sum)));
                        long end = reader.pairEnd(sum);
                        pairs.forEach(
                                reader.pairStart(sum),
                                end,
                                end,
                                (node, value, from, to) -> {
                                    for (int pair = from; pair < to; pair++) {
                                        text.append(" %d=%d".formatted(node[pair], value[pair]));
                                    }
                                });
                        text.append('\n');
                    }
                }
            }
        }
    }

    static Segment open(byte[] bytes) throws IOException {
        return Segment.open(SimulatedVfs.of(Map.of("a.seg", bytes), Faults.NONE), "a.seg");
    }

    @Test
    void anyBitFlipped_isNoticedOrHarmless() throws IOException {
        long seed = 37;
        byte[] bytes = written(seed, 30, SumPlan.ofLevel(3));
        String expected = dump(open(bytes)) + lookUps(open(bytes));
        assertThat(expected).contains("sum of TYPE", "sum of SERIES", "/-7:-7", "UploadMark");
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(dump(open(flipped)) + lookUps(open(flipped)))
                        .as("bit %d", bit)
                        .isEqualTo(expected);
            } catch (FlamekeeperException e) {
                assertThat(e.code()).as("bit %d", bit).isEqualTo(ErrorCode.CORRUPT_DATA);
                assertThat(e).as("bit %d", bit).hasMessageContaining("a.seg");
            }
        }
    }

    @Test
    void fileCutAnywhere_isNoticed() throws IOException {
        byte[] bytes = written(22, 8, SumPlan.ofLevel(2));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> open(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(FlamekeeperException.class)
                    .extracting(e -> ((FlamekeeperException) e).code())
                    .isEqualTo(ErrorCode.CORRUPT_DATA);
        }
    }

    @Test
    void newerVersion_isRefused() throws IOException {
        byte[] bytes = written(23, 3, SumPlan.NONE);
        ByteBuffer newer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        newer.putInt(4, SegmentLayout.VERSION + 1);
        newer.putInt(SegmentLayout.PRELUDE_CRC, Checksum.of(bytes, 0, SegmentLayout.PRELUDE_CRC));
        assertThatThrownBy(() -> open(bytes))
                .hasMessage(
                        "a.seg: version 3 (expected: at most 2, the newest this software knows)")
                .extracting(e -> ((FlamekeeperException) e).code())
                .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    }

    /// Each fixture was made when its version was; never again.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void fixtureOfAnyVersion_readsAsItDid(int version) throws IOException {
        assertThat(dump(open(fixture(version))))
                .isEqualTo(new String(resource("/segment/version-" + version + ".txt"), UTF_8));
    }

    @Test
    void blocksOf_fixtureOfVersion1_leavesNoBlockOut() throws IOException {
        assertThat(lookUps(open(fixture(1)))).contains("span 1 in {0}");
    }

    static byte[] fixture(int version) throws IOException {
        return resource("/segment/version-" + version + ".seg");
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = SegmentFormatTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
