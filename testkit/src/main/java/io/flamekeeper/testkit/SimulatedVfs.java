package io.flamekeeper.testkit;

import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// A folder in memory that remembers what a power cut would leave of it.
///
/// Every file has the bytes that reads see and those of its last sync; the folder likewise has names and the
/// names of its last sync, with every change in between. [#afterPowerCut] gives the folder as the next start
/// might find it: unsynced pages and unsynced names each kept, lost or torn as [Survival] says. Faults come
/// from a [Faults] that is asked before every operation.
///
/// The model is stricter than a disk: pages and names survive independently of the order they were changed
/// in, and a rename may survive without the creation before it.
public final class SimulatedVfs implements Vfs {
    private static final int PAGE_BYTES = 4096;

    private final Map<String, Inode> names;
    private final Map<String, Inode> syncedNames;
    private final List<NameChange> unsyncedChanges = new ArrayList<>();
    private final Faults faults;
    private long capacityBytes = Long.MAX_VALUE;

    private SimulatedVfs(Map<String, byte[]> content, Faults faults) {
        this.faults = faults;
        this.names = new TreeMap<>();
        content.forEach((name, bytes) -> names.put(name, new Inode(bytes.clone())));
        this.syncedNames = new TreeMap<>(names);
    }

    public static SimulatedVfs empty(Faults faults) {
        return new SimulatedVfs(Map.of(), faults);
    }

    /// @param content durable bytes by name
    public static SimulatedVfs of(Map<String, byte[]> content, Faults faults) {
        return new SimulatedVfs(content, faults);
    }

    /// What an operation is, for those who decide on faults.
    public enum Operation {
        LIST,
        CREATE,
        OPEN,
        READ,
        WRITE,
        SYNC,
        SIZE,
        TRUNCATE,
        RENAME,
        DELETE,
        SYNC_DIRECTORY;

        /// Whether what is on the disk may be different afterwards.
        public boolean changes() {
            return switch (this) {
                case LIST, OPEN, READ, SIZE -> false;
                case CREATE, WRITE, SYNC, TRUNCATE, RENAME, DELETE, SYNC_DIRECTORY -> true;
            };
        }
    }

    /// Decides what goes wrong.
    @FunctionalInterface
    public interface Faults {
        Faults NONE = (_, _) -> Integer.MAX_VALUE;

        /// Asked before every operation.
        ///
        /// @param name of the file, `""` for the folder
        /// @return how many bytes of a write may happen before `No space left on device`; not looked at for
        ///     other operations
        /// @throws IOException instead of the operation
        int before(Operation operation, String name) throws IOException;
    }

    /// Chooses what a power cut leaves of what was not synced.
    public interface Survival {
        Survival NOTHING = choice(false, false);
        Survival EVERYTHING = choice(true, false);

        /// Everything, but of each file's last changed page only the first half is new.
        Survival LAST_PAGE_TORN = choice(true, true);

        /// The first half of the pages of each file and the older half of the changes of names.
        Survival OLDER_HALF = half(false);

        /// The other halves: later changes without the ones before them.
        Survival NEWER_HALF = half(true);

        /// @param index of the page among the `count` changed ones of its file, by position
        /// @return how many bytes of the page are new, from its start
        int pageBytes(int index, int count);

        /// @param index of the change among the `count` unsynced ones, in order
        boolean name(int index, int count);

        private static Survival half(boolean newer) {
            return new Survival() {
                @Override
                public int pageBytes(int index, int count) {
                    return index < count / 2 == newer ? 0 : PAGE_BYTES;
                }

                @Override
                public boolean name(int index, int count) {
                    return index < count / 2 != newer;
                }
            };
        }

        private static Survival choice(boolean kept, boolean torn) {
            return new Survival() {
                @Override
                public int pageBytes(int index, int count) {
                    return torn && index == count - 1 ? PAGE_BYTES / 2 : kept ? PAGE_BYTES : 0;
                }

                @Override
                public boolean name(int index, int count) {
                    return kept;
                }
            };
        }

        /// Each page kept, lost or torn, each name kept or lost, by chance.
        static Survival random(java.util.SplittableRandom random) {
            return new Survival() {
                @Override
                public int pageBytes(int index, int count) {
                    return switch (random.nextInt(5)) {
                        case 0, 1 -> 0;
                        case 2, 3 -> PAGE_BYTES;
                        default -> random.nextInt(PAGE_BYTES);
                    };
                }

                @Override
                public boolean name(int index, int count) {
                    return random.nextBoolean();
                }
            };
        }
    }

    /// `file` is empty for a name that goes.
    private record NameChange(String name, Optional<Inode> file, Optional<String> gone) {}

    private static final class Inode {
        private byte[] bytes;
        private int size;
        private byte[] synced;

        Inode(byte[] durable) {
            bytes = durable;
            size = durable.length;
            synced = durable.clone();
        }

        byte[] content() {
            return Arrays.copyOf(bytes, size);
        }

        /// The durable bytes with those unsynced pages that survive over them.
        byte[] after(Survival survival) {
            byte[] now = content();
            int longest = Math.max(now.length, synced.length);
            byte[] left = Arrays.copyOf(synced, longest);
            var changed = new TreeSet<Integer>();
            for (int page = 0; page * PAGE_BYTES < longest; page++) {
                if (!Arrays.equals(page(now, page), page(synced, page))) {
                    changed.add(page);
                }
            }
            int index = 0;
            int end = synced.length;
            for (int page : changed) {
                int kept = survival.pageBytes(index++, changed.size());
                int from = page * PAGE_BYTES;
                int to = Math.min(longest, from + kept);
                for (int i = from; i < to; i++) {
                    left[i] = i < now.length ? now[i] : 0;
                }
                if (kept > 0) {
                    end =
                            now.length < synced.length
                                    ? now.length
                                    : Math.max(end, Math.min(to, now.length));
                }
            }
            return Arrays.copyOf(left, end);
        }

