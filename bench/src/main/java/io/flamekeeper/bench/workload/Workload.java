package io.flamekeeper.bench.workload;

/// One way of using a server, and the figures that matter then.
interface Workload {
    /// Prints its figures.
    ///
    /// @throws WrongAnswer if the server does not know what it was told; then no figure counts
    /// @throws Skipped if what it measures does not exist here
    void run(Options options, Figures figures) throws Exception;

    /// The server's answer is not what was sent.
    final class WrongAnswer extends Exception {
        private static final long serialVersionUID = 1;

        WrongAnswer(String what, Object answered, Object expected) {
            super(what + ": " + answered + " (expected: " + expected + ")");
        }
    }

    /// Says why.
    final class Skipped extends Exception {
        private static final long serialVersionUID = 1;

        Skipped(String why) {
            super(why);
        }
    }
}
