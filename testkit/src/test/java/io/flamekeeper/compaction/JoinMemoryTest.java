package io.flamekeeper.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.RandomProfiles.Shape;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Services are joined as far as memory allows, which is known of most without reading them.
class JoinMemoryTest {
    private static final List<Shape> SHAPES =
            List.of(Shape.TINY, Shape.SMALL, new Shape(1, 200, 2_000, 1, 50));

    private static List<Partition> segment(SplittableRandom random) throws IOException {
        var vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, SegmentHeader.sealed(1, 0, 1));
            for (int service = 0; service < 3; service++) {
                if (random.nextInt(4) > 0) {
                    writer.add(source("service-" + service, random), SumPlan.NONE);
                }
            }
            writer.finish();
        }
        return Segment.open(vfs, "a.seg").partitions();
    }

    private static HeadSource source(String service, SplittableRandom random) {
        Shape shape = SHAPES.get(random.nextInt(SHAPES.size()));
        var profiles = new RandomProfiles(random.nextLong(), shape);
        var dictionary = new Dictionary(1);
        List<ProfileRow> rows = new ArrayList<>();
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            ProfileGroup group = profiles.next(service);
            rows.addAll(new GroupInterner().intern(group, dictionary));
        }
        return new HeadSource(
                TenantId.ANONYMOUS,
                service,
                dictionary.view(),
                HeadSource.Rows.of(rows),
                List.of());
    }

    /// The same, by reading everything.
    private static int naive(List<List<Partition>> inputs, long bytesMax) {
        Map<String, Long> bytes = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            for (Partition partition : inputs.get(i)) {
                long sum = bytes.merge(partition.service(), JoinMemory.bytes(partition), Long::sum);
                if (i > 0 && sum > bytesMax) {
                    return i;
                }
            }
        }
        return inputs.size();
    }

    @Test
    void fitting_anyLimit_isAsManyAsFitWhenEverythingIsRead() throws IOException {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            List<List<Partition>> inputs = new ArrayList<>();
            for (int i = random.nextInt(1, 7); i > 0; i--) {
                inputs.add(segment(random));
            }
            long all = inputs.stream().flatMap(List::stream).mapToLong(JoinMemory::bytes).sum();
            for (long max : new long[] {0, all, all / 2, random.nextLong(all + 1), all / 10}) {
                assertThat(JoinMemory.fitting(inputs, max))
                        .as("seed %d, round %d, at most %d bytes", seed, round, max)
                        .isEqualTo(naive(inputs, max));
            }
        }
    }
}
