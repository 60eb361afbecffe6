package io.flamekeeper.cli;

import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.FileContent;
import io.flamekeeper.store.FileInspector;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Prints what is in a file of a data folder.
@Command(
        name = "inspect",
        description =
                "Prints what is in a segment, a log or a catalog. Changes nothing; a server may run.",
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A file of a data folder.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        FileContent content = read();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            JsonMapper mapper =
                    JsonMapper.builder().enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE).build();
            ObjectNode all = mapper.createObjectNode().put("kind", kind(content));
            all.setAll(mapper.<ObjectNode>valueToTree(content));
            out.println(all.toPrettyString());
        } else {
            ContentText.print(content, out);
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private FileContent read() {
        Path absolute = file.toAbsolutePath();
        Path folder = Objects.requireNonNullElse(absolute.getParent(), absolute);
        try (Vfs vfs = DiskVfs.peek(folder)) {
            return FileInspector.inspect(
                    vfs, String.valueOf(absolute.getFileName()), SelectorParser::pattern);
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.STORE_UNAVAILABLE, "%s: cannot be read: %s", file, e);
        }
    }

    private static String kind(FileContent content) {
        return switch (content) {
            case FileContent.OfSegment _ -> "segment";
            case FileContent.OfLog _ -> "log";
            case FileContent.OfCatalog _ -> "catalog";
        };
    }
}
