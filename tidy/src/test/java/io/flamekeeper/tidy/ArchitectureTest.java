package io.flamekeeper.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchitectureTest {
    private static final Map<String, String> SOURCES =
            Map.of(
                    "Low.java",
                            "package io.flamekeeper.low; public class Low { public static int one() { return 1; } }",
                    "High.java",
                            """
                            package io.flamekeeper.high;
                            public class High { public static int two() { return io.flamekeeper.low.Low.one() + 1; } }
                            """);

    @TempDir Path folder;

    @Test
    void document_ofThisRepository_agreesWithTheCode() throws IOException {
        assertThat(
                        new Architecture(Repository.read("ARCHITECTURE.md"))
                                .faults(Repository.shippedClasses()))
                .isEmpty();
    }

    @Test
    void document_thatAgrees_hasNoFault() throws IOException {
        assertThat(faultsOf("low ->\nhigh -> low", "`Low` and `High`")).isEmpty();
    }

    @Test
    void document_withoutAnArrowThatIsUsed_isRefused() throws IOException {
        assertThat(faultsOf("low ->\nhigh ->", ""))
                .containsExactly(
                        "used but not drawn: high -> low (io.flamekeeper.high.High uses io.flamekeeper.low.Low)");
    }

    @Test
    void document_withAnArrowThatNobodyUses_isRefused() throws IOException {
        assertThat(faultsOf("model ->\nlow -> model\nhigh -> low", ""))
                .containsExactly("drawn but not used: low -> model");
    }

    @Test
    void document_withAnArrowUpwards_isRefused() throws IOException {
        assertThat(faultsOf("high -> low\nlow ->", "")).containsExactly("points up: high -> low");
    }

    @Test
    void document_withoutAPackageThatExists_isRefused() throws IOException {
        assertThat(faultsOf("low ->", "")).containsExactly("not drawn: package high");
    }

    @Test
    void document_thatNamesATypeThatIsGone_isRefused() throws IOException {
        assertThat(faultsOf("low ->\nhigh -> low", "`Lost`")).containsExactly("no such type: Lost");
    }

    private List<String> faultsOf(String arrows, String text) throws IOException {
        return new Architecture(text + "\n```arrows\n" + arrows + "\n```\n").faults(compiled());
    }

    private CompiledClasses compiled() throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        for (var source : SOURCES.entrySet()) {
            Files.writeString(folder.resolve(source.getKey()), source.getValue());
        }
        int exit =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-d",
                                out.toString(),
                                folder.resolve("Low.java").toString(),
                                folder.resolve("High.java").toString());
        assertThat(exit).isZero();
        return CompiledClasses.below(List.of(out));
    }
}
