package io.flamekeeper.segment;

import io.flamekeeper.model.Damage;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.SegmentHeader.Compacted;
import io.flamekeeper.segment.SegmentHeader.Sealed;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Checks all of a segment: every checksum, that every byte has one, that ids name what is there, that everything
/// is in canonical order, that totals are sums of pairs and sums are sums of rows. Goes on behind what it finds.
///
/// Takes the memory that a reader takes of one partition, and one accumulator for sums.
public final class SegmentCheck {
    private final Segment segment;
    private final Consumer<Damage> found;

    private SegmentCheck(Segment segment, Consumer<Damage> found) {
        this.segment = segment;
        this.found = found;
    }

    /// @param found gets, in file order, what is wrong
    /// @throws io.flamekeeper.model.FlamekeeperException `STORE_UNAVAILABLE` if the disk refuses
    public static void run(Segment segment, Consumer<Damage> found) {
        new SegmentCheck(segment, found).run();
    }

    private void run() {
        headerFault().ifPresent(fault -> report("header", fault));
        tableFault().ifPresent(fault -> report("table of contents", fault));
        for (Partition partition : segment.partitions()) {
            new PartitionCheck(segment.name(), partition, found).run();
        }
    }

    private void report(String place, String fault) {
        found.accept(
                new Damage(
                        "%s: %s: %s".formatted(segment.name(), place, fault),
                        "nothing that can be named"));
    }

    private Optional<String> headerFault() {
        int level = segment.header().level();
        return switch (segment.header().origin()) {
            case Sealed _ when level != 0 ->
                    Optional.of("a sealed head of level %d (expected: 0)".formatted(level));
            case Compacted _ when level == 0 ->
                    Optional.of("made of segments, of level 0 (expected: above)");
            case Sealed _, Compacted _ -> Optional.empty();
        };
    }

    private Optional<String> tableFault() {
        Optional<TenantId> only = segment.header().tenant();
        List<Partition> partitions = segment.partitions();
        long end = segment.partitionsStart();
        for (int i = 0; i < partitions.size(); i++) {
            Partition one = partitions.get(i);
            if (one.start() != end) {
                return Optional.of(
                        "service '%s' at byte %d (expected: %d)"
                                .formatted(one.service(), one.start(), end));
            }
            end = one.end();
            if (only.isPresent() && !only.get().equals(one.tenant())) {
                return Optional.of(
                        "tenant '%s' (expected: '%s')"
                                .formatted(one.tenant().value(), only.get().value()));
            }
            if (i > 0 && compare(partitions.get(i - 1), one) >= 0) {
                return Optional.of(
                        "service '%s' behind '%s' (expected: in order)"
                                .formatted(one.service(), partitions.get(i - 1).service()));
            }
        }
        return end == segment.partitionsEnd()
                ? Optional.empty()
                : Optional.of(
                        "partitions end at byte %d (expected: %d)"
                                .formatted(end, segment.partitionsEnd()));
    }

    private static int compare(Partition left, Partition right) {
        int byTenant = left.tenant().value().compareTo(right.tenant().value());
        return byTenant != 0 ? byTenant : left.service().compareTo(right.service());
    }
}
