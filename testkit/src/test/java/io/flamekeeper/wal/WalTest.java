package io.flamekeeper.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.SimulatedVfs.Survival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A file lives several lives; what one of them left is never taken for another's.
class WalTest {
    private static final int STEP_BYTES = 3_000;
    private static final int SHARD = 0;

    private static LogFiles files(SimulatedVfs vfs) {
        return new LogFiles(vfs, STEP_BYTES, 1);
    }

    private static String name(long generation) {
        return "wal-0-" + generation + ".log";
    }

    /// Writes a batch of frames, each of these many bytes by chance, and syncs it.
    private static List<String> append(WalWriter wal, SplittableRandom random, int... payloadBytes)
            throws IOException {
        List<String> batch = put(wal, random, payloadBytes);
        wal.write();
        wal.sync();
        return batch;
    }

    private static List<String> put(WalWriter wal, SplittableRandom random, int... payloadBytes) {
        List<String> batch = new ArrayList<>();
        for (int length : payloadBytes) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            ByteSink sink = wal.beginFrame();
            sink.putBytes(payload, 0, length);
            wal.endFrame(1);
            batch.add(HexFormat.of().formatHex(payload));
        }
        return batch;
    }

    /// A log as it is read: its frames, what was said, and its end.
    private record Found(List<String> frames, List<String> report, long bytes) {}

    private static Found read(SimulatedVfs vfs, long generation) throws IOException {
        List<String> frames = new ArrayList<>();
        List<String> report = new ArrayList<>();
        long bytes =
                WalRecovery.read(
                        vfs,
                        name(generation),
                        SHARD,
                        generation,
                        (_, payload) -> frames.add(hex(payload)),
                        report::add);
        return new Found(frames, report, bytes);
    }

    private static String hex(ByteSource payload) {
        return HexFormat.of().formatHex(payload.nextBytes(payload.remaining()));
    }

    @Test
    void write_upToTheNextStep_changesNoSize() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var random = new SplittableRandom(1);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        append(wal, random, 10);
        assertThat(vfs.content().get(name(1))).hasSize(STEP_BYTES);
        append(wal, random, 2_000, 800);
        assertThat(vfs.content().get(name(1))).hasSize(STEP_BYTES);
        append(wal, random, 200);
        assertThat(vfs.content().get(name(1))).hasSize(2 * STEP_BYTES);
        append(wal, random, 10_000);
        assertThat(vfs.content().get(name(1))).hasSize(5 * STEP_BYTES);
        assertThat(wal.bytes())
                .isEqualTo(WalLayout.HEADER_BYTES + 13_010 + 5 * WalLayout.FRAME_HEADER_BYTES);
    }

    @Test
    void read_afterAnyBatch_findsEveryFrameSaysNothingAndChangesNothing() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var random = new SplittableRandom(2);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        List<String> expected = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            expected.addAll(append(wal, random, 1 + random.nextInt(900), 1 + random.nextInt(90)));
            byte[] before = Objects.requireNonNull(vfs.content().get(name(1)));
            Found found = read(vfs, 1);
            assertThat(found.frames).containsExactlyElementsOf(expected);
            assertThat(found.report).isEmpty();
            assertThat(found.bytes).isEqualTo(wal.bytes());
            assertThat(vfs.content().get(name(1))).isEqualTo(before);
        }
    }

    /// Every life writes batches of the same sizes, so that old frames lie exactly where new ones would.
    @Test
    void read_recycledFileAfterAnyPowerCut_findsTheFramesOfItsOwnLife() throws IOException {
        long states = 0;
        for (long seed = 1; seed <= 40; seed++) {
            var random = new SplittableRandom(seed);
            int[] sizes = random.ints(6, 1, 1_500).toArray();
            var vfs = SimulatedVfs.empty(Faults.NONE);
            LogFiles files = files(vfs);
            for (long generation = 1; generation <= 4; generation++) {
                WalWriter wal = WalWriter.create(files, name(generation), SHARD, generation);
                List<String> durable = new ArrayList<>();
                for (int batch = 0; batch < 1 + random.nextInt(6); batch++) {
                    List<String> sent = put(wal, random, sizes[batch], sizes[5 - batch]);
                    wal.write();
                    for (int i = 0; i < 12; i++) {
                        var survival = Survival.random(random);
                        SimulatedVfs left = vfs.afterPowerCut(survival, Faults.NONE);
                        states += check(left, generation, durable, sent);
                    }
                    wal.sync();
                    durable.addAll(sent);
                    SimulatedVfs left = vfs.afterPowerCut(Survival.NOTHING, Faults.NONE);
                    states += check(left, generation, durable, List.of());
                }
                wal.close();
                files.retire(name(generation));
                vfs.syncDirectory();
            }
        }
        System.out.printf("recycled logs: power cuts %d, foreign frames 0, lost 0%n", states);
    }

    private static long check(
            SimulatedVfs left, long generation, List<String> durable, List<String> sent)
            throws IOException {
        if (!left.list().contains(name(generation))) {
            assertThat(durable).isEmpty();
            return 1;
        }
        Found found = read(left, generation);
        assertThat(found.frames).hasSizeGreaterThanOrEqualTo(durable.size());
        List<String> all = Stream.concat(durable.stream(), sent.stream()).toList();
        assertThat(found.frames).isEqualTo(all.subList(0, found.frames.size()));
        assertThat(left.list()).noneMatch(file -> file.contains("quarantine"));
        assertThat(read(left, generation)).isEqualTo(found);
        return 1;
    }

    @Test
    void read_framesOfAnotherGenerationUnderThisHeader_areNoFrames() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var random = new SplittableRandom(4);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        for (int batch = 0; batch < 5; batch++) {
            append(wal, random, 100, 200);
        }
        byte[] first = Objects.requireNonNull(vfs.content().get(name(1)));
        for (long generation : new long[] {2, 3, 255, 256, 1L << 31, 1L << 40}) {
            byte[] copy = first.clone();
            System.arraycopy(
                    WalLayout.header(SHARD, generation), 0, copy, 0, WalLayout.HEADER_BYTES);
            var other = SimulatedVfs.of(Map.of(name(generation), copy), Faults.NONE);
            Found found = read(other, generation);
            assertThat(found.frames).isEmpty();
            assertThat(found.report).singleElement().asString().contains("ends at byte 24");
            assertThat(other.list()).containsExactly(name(generation));
        }
    }

    @Test
    void read_fileTakenAndNeverWritten_isAnEmptyLog() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        append(wal, new SplittableRandom(5), 100, 200);
        vfs.rename(name(1), name(2));
        Found found = read(vfs, 2);
        assertThat(found.frames).isEmpty();
        assertThat(found.report).isEmpty();
        assertThat(found.bytes).isZero();
    }

    @Test
    void read_damageInRecycledFile_setsAsideWhatWasThisLogsAndNoMore() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        LogFiles files = files(vfs);
        var random = new SplittableRandom(7);
        WalWriter old = WalWriter.create(files, name(1), SHARD, 1);
        for (int batch = 0; batch < 9; batch++) {
            append(old, random, 500);
        }
        files.retire(name(1));
        WalWriter wal = WalWriter.create(files, name(2), SHARD, 2);
        List<String> kept = append(wal, random, 500);
        long damagedAt = wal.bytes();
        append(wal, random, 500);
        append(wal, random, 500);
        Map<String, byte[]> content = new TreeMap<>(vfs.content());
        Objects.requireNonNull(content.get(name(2)))[(int) damagedAt + 40] ^= 1;
        var damaged = SimulatedVfs.of(content, Faults.NONE);

        Found found = read(damaged, 2);

        assertThat(found.frames).containsExactlyElementsOf(kept);
        assertThat(found.report).singleElement().asString().contains("acknowledged");
        assertThat(damaged.content().get(name(2) + "." + damagedAt + ".quarantine"))
                .hasSize((int) (wal.bytes() - damagedAt));
    }

    @Test
    void read_endOverwrittenWithZerosByDecay_isNoticed() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var random = new SplittableRandom(8);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        append(wal, random, 50);
        int from = (int) wal.bytes();
        append(wal, random, 300);
        int to = (int) wal.bytes();
        append(wal, random, 50);
        Map<String, byte[]> content = new TreeMap<>(vfs.content());
        Arrays.fill(Objects.requireNonNull(content.get(name(1))), from, to, (byte) 0);

        Found found = read(SimulatedVfs.of(content, Faults.NONE), 1);

        assertThat(found.frames).hasSize(1);
        assertThat(found.report).singleElement().asString().contains("acknowledged");
    }

    @Test
    void read_unsyncedBatchesTorn_isNoDecay() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var random = new SplittableRandom(9);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        List<String> durable = append(wal, random, 50);
        for (int i = 0; i < 6; i++) {
            put(wal, random, 3_000);
            wal.write();
        }
        assertThat(wal.isUnsynced()).isTrue();

        SimulatedVfs left = vfs.afterPowerCut(Survival.NEWER_HALF, Faults.NONE);
        Found found = read(left, 1);

        assertThat(found.frames).containsExactlyElementsOf(durable);
        assertThat(found.report).isEmpty();
        assertThat(left.list()).containsExactly(name(1));
    }

    @Test
    void readAgain_decayedSinceOrRefused_endsThereAndTheRestCanBeSetAside() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var random = new SplittableRandom(10);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        List<String> expected = new ArrayList<>(append(wal, random, 100, 1_500));
        long middle = wal.bytes();
        expected.addAll(append(wal, random, 200));
        long end = read(vfs, 1).bytes;
        // Frames behind the end are none of this reader's business.
        append(wal, random, 300);
        List<String> frames = new ArrayList<>();
        assertThat(readAgain(vfs, end, frames)).isEqualTo(end);
        assertThat(frames).containsExactlyElementsOf(expected);

        Map<String, byte[]> content = new TreeMap<>(vfs.content());
        Objects.requireNonNull(content.get(name(1)))[(int) middle + 30] ^= 1;
        var damaged = SimulatedVfs.of(content, Faults.NONE);
        assertThat(readAgain(damaged, end, new ArrayList<>())).isEqualTo(middle);
        List<String> report = new ArrayList<>();
        WalRecovery.setAside(damaged, name(1), middle, end, report::add);
        String aside = name(1) + "." + middle + ".quarantine";
        assertThat(report).singleElement().asString().contains(aside);
        SimulatedVfs left = damaged.afterPowerCut(Survival.NOTHING, Faults.NONE);
        assertThat(left.content().get(aside))
                .isEqualTo(Arrays.copyOfRange(content.get(name(1)), (int) middle, (int) end));
    }

    private static long readAgain(SimulatedVfs vfs, long end, List<String> frames)
            throws IOException {
        return WalRecovery.readAgain(
                vfs, name(1), SHARD, 1, end, (_, payload) -> frames.add(hex(payload)), _ -> {});
    }

    @Test
    void read_onlyTheProcessDied_makesDurableWhatItFound() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var random = new SplittableRandom(11);
        WalWriter wal = WalWriter.create(files(vfs), name(1), SHARD, 1);
        List<String> expected = new ArrayList<>(append(wal, random, 100));
        expected.addAll(put(wal, random, 4_000, 50));
        wal.write();
        SimulatedVfs killed = vfs.afterKill(Faults.NONE);
        assertThat(read(killed, 1).frames).containsExactlyElementsOf(expected);
        SimulatedVfs left = killed.afterPowerCut(Survival.NOTHING, Faults.NONE);
        assertThat(read(left, 1).frames).containsExactlyElementsOf(expected);
    }

    @Test
    void retire_moreThanAreKept_deletes() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        LogFiles files = files(vfs);
        for (long generation = 1; generation <= 3; generation++) {
            WalWriter wal =
                    WalWriter.create(new LogFiles(vfs, 100, 0), name(generation), 0, generation);
            append(wal, new SplittableRandom(generation), 10);
            files.retire(name(generation));
        }
        assertThat(vfs.list()).containsExactly("spare-1.log").allMatch(LogFiles::isSpare);
        files.discardSpares();
        assertThat(vfs.list()).isEmpty();
    }
}
