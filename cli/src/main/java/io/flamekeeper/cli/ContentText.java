package io.flamekeeper.cli;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.store.FileContent;
import io.flamekeeper.store.FileContent.Delete;
import io.flamekeeper.store.FileContent.Listed;
import io.flamekeeper.store.FileContent.LoggedService;
import io.flamekeeper.store.FileContent.OfCatalog;
import io.flamekeeper.store.FileContent.OfLog;
import io.flamekeeper.store.FileContent.OfSegment;
import io.flamekeeper.store.FileContent.Service;
import io.flamekeeper.store.FileContent.Stretch;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// What is in a file, for people to read.
final class ContentText {
    private static final String NONE = "-";

    private final PrintWriter out;

    private ContentText(PrintWriter out) {
        this.out = out;
    }

    static void print(FileContent content, PrintWriter out) {
        var text = new ContentText(out);
        switch (content) {
            case OfSegment segment -> text.print(segment);
            case OfLog log -> text.print(log);
            case OfCatalog catalog -> text.print(catalog);
        }
    }

    private void title(FileContent content, String kind) {
        line(
                "%s: a %s, format version %d, %,d bytes",
                content.name(), kind, content.version(), content.bytes());
        out.println();
    }

    @FormatMethod
    private void line(String format, Object... args) {
        out.println(String.format(Locale.ROOT, format, args));
    }

    private void print(OfSegment segment) {
        title(segment, "segment");
        line("number    %d", segment.number());
        line("level     %d: %s", segment.level(), origin(segment));
        if (segment.level() > 0) {
            line(
                    "window    %s to %s",
                    time(segment.windowStartMillis()), time(segment.windowEndMillis()));
        }
        line("tenants   %d", segment.services().stream().map(Service::tenant).distinct().count());
        line(
                "profiles  %,d from %s to %s, %.1f bytes each",
                segment.profiles(),
                time(segment.firstMillis()),
                time(segment.lastMillis()),
                perProfile(segment));
        line("pairs     %,d", segment.pairs());
        out.println();
        printServices(segment.services());
        out.println();
        printStretches(segment);
    }

    private static double perProfile(OfSegment segment) {
        return (double) segment.bytes() / Math.max(segment.profiles(), 1);
    }

    private static String origin(OfSegment segment) {
        return segment.log().isEmpty()
                ? "made of segments " + numbers(segment.madeOf())
                : "a sealed head, its log was " + segment.log();
    }

    private static String numbers(List<Long> numbers) {
        return String.join(", ", numbers.stream().map(String::valueOf).toList());
    }

    private void printServices(List<Service> services) {
        var table =
                new Table(
                        "tenant",
                        "service",
                        "profiles",
                        "pairs",
                        "spans",
                        "types",
                        "series",
                        "labels",
                        "strings",
                        "functions",
                        "mappings",
                        "frames",
                        "nodes",
                        "sums",
                        "their pairs",
                        "uploads",
                        "bytes");
        for (Service one : services) {
            table.add(
                    one.tenant(),
                    one.service(),
                    one.profiles(),
                    one.pairs(),
                    one.spans(),
                    one.types(),
                    one.series(),
                    one.labels(),
                    one.strings(),
                    one.functions(),
                    one.mappings(),
                    one.frames(),
                    one.nodes(),
                    one.sums(),
                    one.sumPairs(),
                    one.uploads(),
                    one.bytes());
        }
        table.print(out);
    }

    private void printStretches(OfSegment segment) {
        var table =
                new Table(
                        "tenant", "service", "section", "at byte", "bytes", "decoded", "% of file");
        for (Stretch one : segment.stretches()) {
            table.add(
                    orNone(one.tenant()),
                    orNone(one.service()),
                    one.what(),
                    one.start(),
                    one.bytes(),
                    one.decoded(),
                    100.0 * one.bytes() / segment.bytes());
        }
        table.print(out);
    }

    private void print(OfLog log) {
        title(log, "log");
        line("shard     %d", log.shard());
        line("head      generation %d", log.generation());
        line(
                "header    %s",
                switch (log.header()) {
                    case AS_WRITTEN -> "as written";
                    case OF_ANOTHER_LOG -> "of an earlier log; nothing of this one was written";
                    case DAMAGED -> "damaged, or never written";
                });
        line(
                "frames    %s, up to byte %,d",
                log.frames() == 0 ? "none" : "1 to " + log.frames(), log.end());
        line(
                "behind    %s",
                switch (log.rest()) {
                    case NOTHING -> "nothing";
                    case UNFINISHED ->
                            "no whole frame: an unfinished write, one under way, or decay of the last one";
                    case ACKNOWLEDGED ->
                            "damage, and %d bytes that had been acknowledged"
                                    .formatted(log.lostBytes());
                });
        line("profiles  %,d", log.profiles());
        line("pairs     %,d", log.pairs());
        out.println();
        var table =
                new Table(
                        "tenant",
                        "service",
                        "log frames",
                        "uploads",
                        "profiles",
                        "pairs",
                        "series",
                        "strings",
                        "functions",
                        "mappings",
                        "frames",
                        "nodes");
        for (LoggedService one : log.services()) {
            table.add(
                    one.tenant(),
                    one.service(),
                    one.logged(),
                    one.uploads(),
                    one.profiles(),
                    one.pairs(),
                    one.series(),
                    one.strings(),
                    one.functions(),
                    one.mappings(),
                    one.frames(),
                    one.nodes());
        }
        table.print(out);
    }

    private void print(OfCatalog catalog) {
        title(catalog, "catalog");
        line(
                "ever used  segments up to %d, logs up to %d, deletes up to %d",
                catalog.segmentMax(), catalog.generationMax(), catalog.deleteMax());
        out.println();
        var segments =
                new Table(
                        "segment",
                        "level",
                        "tenant",
                        "log",
                        "first",
                        "last",
                        "profiles",
                        "bytes",
                        "made");
        for (Listed one : catalog.segments()) {
            segments.add(
                    one.number(),
                    one.level(),
                    orNone(one.tenant()),
                    orNone(one.log()),
                    time(one.firstMillis()),
                    time(one.lastMillis()),
                    one.profiles(),
                    one.bytes(),
                    one.createdMillis() == 0 ? NONE : time(one.createdMillis()));
        }
        segments.print(out);
        out.println();
        var deletes = new Table("delete", "tenant", "selector", "from", "until", "in segments");
        for (Delete one : catalog.deletes()) {
            deletes.add(
                    one.id(),
                    one.tenant(),
                    one.selector(),
                    one.startMillis() == Long.MIN_VALUE ? NONE : time(one.startMillis()),
                    one.endMillis() == Long.MAX_VALUE ? NONE : time(one.endMillis()),
                    numbers(one.segments()));
        }
        deletes.print(out);
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
