package io.flamekeeper.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.tidy.CompiledClasses.Compiled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RulesTest {
    /// Member → why nobody may use it. `owner.*` bans the whole type.
    private static final Map<String, String> BANNED = Map.of(
            "java.util.zip.GZIPInputStream.<init>", "overflows the stack on thousands of empty members",
            "java.lang.Thread.interrupt", "closes file channels under other threads",
            "java.util.concurrent.Future.cancel", "may interrupt; cancel by flag",
            "java.lang.System.currentTimeMillis", "inject an InstantSource",
            "java.io.ObjectInputStream.<init>", "runs what it reads",
            "java.lang.Runtime.exec", "goes through a shell's rules; use ProcessBuilder",
            "java.lang.Throwable.printStackTrace", "log it or throw it");

    /// Users of a banned member that do what the ban protects: `DiskVfs` marks its own thread again after an
    /// operation that had to go on.
    private static final Set<String> BAN_LIFTED =
            Set.of("io.flamekeeper.vfs.DiskVfs$DiskFile java.lang.Thread.interrupt");

    /// Who may use `java.util.regex`: text that no request can choose.
    private static final Set<String> REGEX_ALLOWED = Set.of();

    private static final Set<String> MAY_GRANT = Set.of("io.flamekeeper.access");

    @Test
    void shippedCode_usesNoBannedMember() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Compiled one : Repository.shippedClasses().all()) {
            BANNED.forEach((member, why) -> {
                if (one.calls().contains(member) && !BAN_LIFTED.contains(one.name() + " " + member)) {
                    faults.add(one.name() + " uses " + member + ": " + why);
                }
            });
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void shippedCode_matchesNoRequestWithBacktracking() throws IOException {
        assertThat(Repository.shippedClasses().all().stream()
                        .filter(one -> one.calls().stream().anyMatch(call -> call.startsWith("java.util.regex.Matcher")))
                        .map(Compiled::name)
                        .filter(name -> !REGEX_ALLOWED.contains(name)))
                .isEmpty();
    }

    @Test
    void tenantScope_isGrantedByTheAuthenticatorAlone() throws IOException {
        assertThat(Repository.shippedClasses().all().stream()
                        .filter(one -> one.calls().contains("io.flamekeeper.model.TenantScope.grant"))
                        .filter(one -> !MAY_GRANT.contains(one.packageName()))
                        .map(Compiled::name))
                .isEmpty();
    }

    @Test
    void everyPackage_saysWhatItIsFor() throws IOException {
        assertThat(Repository.shippedPackages().stream()
                        .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                        .map(Repository::name))
                .isEmpty();
    }

    @Test
    void hotPaths_nameABenchmarkThatExists() throws IOException {
        List<String> faults = new ArrayList<>();
        Set<String> benchmarks = Repository.benchmarks();
        for (Path source : Repository.shippedSources()) {
            String text = Files.readString(source);
            for (int at = text.indexOf("**Hot path.**"); at >= 0; at = text.indexOf("**Hot path.**", at + 1)) {
                String doc = text.substring(at, Math.min(text.length(), at + 400));
                if (benchmarks.stream().noneMatch(name -> doc.contains("`" + name + "`"))) {
                    faults.add(Repository.name(source) + ": a hot path without a benchmark");
                }
            }
        }
        assertThat(faults).isEmpty();
    }
}
