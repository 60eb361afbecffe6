package io.flamekeeper.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.MergedProfile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.MergeQuery;
import io.flamekeeper.query.QueryBudget;
import io.flamekeeper.query.QueryEngine;
import io.flamekeeper.query.QueryLimits;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.testkit.NaiveStore;
import io.flamekeeper.testkit.PprofReader;
import io.flamekeeper.testkit.QueryOracle;
import io.flamekeeper.testkit.RandomGroups;
import io.flamekeeper.testkit.TextProfiles;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PprofExportTest {
    private static final TimeRange RANGE = new TimeRange(0, 200_000);

    @Test
    void encode_drawnProfile_hasTheAgreedProperties() {
        MergedProfile profile =
                merged(
                        List.of(
                                TextProfiles.cpu("web", 1_000, "1   3\nbaz baz\nbar bar\nfoo"),
                                TextProfiles.cpu("web", 2_000, "5\nbaz")));

        var pprof = new PprofReader(PprofExport.encode(profile, TextProfiles.CPU, RANGE, 0));

        assertThat(pprof.frames())
                .isEqualTo(
                        Map.of(
                                List.of("baz|||0:0", "bar|||0:0", "foo|||0:0"), 1L,
                                List.of("baz|||0:0", "bar|||0:0"), 3L,
                                List.of("baz|||0:0"), 5L));
        assertThat(pprof.valueTypes(1)).containsExactly("cpu/nanoseconds");
        assertThat(pprof.valueTypes(11)).containsExactly("cpu/nanoseconds");
        assertThat(pprof.string(pprof.number(14))).isEqualTo("cpu");
        assertThat(pprof.number(9)).isEqualTo(200_000 * 1_000_000L);
        assertThat(pprof.number(10)).isZero();
        assertThat(pprof.number(12)).isEqualTo(1_000_000_000);
        assertThat(pprof.mappingCount()).isEqualTo(1);
        assertThat(pprof.mapping(1, 7)).isEqualTo(1);
        assertThat(pprof.strings()).startsWith("").endsWith("nanoseconds", "cpu");
    }

    @Test
    void encode_typeWithoutPeriod_saysSoInEmptyStrings() {
        var type = ProfileType.parse("memory:alloc_space:bytes::");
        MergedProfile profile = merged(List.of(TextProfiles.cpu("web", 1_000, "1\na")));

        var pprof = new PprofReader(PprofExport.encode(profile, type, RANGE, 0));

        assertThat(pprof.valueTypes(11)).containsExactly("/");
        assertThat(pprof.number(12)).isEqualTo(524_288);
    }

    @Test
    void encode_nothing_isNoByte() {
        assertThat(PprofExport.encode(merged(List.of()), TextProfiles.CPU, RANGE, 0)).isEmpty();
    }

    @Test
    void encode_anyProfile_isReadBackFrameByFrame() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            String chance = "seed " + seed + ", round " + round;
            MergedProfile profile = merged(RandomGroups.list(random, 1 + random.nextInt(6)));
            byte[] bytes = PprofExport.encode(profile, TextProfiles.CPU, RANGE, 0);
            if (bytes.length == 0) {
                assertThat(QueryOracle.frames(profile)).as(chance).isEmpty();
            } else {
                assertThat(new PprofReader(bytes).frames())
                        .as(chance)
                        .isEqualTo(QueryOracle.frames(profile));
            }
        }
    }

    @Test
    void encode_fewNodes_foldsTheRestIntoOtherAndKeepsTheSum() {
        MergedProfile profile =
                merged(
                        List.of(
                                TextProfiles.cpu(
                                        "web",
                                        1_000,
                                        """
                                        90    5     4     2
                                        main  main  main  idle
                                        a     b     c
                                              x
                                        """)));

        var pprof = new PprofReader(PprofExport.encode(profile, TextProfiles.CPU, RANGE, 2));

        assertThat(pprof.frames())
                .isEqualTo(
                        Map.of(
                                List.of("main|||0:0", "a|||0:0"), 90L,
                                List.of("main|||0:0", "other|||0:0"), 9L,
                                List.of("other|||0:0"), 2L));
    }

    @Test
    void encode_hundredThousandDeep_fitsTheStack() {
        MergedProfile profile = merged(List.of(RandomGroups.deep("web", 100_000)));

        var pprof = new PprofReader(PprofExport.encode(profile, TextProfiles.CPU, RANGE, 0));

        assertThat(pprof.frames().keySet().iterator().next()).hasSize(100_000);
        assertThat(pprof.locationCount()).isEqualTo(1);
    }

    private static MergedProfile merged(List<ProfileGroup> groups) {
        TenantScope tenant = TenantScope.grant(TenantId.ANONYMOUS);
        var store = new NaiveStore();
        store.append(tenant, groups);
        var query =
                new MergeQuery(
                        TextProfiles.CPU, Selector.EVERYTHING, RANGE, List.of(), SampleFilter.ALL);
        return new QueryEngine(store, QueryLimits.DEFAULTS, Runnable::run, 7)
                .mergeProfile(
                        tenant, query, QueryBudget.of(QueryLimits.DEFAULTS, System::nanoTime));
    }
}
