package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Sums of buckets change what an answer costs, never what it is: a segment with them and one without answer
/// every question alike, to the last bit.
class SumsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long START = 20_000 * DAY;

    @Test
    void answers_fromSumsAndEdges_equalThoseFromRows() throws IOException {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        int questions = 0;
        long pairsWith = 0;
        long pairsWithout = 0;
        for (int round = 0; round < 24; round++) {
            int level = round % 4;
            String chance = "seed " + seed + ", round " + round;
            long span = random.nextBoolean() ? 3 * DAY : 90 * MINUTE;
            var dictionary = new Dictionary(seed);
            List<ProfileRow> rows = rows(random, span, dictionary);
            Part with = part(dictionary, rows, SumPlan.ofLevel(level), level);
            Part without = part(dictionary, rows, SumPlan.NONE, level);
            for (int question = 0; question < 60; question++) {
                TimeRange range = range(random, span);
                int[] series = series(random, with);
                SpanFilter spans =
                        random.nextInt(5) == 0
                                ? SpanFilter.of(1 + random.nextInt(3))
                                : SpanFilter.ALL;
                String asked = chance + ", question " + question + ", " + range;
                long[] counted = new long[2];
                assertThat(self(with, series, range, spans, counted, 0))
                        .as(asked)
                        .isEqualTo(self(without, series, range, spans, counted, 1));
                pairsWith += counted[0];
                pairsWithout += counted[1];
                long step = 1 + random.nextLong(2 * DAY);
                for (int one : series) {
                    assertThat(totals(with, one, range, step))
                            .as(asked)
                            .isEqualTo(totals(without, one, range, step));
                    assertThat(with.hasRows(one, range)).isEqualTo(without.hasRows(one, range));
                }
                questions++;
            }
        }
        System.out.printf(
                "sums: questions %d, mismatches 0, pairs read with sums %d, without %d, seed %d%n",
                questions, pairsWith, pairsWithout, seed);
        assertThat(pairsWith).isLessThan(pairsWithout);
    }

    /// Many rows a bucket, some at its very first and last millisecond; a few as large as a sum can be.
    private static List<ProfileRow> rows(
            SplittableRandom random, long span, Dictionary dictionary) {
        var profiles = new RandomProfiles(random.nextLong(), RandomProfiles.Shape.TINY);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            for (ProfileRow row : interner.intern(profiles.next("service"), dictionary)) {
                long millis = START + random.nextLong(span);
                if (random.nextInt(4) == 0) {
                    millis = millis / (5 * MINUTE) * (5 * MINUTE) - random.nextInt(2);
                }
                long[] value = row.value().clone();
                if (value.length > 0 && random.nextInt(100) == 0) {
                    value[0] = Long.MAX_VALUE - random.nextInt(3);
                }
                rows.add(
                        ProfileRow.of(
                                row.series(),
                                millis * 1_000_000 + random.nextInt(1_000_000),
                                row.durationNanos(),
                                row.period(),
                                row.node(),
                                value,
                                row.spanId()));
            }
        }
        return rows;
    }

    private static Part part(Dictionary dictionary, List<ProfileRow> rows, SumPlan plan, int level)
            throws IOException {
        var vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            var writer =
                    new SegmentWriter(
                            file,
                            new SegmentHeader(
                                    1,
                                    level,
                                    Optional.of(TenantId.ANONYMOUS),
                                    new SegmentHeader.Compacted(List.of(7L))));
            writer.add(
                    new HeadSource(
                            TenantId.ANONYMOUS,
                            "service",
                            dictionary.view(),
                            HeadSource.Rows.of(rows),
                            List.of()),
                    plan);
            writer.finish();
        }
        return new SegmentPart(Segment.open(vfs, "a.seg").partitions().getFirst());
    }

    private static TimeRange range(SplittableRandom random, long span) {
        long from = START - MINUTE + random.nextLong(span);
        long to = from + random.nextLong(span + 2 * MINUTE);
        return switch (random.nextInt(4)) {
            case 0 -> TimeRange.ALWAYS;
            case 1 ->
                    new TimeRange(
                            from / (5 * MINUTE) * (5 * MINUTE),
                            to / (5 * MINUTE) * (5 * MINUTE) + 5 * MINUTE);
            case 2 -> new TimeRange(START, START + span);
            default -> new TimeRange(from, to);
        };
    }

    /// One, some, or all series of one type.
    private static int[] series(SplittableRandom random, Part part) {
        int type = random.nextInt(part.series().types().size());
        int chosen = random.nextInt(3);
        int[] ofType =
                IntStream.range(0, part.series().count())
                        .filter(one -> part.series().typeOf(one) == type)
                        .toArray();
        return IntStream.of(ofType)
                .filter(one ->
                        chosen == 0
                                || (chosen == 1 && random.nextBoolean())
                                || (chosen == 2 && one == ofType[ofType.length / 2]))
                .toArray();
    }

    private static long[] self(
            Part part, int[] series, TimeRange range, SpanFilter spans, long[] counted, int into) {
        long[] self = new long[part.stacks().count()];
        part.addSelf(series, range, spans, self, (_, pairs) -> counted[into] += pairs);
        return self;
    }

    /// Total and rows by step, steps including their end.
    private static Map<Long, List<Long>> totals(Part part, int series, TimeRange range, long step) {
        var steps = new TreeMap<Long, List<Long>>();
        part.forEachTotal(
                series,
                range,
                (first, last) -> Math.floorDiv(first - 1, step) == Math.floorDiv(last - 1, step),
                (millis, total, rows) ->
                        steps.merge(
                                Math.floorDiv(millis - 1, step),
                                List.of(total, rows),
                                (left, right) ->
                                        List.of(
                                                SaturatedMath.add(
                                                        left.getFirst(), right.getFirst()),
                                                left.getLast() + right.getLast())));
        return steps;
    }
}
