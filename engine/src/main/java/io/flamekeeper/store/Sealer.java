package io.flamekeeper.store;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.LogFiles;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Turns frozen heads into segments, in the background. A head that cannot be sealed stays readable and is
/// tried again.
///
/// In this order, each step durable before the next: segment, its name, catalog; then queries see the
/// segment instead of the head, and last the log goes.
final class Sealer {
    private final Vfs vfs;
    private final LogFiles logFiles;
    private final StoreFault fault;
    private final LiveSegments live;
    private final InstantSource clock;
    private final List<FrozenHeads> sources;
    private final Consumer<String> report;

    /// Held while sealing; whoever wants to seal waits for it.
    private final ReentrantLock sealing = new ReentrantLock();

    private final Deque<Replaced> replaced = new ArrayDeque<>();

    private final Ticker ticker;

    /// Whether the last attempt of the thread went wrong.
    private volatile boolean failing;

    /// @param sources the more urgent first; may be filled until the thread starts
    Sealer(
            Vfs vfs,
            LogFiles logFiles,
            StoreFault fault,
            LiveSegments live,
            InstantSource clock,
            List<FrozenHeads> sources,
            Consumer<String> report) {
        this.vfs = vfs;
        this.logFiles = logFiles;
        this.fault = fault;
        this.live = live;
        this.clock = clock;
        this.sources = sources;
        this.report = report;
        this.ticker = new Ticker("sealer", fault, this::look);
    }

    /// Its thread; see [#look].
    Ticker ticker() {
        return ticker;
    }

    /// Whether heads stay in memory because they cannot be sealed now.
    boolean isFailing() {
        return failing;
    }

    /// Takes heads that are old enough or failed before.
    private void look() {
        sources.forEach(FrozenHeads::freezeIfAged);
        sealAndReport();
    }

    private void sealAndReport() {
        try {
            seal();
            failing = false;
        } catch (IOException e) {
            failing = true;
            report.accept("sealing failed, will be tried again: " + e);
        } catch (FlamekeeperException e) {
            failing = true;
            report.accept("sealing failed: " + e.getMessage());
        }
    }

    /// Seals every frozen head.
    void seal() throws IOException {
        sealing.lock();
        try {
            Optional<FrozenHeads> source = next();
            while (source.isPresent() && !ticker.isClosed()) {
                seal(source.get(), source.get().frozen().getFirst());
                deleteLogs();
                source = next();
            }
            deleteLogs();
        } finally {
            sealing.unlock();
        }
    }

    private Optional<FrozenHeads> next() {
        return sources.stream().filter(source -> !source.frozen().isEmpty()).findFirst();
    }

    private void seal(FrozenHeads source, ShardState.FrozenHead head) throws IOException {
        Generation generation = head.generation();
        var header =
                SegmentHeader.sealed(live.nextNumber(), generation.shard(), generation.number());
        String name = SegmentNames.of(header.number());
        Files.replace(vfs, fault, name, file -> write(file, header, head));
        Segment segment = Segment.open(vfs, name);
        var sealed = new LiveSegment(segment, LiveSegment.describe(segment, clock.millis()));
        try {
            live.add(sealed, generation.number(), () -> source.sealed(head));
        } catch (IOException e) {
            sealed.release();
            abandon(name, e);
            throw e;
        } catch (RuntimeException e) {
            sealed.release();
            throw e;
        }
        replaced.add(new Replaced(generation, sealed));
    }

    /// A segment whose log is not needed any more.
    private record Replaced(Generation generation, LiveSegment segment) {}

    private void abandon(String name, IOException cause) {
        try {
            Files.deleteIfExists(vfs, name);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /// What cannot be given up now is tried again; what somebody else took is gone as well.
    private void deleteLogs() {
        try {
            while (!replaced.isEmpty()) {
                String log = replaced.getFirst().generation.logName();
                if (!logFiles.retire(log)) {
                    report.accept(
                            log + ": missing (expected: to be left alone); its segment has it all");
                }
                replaced.removeFirst().segment.logIsGone();
            }
        } catch (IOException e) {
            report.accept("cannot delete a log that a segment replaces: " + e);
        }
    }

    private static void write(VfsFile file, SegmentHeader header, ShardState.FrozenHead head)
            throws IOException {
        var writer = new SegmentWriter(file, header);
        List<HeadPart> parts =
                Arrays.stream(head.parts()).sorted(Comparator.comparing(HeadPart::key)).toList();
        for (HeadPart part : parts) {
            writer.add(
                    new HeadSource(
                            part.key().tenant(),
                            part.service(),
                            part.dictionary(),
                            part.rows(),
                            part.uploads()),
                    SumPlan.ofLevel(header.level()));
        }
        writer.finish();
    }
}
