package io.flamekeeper.store;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.DictionaryCheck;
import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.dictionary.PairCodec;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.wal.WalEnd;
import io.flamekeeper.wal.WalReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a log to its end without keeping rows, counts what is in it and checks that ids name what is there. Takes
/// the memory of the dictionaries in it.
final class LogScan {
    private final String name;
    private final Head head;
    private final List<Service> services = new ArrayList<>();
    private Optional<String> fault = Optional.empty();

    /// What one service has in the log.
    static final class Service {
        final HeadPartition partition;
        long frames;
        long uploads;
        long profiles;
        long pairs;

        private Service(HeadPartition partition) {
            this.partition = partition;
        }

        Dictionary.Mark names() {
            return partition.dictionary().mark();
        }
    }

    /// @param end      where the log ends and what is behind
    /// @param services in order of their first frame
    /// @param fault    the first thing that makes no sense although its checksum is right
    record Found(WalEnd end, List<Service> services, Optional<String> fault) {
        long profiles() {
            return services.stream().mapToLong(one -> one.profiles).sum();
        }
    }

    private LogScan(String name, Generation generation) {
        this.name = name;
        this.head = new Head(generation, 0);
    }

    /// @param generation what the log should be of
    static Found run(Vfs vfs, String name, Generation generation) throws IOException {
        var scan = new LogScan(name, generation);
        WalEnd end =
                WalReader.read(vfs, name, generation.shard(), generation.number(), scan::frame);
        scan.services.forEach(scan::checkNames);
        return new Found(end, List.copyOf(scan.services), scan.fault);
    }

    private void frame(int type, ByteSource payload) {
        GroupCodec.Group group = GroupCodec.read(type, payload, head);
        int number = head.numberOf(group.partition().key());
        if (number == services.size()) {
            services.add(new Service(group.partition()));
        }
        Service service = services.get(number);
        service.frames++;
        service.uploads += group.upload().isPresent() ? 1 : 0;
        for (LoggedRow row : group.rows()) {
            service.profiles++;
            service.pairs += row.pairCount();
            checkRow(row, service);
        }
    }

    private void checkRow(LoggedRow row, Service service) {
        int nodes = service.partition.dictionary().nodeCount();
        int[] node = new int[row.pairCount()];
        long[] value = new long[row.pairCount()];
        PairCodec.read(row.pairs(name), row.pairCount(), node, value);
        for (int pair = 0; pair < row.pairCount(); pair++) {
            if (node[pair] < 0 || node[pair] >= nodes) {
                report(service, "node %d (expected: 0 to %d)".formatted(node[pair], nodes - 1));
            }
            if (value[pair] <= 0) {
                report(service, "value %d (expected: more than 0)".formatted(value[pair]));
            }
        }
    }

    private void checkNames(Service service) {
        DictionaryView names = service.partition.dictionary().view();
        DictionaryCheck.fault(names.symbols()).ifPresent(why -> report(service, why));
        DictionaryCheck.fault(names.stacks(), names.symbols().frames().count())
                .ifPresent(why -> report(service, why));
    }

    private void report(Service service, String why) {
        if (fault.isEmpty()) {
            fault =
                    Optional.of(
                            "%s, frame %d of service '%s': %s"
                                    .formatted(
                                            name,
                                            service.frames,
                                            service.partition.key().service(),
                                            why));
        }
    }
}
