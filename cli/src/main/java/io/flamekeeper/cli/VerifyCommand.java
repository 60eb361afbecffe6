package io.flamekeeper.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.FileReport;
import io.flamekeeper.store.FolderCheck;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Checks every byte of a data folder and says what is damaged and what is lost by it.
@Command(
        name = "verify",
        description =
                "Checks every byte of a data folder that no server has open. Changes nothing.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 all is well, 1 something is damaged, 2 something cannot be read."
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int WELL = 0;
    private static final int DAMAGED = 1;
    private static final int UNREAD = 2;

    @Parameters(paramLabel = "DIR", description = "The data folder.")
    private Path folder = Path.of("");

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    /// What was found out, counted.
    private int files;

    private int damagedFiles;
    private int unreadFiles;
    private long damages;
    private long profiles;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Vfs vfs = DiskVfs.openToRead(folder)) {
            if (json) {
                printJson(vfs, out);
            } else {
                printText(vfs, out);
            }
        } catch (IOException e) {
            return refuse("%s: cannot be read: %s".formatted(folder, reason(e)));
        } catch (FlamekeeperException e) {
            return refuse(String.valueOf(e.getMessage()));
        } finally {
            out.flush();
        }
        return damagedFiles > 0 ? DAMAGED : unreadFiles > 0 ? UNREAD : WELL;
    }

    /// The message of an exception of a file is often no more than a name.
    private static String reason(IOException e) {
        String name = e.getClass().getSimpleName();
        return e.getClass() == IOException.class ? String.valueOf(e.getMessage()) : name;
    }

    private int refuse(String why) {
        spec.commandLine().getErr().println("flamekeeper: " + why);
        return UNREAD;
    }

    private void count(FileReport report) {
        files++;
        damagedFiles += report.damageCount() > 0 ? 1 : 0;
        unreadFiles += report.unread().isPresent() ? 1 : 0;
        damages += report.damageCount();
        profiles += report.profiles();
    }

    private void printText(Vfs vfs, PrintWriter out) throws IOException {
        int width = vfs.list().stream().mapToInt(String::length).max().orElse(1);
        FolderCheck.run(
                vfs,
                SelectorParser::pattern,
                report -> {
                    count(report);
                    print(report, width, out);
                });
        out.println(verdict());
    }

    private static void print(FileReport report, int width, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%-" + width + "s  %,15d  %s%s%n",
                report.name(),
                report.bytes(),
                report.damageCount() > 0
                        ? "DAMAGED: "
                        : report.unread().isPresent() ? "UNREAD: " : "",
                report.summary());
        for (Damage damage : report.damages()) {
            out.printf("    %s%n        lost: %s%n", damage.what(), damage.lost());
        }
        if (report.damageCount() > report.damages().size()) {
            out.printf("    and %d places more%n", report.damageCount() - report.damages().size());
        }
        report.unread().ifPresent(why -> out.printf("    not read to its end: %s%n", why));
        out.flush();
    }

    private String verdict() {
        if (damagedFiles > 0) {
            return String.format(
                    Locale.ROOT,
                    "DAMAGED: %,d places in %,d of %,d files",
                    damages,
                    damagedFiles,
                    files);
        }
        return unreadFiles > 0
                ? String.format(
                        Locale.ROOT,
                        "NOT KNOWN: %,d of %,d files cannot be read",
                        unreadFiles,
                        files)
                : String.format(Locale.ROOT, "all well: %,d files, %,d profiles", files, profiles);
    }

    private void printJson(Vfs vfs, PrintWriter out) throws IOException {
        var mapper = new ObjectMapper();
        List<ObjectNode> reports = new ArrayList<>();
        FolderCheck.run(
                vfs,
                SelectorParser::pattern,
                report -> {
                    count(report);
                    ObjectNode node = mapper.createObjectNode();
                    node.put("name", report.name())
                            .put("kind", report.kind().name().toLowerCase(Locale.ROOT))
                            .put("bytes", report.bytes())
                            .put("profiles", report.profiles())
                            .put("summary", report.summary())
                            .put("damageCount", report.damageCount())
                            .put("unread", report.unread().orElse(""));
                    node.set("damages", mapper.valueToTree(report.damages()));
                    reports.add(node);
                });
        ObjectNode all =
                mapper.createObjectNode()
                        .put("folder", folder.toString())
                        .put("well", damagedFiles == 0 && unreadFiles == 0)
                        .put("profiles", profiles)
                        .put("damages", damages);
        all.putArray("files").addAll(reports);
        out.println(all.toPrettyString());
    }
}
