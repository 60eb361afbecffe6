package io.flamekeeper.cli.push;

import java.nio.file.Path;

/// What became of a file.
///
/// @param format   what it is, in a word
/// @param bytes    how many it has
/// @param profiles how many the server made of it, each of one type and label set; 0 if it does not say
/// @param retries  how often it was sent again
/// @param why      of a failure
record Outcome(
        Path file, String format, long bytes, State state, int profiles, int retries, String why) {
    enum State {
        STORED("stored"),
        /// Stored already.
        REPEATED("repeated: stored before"),
        /// Understood, and nothing in it to store.
        EMPTY("empty: nothing in it to store"),
        FAILED("FAILED");

        private final String words;

        State(String words) {
            this.words = words;
        }
    }

    static Outcome failed(Path file, String format, long bytes, int retries, String why) {
        return new Outcome(file, format, bytes, State.FAILED, 0, retries, why);
    }

    String words() {
        String words = state.words;
        if (state == State.FAILED) {
            words += ": " + why;
        } else if (profiles > 0) {
            words += ", " + Report.counted(profiles, "profile");
        }
        return retries == 0 ? words : words + ", sent " + (retries + 1) + " times";
    }
}
