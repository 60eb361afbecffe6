package io.flamekeeper.store;

import io.flamekeeper.model.Damage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What is wrong with one file. Counts everything and keeps the first [#KEPT_MAX].
final class Damages implements Consumer<Damage> {
    private static final int KEPT_MAX = 100;

    private final List<Damage> kept = new ArrayList<>();
    private long count;

    @Override
    public void accept(Damage damage) {
        count++;
        if (kept.size() < KEPT_MAX) {
            kept.add(damage);
        }
    }

    void add(String what, String lost) {
        accept(new Damage(what, lost));
    }

    List<Damage> kept() {
        return List.copyOf(kept);
    }

    long count() {
        return count;
    }
}
