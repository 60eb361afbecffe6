package io.flamekeeper.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Checks every byte of a data folder and says what is damaged and what is lost by it.
@Command(
        name = "verify",
        description = "Checks every byte of a data folder that no server has open.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Nothing is changed. Exit codes: 0 all is well, 1 something is damaged, 2 something cannot be read."
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

    private int files;
    private int filesOfAStore;
    private int damagedFiles;
    private int unreadFiles;
    private long damages;
    private long profiles;

    @Override
    public Integer call() {
        try (Vfs vfs = DiskVfs.openToRead(folder)) {
            return json ? printJson(vfs) : printText(vfs);
        } catch (FileSystemException e) {
            return refuse(
                    "folder: %s cannot be read, %s (expected: a data folder)"
                            .formatted(folder, e.getClass().getSimpleName()));
        } catch (IOException | FlamekeeperException e) {
            return refuse(String.valueOf(e.getMessage()));
        } finally {
            out().flush();
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private int refuse(String why) {
        spec.commandLine().getErr().println("flamekeeper: " + why);
        return UNREAD;
    }

    /// Checks the folder; shows every file to `each`, then, if it is a data folder, the counts to `end`.
    private int check(Vfs vfs, Consumer<FileReport> each, Runnable end) throws IOException {
        FolderCheck.run(
                vfs,
                SelectorParser::pattern,
                report -> {
                    count(report);
                    each.accept(report);
                });
        if (filesOfAStore == 0) {
            return refuse(
                    "folder: %s has no file of a store (expected: a data folder)"
                            .formatted(folder));
        }
        end.run();
        return damagedFiles > 0 ? DAMAGED : unreadFiles > 0 ? UNREAD : WELL;
    }

    private void count(FileReport report) {
        files++;
        filesOfAStore += report.kind() == FileReport.Kind.UNKNOWN ? 0 : 1;
        damagedFiles += report.damageCount() > 0 ? 1 : 0;
        unreadFiles += report.unread().isPresent() ? 1 : 0;
        damages += report.damageCount();
        profiles += report.profiles();
    }

    private int printText(Vfs vfs) throws IOException {
        int width = vfs.list().stream().mapToInt(String::length).max().orElse(1);
        return check(vfs, report -> print(report, width), () -> out().println(verdict()));
    }

    private void print(FileReport report, int width) {
        PrintWriter out = out();
        String state =
                report.damageCount() > 0
                        ? "DAMAGED: "
                        : report.unread().isPresent() ? "NOT READ: " : "";
        out.println(
                String.format(
                        Locale.ROOT,
                        "%-" + width + "s  %,15d  %s%s",
                        report.name(),
                        report.bytes(),
                        state,
                        report.summary()));
        for (Damage damage : report.damages()) {
            out.println("    " + damage.what());
            out.println("        lost: " + damage.lost());
        }
        long more = report.damageCount() - report.damages().size();
        if (more > 0) {
            out.println("    and in " + more + " more places");
        }
        report.unread().ifPresent(why -> out.println("    " + why));
        out.flush();
    }

    private String verdict() {
        if (damagedFiles > 0) {
            return "DAMAGED: %d of %d files, places %d".formatted(damagedFiles, files, damages);
        }
        return unreadFiles > 0
                ? "NOT READ: %d of %d files; the others are well".formatted(unreadFiles, files)
                : "all well: %d files, %d profiles".formatted(files, profiles);
    }

    private int printJson(Vfs vfs) throws IOException {
        var mapper = new ObjectMapper();
        ArrayNode reports = mapper.createArrayNode();
        return check(
                vfs,
                report -> reports.add(json(report, mapper)),
                () -> {
                    ObjectNode all =
                            mapper.createObjectNode()
                                    .put("folder", folder.toString())
                                    .put("well", damagedFiles == 0 && unreadFiles == 0)
                                    .put("profiles", profiles)
                                    .put("damageCount", damages);
                    all.set("files", reports);
                    out().println(all.toPrettyString());
                });
    }

    private static ObjectNode json(FileReport report, ObjectMapper mapper) {
        ObjectNode node =
                mapper.createObjectNode()
                        .put("name", report.name())
                        .put("kind", report.kind().name().toLowerCase(Locale.ROOT))
                        .put("bytes", report.bytes())
                        .put("profiles", report.profiles())
                        .put("summary", report.summary())
                        .put("damageCount", report.damageCount())
                        .put("unread", report.unread().orElse(""));
        node.set("damages", mapper.valueToTree(report.damages()));
        return node;
    }
}
