package io.flamekeeper.dictionary;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Series by id; label names and values are string ids, so a label set costs eight bytes a label.
///
/// | column  | shape      | meaning                                                       |
/// |---------|------------|---------------------------------------------------------------|
/// | `start` | `int[n+1]` | first of the series' labels in `label`                        |
/// | `label` | `int[2m]`  | name and value of each label in turn, names ascending         |
/// | `type`  | `int[n]`   | type id                                                       |
final class SeriesIds {
    /// A power of two.
    private static final int RECENT = 1 << 10;

    private final Hasher64 hasher;
    private final StringIds strings;
    private final IdTable table = new IdTable();
    private final Map<ProfileType, Integer> typeIds = new HashMap<>();
    private ProfileType[] types = new ProfileType[2];
    private final BitSet isName = new BitSet();
    private int[] names = new int[16];
    private int nameCount;
    private int[] start = new int[5];
    private int[] label = new int[64];
    private int[] type = new int[4];
    private int count;
    private int[] wanted = new int[32];

    /// Series asked for before, by hash: a program sends the same few label sets all the time.
    private final @Nullable Recent[] recent = new Recent[RECENT];

    private record Recent(Labels labels, ProfileType type, int id) {}

    SeriesIds(Hasher64 hasher, StringIds strings) {
        this.hasher = hasher;
        this.strings = strings;
    }

    int count() {
        return count;
    }

    /// Strings that are new are interned too.
    int intern(Labels labels, ProfileType type) {
        int slot = ((31 * labels.hashCode() + type.hashCode()) * 0x9E3779B9) >>> 22;
        Recent known = recent[slot];
        if (known != null && known.labels.equals(labels) && known.type.equals(type)) {
            return known.id;
        }
        int length = 2 * labels.count();
        if (wanted.length < length) {
            wanted = new int[2 * length];
        }
        for (int i = 0; i < labels.count(); i++) {
            int name = string(labels.name(i));
            int at = 2 * i;
            while (at > 0 && wanted[at - 2] > name) {
                wanted[at] = wanted[at - 2];
                wanted[at + 1] = wanted[at - 1];
                at -= 2;
            }
            wanted[at] = name;
            wanted[at + 1] = string(labels.value(i));
        }
        int id = intern(wanted, length, type);
        recent[slot] = new Recent(labels, type, id);
        return id;
    }

    private int string(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return strings.intern(bytes, 0, bytes.length);
    }

    /// @param labels name and value of each label in turn, names ascending; the first `length` count
    int intern(int[] labels, int length, ProfileType type) {
        int typeId = typeId(type);
        int hash = hash(labels, 0, length, typeId);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash)
                    && this.type[id] == typeId
                    && Arrays.equals(label, start[id], start[id + 1], labels, 0, length)) {
                return id;
            }
        }
        table.put(hash, count);
        return add(labels, length, typeId);
    }

    private int typeId(ProfileType one) {
        Integer known = typeIds.get(one);
        if (known != null) {
            return known;
        }
        int id = typeIds.size();
        if (id == types.length) {
            types = Arrays.copyOf(types, 2 * id);
        }
        types[id] = one;
        typeIds.put(one, id);
        return id;
    }

    private int hash(int[] labels, int from, int to, int typeId) {
        long hash = typeId;
        for (int i = from; i < to; i += 2) {
            hash =
                    hasher.hashLongLongToLong(
                            hash, (long) labels[i] << Integer.SIZE | labels[i + 1]);
        }
        return (int) hash;
    }

    private int add(int[] labels, int length, int typeId) {
        if (count == type.length) {
            type = Arrays.copyOf(type, 2 * count);
            start = Arrays.copyOf(start, 2 * count + 1);
        }
        int from = start[count];
        if (label.length - from < length) {
            label = Arrays.copyOf(label, Math.max(2 * label.length, from + length));
        }
        System.arraycopy(labels, 0, label, from, length);
        for (int i = 0; i < length; i += 2) {
            addName(labels[i]);
        }
        type[count] = typeId;
        start[count + 1] = from + length;
        return count++;
    }

    private void addName(int string) {
        if (!isName.get(string)) {
            isName.set(string);
            if (nameCount == names.length) {
                names = Arrays.copyOf(names, Math.max(16, 2 * nameCount));
            }
            names[nameCount++] = string;
        }
    }

    /// Types stay; what uses them is gone.
    ///
    /// @param stringMark strings from this one on are about to go
    void rollbackTo(int mark, int stringMark) {
        if (count > mark) {
            Arrays.fill(recent, null);
            // A new array: earlier views have the old one.
            names = Arrays.stream(names, 0, nameCount).filter(name -> name < stringMark).toArray();
            nameCount = names.length;
            isName.clear(stringMark, Math.max(stringMark, isName.length()));
        }
        while (count > mark) {
            count--;
            table.remove(hash(label, start[count], start[count + 1], type[count]), count);
        }
    }

    /// The series so far; later ones are added behind them, in the same arrays.
    SeriesTable view() {
        return view(strings.view());
    }

    SeriesTable view(StringTable texts) {
        return new SeriesArrays(
                texts, names, nameCount, types, typeIds.size(), count, start, label, type);
    }
}
