package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.testkit.HeldVfs;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.SimulatedVfs.Operation;
import io.flamekeeper.testkit.StoredText;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// A start that finds logs takes profiles at once; whoever asks or deletes waits for what is in them.
class ReadBackTest {
    private static final int SERVICES = 6;

    private final RandomProfiles profiles = new RandomProfiles(6, RandomProfiles.Shape.SMALL);
    private final List<ProfileGroup> before = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();
    private final List<String> report = Collections.synchronizedList(new ArrayList<>());

    /// A folder with some logs, of several shards.
    private SimulatedVfs logs(Faults next) {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 4)) {
            for (int i = 0; i < 4 * SERVICES; i++) {
                before.add(append(store));
            }
        }
        assertThat(logNames(vfs)).hasSizeGreaterThan(2);
        return SimulatedVfs.of(vfs.content(), next);
    }

    private static List<String> logNames(SimulatedVfs vfs) {
        return vfs.content().keySet().stream()
                .filter(name -> name.matches("wal-.*\\.log"))
                .toList();
    }

    private ProfileGroup append(EmbeddedStore store) {
        ProfileGroup drawn = profiles.next("service-" + before.size() % SERVICES);
        int number = expected.size();
        var group =
                new ProfileGroup(
                        drawn.service(),
                        drawn.symbols(),
                        drawn.stacks(),
                        drawn.profiles(),
                        new UploadHash(number * 0x9E3779B97F4A7C15L, number + 1));
        assertThat(store.append(Workload.TENANT, List.of(group))).containsExactly(Appended.STORED);
        expected.addAll(StoredText.of(group));
        return group;
    }

    private EmbeddedStore open(Vfs vfs, Duration readBackWait) {
        return TestStores.open(vfs, TestStores.config(2).withReadBackWait(readBackWait), report);
    }

    private void hasAll(EmbeddedStore store) {
        assertThat(StoredText.of(store, Workload.TENANT))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static void isUnavailable(ThrowingCallable call, String why) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining(why);
    }

    @Test
    void store_stillReadingBack_takesProfilesAndLetsQuestionsWait() {
        SimulatedVfs vfs = logs(Faults.NONE);
        var held = new HeldVfs(vfs);
        try (EmbeddedStore store = open(held, Duration.ofSeconds(30))) {
            long unread = store.statistics().unreadLogBytes();
            assertThat(unread).isPositive().isEqualTo(store.statistics().walBytes());
            append(store);
            assertThat(store.append(Workload.TENANT, List.of(before.getFirst())))
                    .containsExactly(Appended.REPEATED);
            CompletableFuture<List<String>> answer =
                    CompletableFuture.supplyAsync(
                            () -> StoredText.of(store, Workload.TENANT),
                            task -> Thread.ofVirtual().start(task));
            held.awaitArrival();
            assertThat(answer).isNotDone();
            assertThat(store.statistics().recoveredProfiles()).isZero();

            held.release();

            assertThat(answer.join()).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(store.statistics().unreadLogBytes()).isZero();
            store.seal();
            assertThat(logNames(vfs)).isEmpty();
            hasAll(store);
        }
        assertThat(report).isEmpty();
    }

    @Test
    void store_readingBackTakesLong_refusesQuestionsAndDeletesUntilItIsDone() {
        var held = new HeldVfs(logs(Faults.NONE));
        try (EmbeddedStore store = open(held, Duration.ofMillis(1))) {
            isUnavailable(() -> store.snapshot(Workload.TENANT), "still reads back its logs");
            isUnavailable(
                    () -> store.delete(Workload.TENANT, Selector.EVERYTHING, TimeRange.ALWAYS),
                    "still reads back its logs");
            append(store);
            assertThat(store.fault()).isEmpty();
            held.release();
            while (store.statistics().unreadLogBytes() > 0) {
                Thread.onSpinWait();
            }
            hasAll(store);
            store.delete(Workload.TENANT, Selector.EVERYTHING, TimeRange.ALWAYS);
            assertThat(StoredText.of(store, Workload.TENANT)).isEmpty();
        }
    }

    @Test
    void close_whileReadingBack_refusesWhoWaitsAndLosesNothing() {
        SimulatedVfs vfs = logs(Faults.NONE);
        var held = new HeldVfs(vfs);
        EmbeddedStore store = open(held, Duration.ofSeconds(30));
        append(store);
        var refused =
                CompletableFuture.runAsync(
                        () ->
                                isUnavailable(
                                        () -> store.snapshot(Workload.TENANT), "store: closing"),
                        task -> Thread.ofVirtual().start(task));
        held.awaitArrival();
        CompletableFuture<Void> closed =
                CompletableFuture.runAsync(store::close, task -> Thread.ofVirtual().start(task));
        refused.join();
        held.release();
        closed.join();
        try (EmbeddedStore next = open(vfs.afterKill(Faults.NONE), Duration.ofSeconds(30))) {
            hasAll(next);
        }
    }

    /// Reads of logs and segments that got their name, in order.
    private static final class Order implements Faults {
        private final Set<String> seen = new HashSet<>();
        private final List<String> events = new ArrayList<>();

        @Override
        public synchronized int before(Operation operation, String name) {
            if (operation == Operation.OPEN && name.startsWith("wal-") && !seen.add(name)) {
                events.add(name);
            }
            if (operation == Operation.RENAME && name.startsWith("segment-")) {
                events.add("segment");
            }
            return Integer.MAX_VALUE;
        }
    }

    @Test
    void logs_moreThanMemoryIsAllowedFor_areReadOneAtATimeTheNewestFirst() {
        var order = new Order();
        SimulatedVfs vfs = logs(order);
        List<String> newestFirst =
                logNames(vfs).stream()
                        .sorted(Comparator.comparingLong(ReadBackTest::generation).reversed())
                        .toList();
        var config = TestStores.config(2).withSealing(64L << 20, 2, Duration.ofDays(10_000));
        try (EmbeddedStore store = TestStores.open(vfs, config, report)) {
            store.seal();
            hasAll(store);
        }
        List<String> one = new ArrayList<>();
        newestFirst.forEach(name -> one.addAll(List.of(name, "segment")));
        assertThat(order.events).isEqualTo(one);
    }

    private static long generation(String logName) {
        return Long.parseLong(logName.replaceAll("wal-\\d+-(\\d+).log", "$1"));
    }

    /// Whoever reads a log again is refused so many times.
    private static Faults refusing(int times) {
        var seen = new HashSet<String>();
        var refused = new AtomicInteger();
        return (operation, name) -> {
            synchronized (seen) {
                if (operation == Operation.OPEN
                        && name.startsWith("wal-")
                        && !seen.add(name)
                        && refused.getAndIncrement() < times) {
                    throw new IOException("Input/output error");
                }
            }
            return Integer.MAX_VALUE;
        };
    }

    @Test
    void log_unreadableForAWhile_isReadWhenItCanBe() {
        try (EmbeddedStore store = open(logs(refusing(2)), Duration.ofSeconds(30))) {
            hasAll(store);
            assertThat(store.fault()).isEmpty();
        }
        assertThat(report).hasSize(2).allMatch(line -> line.contains("will be tried again"));
    }

    @Test
    void log_unreadableForGood_isAFault() {
        SimulatedVfs vfs = logs(refusing(Integer.MAX_VALUE));
        try (EmbeddedStore store = open(vfs, Duration.ofMillis(1))) {
            while (store.fault().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(store.fault())
                    .hasValueSatisfying(why -> assertThat(why).contains("reading back"));
            isUnavailable(() -> store.snapshot(Workload.TENANT), "still reads back");
        }
        try (EmbeddedStore next = open(vfs.afterKill(Faults.NONE), Duration.ofSeconds(30))) {
            hasAll(next);
        }
    }

    @Test
    void log_decaysAfterItWasLookedThrough_restIsSetAsideAndSaid() throws IOException {
        SimulatedVfs vfs = logs(Faults.NONE);
        var held = new HeldVfs(vfs);
        String newest =
                Collections.max(logNames(vfs), Comparator.comparingLong(ReadBackTest::generation));
        try (EmbeddedStore store = open(held, Duration.ofSeconds(30))) {
            held.awaitArrival();
            int inFirstFrame = 60;
            byte[] whole = Objects.requireNonNull(vfs.content().get(newest));
            try (VfsFile file = vfs.open(newest)) {
                byte[] damage = {(byte) (whole[inFirstFrame] ^ 1)};
                file.write(inFirstFrame, ByteBuffer.wrap(damage));
            }
            held.release();
            List<String> left = StoredText.of(store, Workload.TENANT);
            assertThat(expected).containsAll(left);
            assertThat(left).isNotEmpty().hasSizeLessThan(expected.size());
            store.seal();
            assertThat(StoredText.of(store, Workload.TENANT)).hasSameElementsAs(left);
            assertThat(logNames(vfs)).isEmpty();
        }
        String aside = newest + ".24.quarantine";
        assertThat(report).singleElement().asString().contains(aside);
        assertThat(vfs.content()).containsKey(aside);
    }
}
