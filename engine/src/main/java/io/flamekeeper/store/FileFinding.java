package io.flamekeeper.store;

import io.flamekeeper.model.Damage;
import io.flamekeeper.store.FileReport.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What is being found out about one file, until it becomes a [FileReport]. Counts all damage and keeps the first
/// [#KEPT_MAX].
final class FileFinding implements Consumer<Damage> {
    private static final int KEPT_MAX = 100;

    private final String name;
    private final List<Damage> kept = new ArrayList<>();
    private long damageCount;
    private Kind kind;
    private String summary = "";
    private long profiles;

    FileFinding(String name, Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    String name() {
        return name;
    }

    /// Says what the file is, in a few words.
    void is(String what) {
        summary = what;
    }

    void is(Kind other, String what) {
        kind = other;
        summary = what;
    }

    /// Says how many profiles a start would serve from it.
    void serves(long count) {
        profiles = count;
    }

    @Override
    public void accept(Damage damage) {
        damageCount++;
        if (kept.size() < KEPT_MAX) {
            kept.add(damage);
        }
    }

    void damaged(String what, String lost) {
        accept(new Damage(what, lost));
    }

    /// @param unread why it could not be read to its end, if that is so
    FileReport report(long bytes, Optional<String> unread) {
        return new FileReport(
                name, kind, bytes, profiles, summary, List.copyOf(kept), damageCount, unread);
    }

    /// `1 profile`, `2 profiles`.
    static String counted(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }
}
