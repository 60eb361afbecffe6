package io.flamekeeper.cli.push;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/// A bar in the last line of a terminal, or nothing at all. Safe for use by many threads.
final class Progress {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean isShown;
    private final int all;
    private int done;

    Progress(PrintStream out, boolean isShown, int all) {
        this.out = out;
        this.isShown = isShown;
        this.all = all;
    }

    /// Shows itself only if a person sees both what goes in and what comes out.
    static Progress ofTerminal(int all) {
        boolean isTerminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        return new Progress(System.err, isTerminal, all);
    }

    synchronized void oneMore() {
        done++;
        draw();
    }

    /// Prints lines where the bar is, which moves below them.
    synchronized void above(Runnable lines) {
        erase();
        lines.run();
        draw();
    }

    synchronized void end() {
        erase();
    }

    private void erase() {
        if (isShown) {
            out.print("\r" + " ".repeat(WIDTH + 40) + "\r");
            out.flush();
        }
    }

    private void draw() {
        if (isShown && done < all) {
            int filled = WIDTH * done / all;
            out.print(
                    "\r[%s%s] %,d of %,d files"
                            .formatted("#".repeat(filled), "-".repeat(WIDTH - filled), done, all));
            out.flush();
        }
    }
}
