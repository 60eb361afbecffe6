package io.flamekeeper.dictionary;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StringTable;
import java.util.Arrays;
import java.util.List;

/// The arrays of [SeriesIds], as they were at one moment; of each the first elements count.
record SeriesArrays(
        StringTable strings,
        int[] name,
        int nameCount,
        ProfileType[] typeById,
        int typeCount,
        int count,
        int[] start,
        int[] label,
        int[] type)
        implements SeriesTable {
    @Override
    public int[] labelNames() {
        return Arrays.copyOf(name, nameCount);
    }

    @Override
    public int valueOf(int series, int name) {
        for (int i = start[series]; i < start[series + 1]; i += 2) {
            if (label[i] == name) {
                return label[i + 1];
            }
        }
        return 0;
    }

    @Override
    public void forEachLabel(int series, LabelVisitor visitor) {
        for (int i = start[series]; i < start[series + 1]; i += 2) {
            visitor.label(label[i], label[i + 1]);
        }
    }

    @Override
    public List<ProfileType> types() {
        return Arrays.asList(typeById).subList(0, typeCount);
    }

    @Override
    public int typeOf(int series) {
        return type[series];
    }
}
