package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.UploadMark;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.StoredText;
import io.flamekeeper.testkit.TextProfiles;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupCodecTest {
    /// As every version since the first writes a group without traces.
    private static final String PLAIN =
            "0009616e6f6e796d6f75730373766301050000000000000006000000000000000e020c03736572766963655f6e616d65"
                    + "73766300000000010101020b70726f636573735f637075036370750b6e616e6f7365636f6e6473036370750b"
                    + "6e616e6f7365636f6e6473020080897a04060505000200050100000000000000020000000000000000"
                    + "8092f401040602070001";

    private static final PartitionKey KEY = new PartitionKey(TenantId.ANONYMOUS, "svc");

    private static Head head() {
        return new Head(new Generation(0, 1), 3);
    }

    private static byte[] write(
            HeadPartition partition, Dictionary.Mark before, List<ProfileRow> rows) {
        var sink = new ByteSink(64);
        var upload = Optional.of(new UploadMark(5, 6, 7));
        GroupCodec.write(0, partition, true, before, upload, rows, sink);
        return sink.toByteArray();
    }

    private static HeadPart read(int type, byte[] frame) {
        Head head = head();
        head.add(GroupCodec.read(type, new ByteSource("frame", frame, 0, frame.length), head));
        return head.publish()[0];
    }

    @Test
    void write_groupWithoutTraces_areTheBytesOfTheFirstVersion() {
        var partition = new HeadPartition(KEY, 3);
        Dictionary.Mark before = partition.dictionary().mark();
        int series =
                partition
                        .dictionary()
                        .internSeries(Labels.of(Map.of("service_name", "svc")), TextProfiles.CPU);
        List<ProfileRow> rows =
                List.of(
                        ProfileRow.of(
                                series,
                                1_000_000,
                                2,
                                3,
                                new int[2],
                                new long[] {10, 25},
                                new long[] {1, 2},
                                new long[0]),
                        ProfileRow.of(
                                series,
                                2_000_000,
                                2,
                                3,
                                new int[1],
                                new long[] {7},
                                new long[0],
                                new long[0]));
        assertThat(GroupCodec.frameType(rows)).isEqualTo(1);
        assertThat(HexFormat.of().formatHex(write(partition, before, rows))).isEqualTo(PLAIN);
        HeadPart part = read(1, HexFormat.of().parseHex(PLAIN));
        assertThat(part.rows().get(0).spanId()).containsExactly(1, 2);
        assertThat(part.rows().get(1).hasSpans()).isFalse();
    }

    @Test
    void read_groupOfAnyKind_isTheGroup() {
        long seed = 4;
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.SMALL);
        int withTraces = 0;
        for (int round = 0; round < 200; round++) {
            ProfileGroup group = profiles.next("svc");
            var partition = new HeadPartition(KEY, 3);
            Dictionary.Mark before = partition.dictionary().mark();
            List<ProfileRow> rows = new GroupInterner().intern(group, partition.dictionary());
            int type = GroupCodec.frameType(rows);
            assertThat(StoredText.of(read(type, write(partition, before, rows))))
                    .as("seed %d, round %d", seed, round)
                    .containsExactlyInAnyOrderElementsOf(StoredText.of(group));
            withTraces += type - 1;
        }
        assertThat(withTraces).isBetween(20, 180);
    }

    @Test
    void read_frameOfATypeToCome_isRefused() {
        byte[] frame = HexFormat.of().parseHex(PLAIN);
        assertThatThrownBy(() -> read(3, frame))
                .isInstanceOf(FlamekeeperException.class)
                .hasMessage("frame: frame of unknown type 3");
    }
}