        private static byte[] page(byte[] all, int page) {
            int from = Math.min(all.length, page * PAGE_BYTES);
            return Arrays.copyOfRange(all, from, Math.min(all.length, from + PAGE_BYTES));
        }
    }

    /// The folder as a start after a power cut now might find it.
    public synchronized SimulatedVfs afterPowerCut(Survival survival, Faults nextFaults) {
        Map<String, Inode> left = new HashMap<>(syncedNames);
        for (int i = 0; i < unsyncedChanges.size(); i++) {
            if (survival.name(i, unsyncedChanges.size())) {
                NameChange change = unsyncedChanges.get(i);
                change.gone.ifPresent(left::remove);
                change.file.ifPresent(file -> left.put(change.name, file));
            }
        }
        Map<String, byte[]> content = new TreeMap<>();
        Map<Inode, byte[]> bytesOf = new HashMap<>();
        new TreeMap<>(left)
                .forEach((name, file) ->
                        content.put(
                                name, bytesOf.computeIfAbsent(file, _ -> file.after(survival))));
        return new SimulatedVfs(content, nextFaults);
    }

    /// The folder as the next start finds it when only the process died. What is unsynced stays unsynced.
    /// The files are the same; use this folder no more.
    public synchronized SimulatedVfs afterKill(Faults nextFaults) {
        var next = new SimulatedVfs(Map.of(), nextFaults);
        next.names.putAll(names);
        next.syncedNames.putAll(syncedNames);
        next.unsyncedChanges.addAll(unsyncedChanges);
        return next;
    }

    /// Bytes of all files as reads see them, by name.
    public synchronized Map<String, byte[]> content() {
        Map<String, byte[]> content = new TreeMap<>();
        names.forEach((name, file) -> content.put(name, file.content()));
        return content;
    }

    /// Makes the disk this large; what is on it already stays.
    public synchronized void setCapacity(long bytes) {
        capacityBytes = bytes;
    }

    /// Bytes of all files.
    public synchronized long usedBytes() {
        return names.values().stream().mapToLong(file -> file.size).sum();
    }

    private int ask(Operation operation, String name) throws IOException {
        return faults.before(operation, name);
    }

    private Inode existing(String name) throws NoSuchFileException {
        Inode file = names.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    @Override
    public synchronized List<String> list() throws IOException {
        ask(Operation.LIST, "");
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized VfsFile create(String name) throws IOException {
        ask(Operation.CREATE, name);
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        var file = new Inode(new byte[0]);
        names.put(name, file);
        unsyncedChanges.add(new NameChange(name, Optional.of(file), Optional.empty()));
        return new SimulatedFile(name, file);
    }

    @Override
    public synchronized VfsFile open(String name) throws IOException {
        ask(Operation.OPEN, name);
        return new SimulatedFile(name, existing(name));
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        ask(Operation.RENAME, from);
        Inode file = existing(from);
        names.remove(from);
        names.put(to, file);
        unsyncedChanges.add(new NameChange(to, Optional.of(file), Optional.of(from)));
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        ask(Operation.DELETE, name);
        existing(name);
        names.remove(name);
        unsyncedChanges.add(new NameChange(name, Optional.empty(), Optional.of(name)));
    }

    @Override
    public synchronized void syncDirectory() throws IOException {
        ask(Operation.SYNC_DIRECTORY, "");
        syncedNames.clear();
        syncedNames.putAll(names);
        unsyncedChanges.clear();
    }

    @Override
    public synchronized long usableBytes() {
        return capacityBytes == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public void close() {}

    private final class SimulatedFile implements VfsFile {
        private final String name;
        private final Inode file;
        private boolean closed;

        SimulatedFile(String name, Inode file) {
            this.name = name;
            this.file = file;
        }

        private int ask(Operation operation) throws IOException {
            if (closed) {
                throw new IOException(name + ": closed");
            }
            return SimulatedVfs.this.ask(operation, name);
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            synchronized (SimulatedVfs.this) {
                ask(Operation.READ);
                int from = (int) Math.min(position, file.size);
                int count = Math.min(target.remaining(), file.size - from);
                target.put(file.bytes, from, count);
                return count;
            }
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            synchronized (SimulatedVfs.this) {
                int allowed = ask(Operation.WRITE);
                int from = Math.toIntExact(position);
                long fits = Math.max(0, Math.max(0, file.size - from) + roomFor(from));
                int count = (int) Math.min(Math.min(allowed, fits), source.remaining());
                if (count > 0) {
                    resize(Math.max(file.size, from + count));
                    source.get(file.bytes, from, count);
                }
                if (source.hasRemaining()) {
                    throw new IOException("No space left on device");
                }
            }
        }

        /// Bytes that may be added to the file when writing at `from`; a gap before it takes room, too.
        private long roomFor(int from) {
            long usable = usableBytes();
            return usable == Long.MAX_VALUE ? usable / 2 : usable - Math.max(0, from - file.size);
        }

        private void resize(int size) {
            if (size > file.bytes.length) {
                file.bytes = Arrays.copyOf(file.bytes, Math.max(size, 2 * file.bytes.length));
            }
            if (size < file.size) {
                Arrays.fill(file.bytes, size, file.size, (byte) 0);
            }
            file.size = size;
        }

        @Override
        public void sync() throws IOException {
            synchronized (SimulatedVfs.this) {
                ask(Operation.SYNC);
                file.synced = file.content();
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedVfs.this) {
                ask(Operation.SIZE);
                return file.size;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedVfs.this) {
                ask(Operation.TRUNCATE);
                resize(Math.toIntExact(size));
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
