package io.flamekeeper.segment;

import io.flamekeeper.dictionary.DictionaryCheck;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.segment.SegmentLayout.Section;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Checks one partition for [SegmentCheck]: sections first, then what is in those that are whole, then blocks.
final class PartitionCheck {
    private final String file;
    private final Partition partition;
    private final Consumer<Damage> found;

    /// Sections of which something was reported.
    private final Set<Section> damaged = EnumSet.noneOf(Section.class);

    PartitionCheck(String file, Partition partition, Consumer<Damage> found) {
        this.file = file;
        this.partition = partition;
        this.found = found;
    }

    void run() {
        for (Section section : Section.values()) {
            if (!partition.isMissing(section)) {
                read(section, () -> partition.open(section));
            }
        }
        Optional<SymbolTable> symbols = read(Section.SYMBOLS, partition::symbols);
        symbols.flatMap(DictionaryCheck::fault).ifPresent(fault -> report(Section.SYMBOLS, fault));
        Optional<StackTable> stacks = read(Section.STACKS, partition::stacks);
        if (symbols.isPresent() && stacks.isPresent()) {
            DictionaryCheck.fault(stacks.get(), symbols.get().frames().count())
                    .ifPresent(fault -> report(Section.STACKS, fault));
        }
        read(Section.SERIES, partition::storedSeries)
                .flatMap(SeriesCheck::fault)
                .ifPresent(fault -> report(Section.SERIES, fault));
        read(Section.ROWS, partition::rowTable);
        read(Section.PAIRS, partition::pairBlocks);
        read(Section.UPLOADS, partition::uploads)
                .flatMap(PartitionCheck::orderFault)
                .ifPresent(fault -> report(Section.UPLOADS, fault));
        if (isWhole(Section.ROWS)) {
            read(Section.SPANS, partition::spanBlocks);
        }
        if (isWhole(Section.ROWS, Section.SPANS)) {
            read(Section.TRACES, partition::traceBlocks);
        }
        if (isWhole(Section.SERIES)) {
            read(Section.SUMS, partition::sums);
        }
        if (isWhole(
                Section.PAIRS,
                Section.ROWS,
                Section.SPANS,
                Section.TRACES,
                Section.SERIES,
                Section.SUMS)) {
            BlockChain.fault(partition).ifPresent(fault -> report(Section.PAIRS, fault));
        }
        checkBlocks(stacks.map(StackTable::count).orElse(Integer.MAX_VALUE));
    }

    private void checkBlocks(int nodeCount) {
        Optional<SpanCheck> spans = checkSpans();
        if (!isWhole(Section.PAIRS)) {
            return;
        }
        var blocks =
                new PairBlockCheck(
                        file,
                        partition.pairs(),
                        partition.pairBlocks(),
                        nodeCount,
                        this::reportPairBlock);
        if (isWhole(Section.ROWS)) {
            read(Section.ROWS, () -> new RowCheck(partition, blocks, spans).fault())
                    .flatMap(Function.identity())
                    .ifPresent(fault -> report(Section.ROWS, fault));
        }
        blocks.checkAll();
        if (!isWhole(Section.SERIES, Section.SUMS)) {
            return;
        }
        var sumBlocks =
                new PairBlockCheck(
                        file,
                        partition.sumPairs(),
                        partition.sumBlocks(),
                        nodeCount,
                        (_, _, fault) -> report(fault, lostWith(Section.SUMS)));
        sumBlocks.checkAll();
        if (blocks.isWhole() && sumBlocks.isWhole() && isWhole(Section.STACKS, Section.ROWS)) {
            read(Section.SUMS, () -> SumCheck.fault(partition, nodeCount))
                    .flatMap(Function.identity())
                    .ifPresent(fault -> report(Section.SUMS, fault));
        }
    }

    /// Empty if spans or traces cannot be found.
    private Optional<SpanCheck> checkSpans() {
        if (!isWhole(Section.ROWS, Section.SPANS, Section.TRACES)) {
            return Optional.empty();
        }
        var check =
                new SpanCheck(
                        file,
                        partition.spanBlocks(),
                        partition.spans(),
                        fault -> report(fault, lostWith(Section.SPANS)),
                        fault -> report(fault, lostWith(Section.TRACES)));
        check.run();
        return Optional.of(check);
    }

    private boolean isWhole(Section... sections) {
        return Stream.of(sections).noneMatch(damaged::contains);
    }

    /// What the supplier gives; empty if the section is damaged, which is reported once.
    private <T> Optional<T> read(Section section, Supplier<T> reader) {
        if (damaged.contains(section)) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.get());
        } catch (FlamekeeperException e) {
            damaged.add(section);
            report(Damage.reasonOf(e), lostWith(section));
            return Optional.empty();
        }
    }

    /// Reports the first fault of a section.
    private void report(Section section, String fault) {
        if (damaged.add(section)) {
            report(
                    "%s, section %s of service '%s': %s"
                            .formatted(file, section, partition.service(), fault),
                    lostWith(section));
        }
    }

    private void reportPairBlock(long firstPair, long endPair, String fault) {
        if (!isWhole(Section.ROWS)) {
            report(fault, "stacks of " + profiles());
            return;
        }
        RowTable.Reader rows = partition.rowTable().reader();
        int count = rows.rowOfPair(endPair - 1) - rows.rowOfPair(firstPair) + 1;
        report(fault, "stacks of %d of the %s".formatted(count, profiles()));
    }

    private void report(String what, String lost) {
        found.accept(new Damage(what, lost));
    }

    private String profiles() {
        return "%d profiles of service '%s' of tenant '%s'"
                .formatted(partition.rowCount(), partition.service(), partition.tenant().value());
    }

    private String lostWith(Section section) {
        return switch (section) {
            case SYMBOLS, STACKS, PAIRS -> "stacks of the " + profiles();
            case SERIES, ROWS -> "the " + profiles();
            case SPANS -> "spans of the " + profiles();
            case TRACES -> "traces of the " + profiles();
            case SUMS -> "nothing, but long ranges of the %s fail".formatted(profiles());
            case UPLOADS ->
                    "nothing, but an upload of the %s that is sent again is stored again"
                            .formatted(profiles());
        };
    }

    private static Optional<String> orderFault(List<UploadMark> uploads) {
        for (int i = 1; i < uploads.size(); i++) {
            if (UploadTable.ORDER.compare(uploads.get(i - 1), uploads.get(i)) > 0) {
                return Optional.of("upload %d (expected: in order of hashes)".formatted(i));
            }
        }
        return Optional.empty();
    }
}
