package io.flamekeeper.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A test program in another language. It ends with a line `N passed, N failed[, N skipped]`.
final class Suite {
    private static final Pattern COUNTS =
            Pattern.compile("(\\d+) passed, (\\d+) failed(?:, (\\d+) skipped)?");

    /// What a program exits with when what it needs is not on this machine.
    private static final int CANNOT_RUN_HERE = 77;

    private Suite() {}

    /// Runs the program, passes its output on, and fails or skips as it says.
    static void run(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String last = "";
        int passed = 0;
        int failed = 0;
        try (var output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                System.out.println("  " + line);
                Matcher counts = COUNTS.matcher(line);
                if (counts.find()) {
                    passed = Integer.parseInt(counts.group(1));
                    failed = Integer.parseInt(counts.group(2));
                }
                last = line;
            }
        }
        int exit = process.waitFor();
        assumeTrue(exit != CANNOT_RUN_HERE, last);
        assertThat(exit).as("exit code; last line: %s", last).isZero();
        assertThat(failed).as(last).isZero();
        assumeTrue(passed > 0, last);
    }
}
