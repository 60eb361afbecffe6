package io.flamekeeper.format.jfr;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/// What a thread was doing when it was sampled, as far as that makes a difference.
enum ThreadState {
    /// The recording does not say.
    UNKNOWN,
    SLEEPING,
    RUNNABLE,
    OTHER;

    private static final byte[] TEXT_SLEEPING = "STATE_SLEEPING".getBytes(US_ASCII);
    private static final byte[] TEXT_RUNNABLE = "STATE_RUNNABLE".getBytes(US_ASCII);

    static ThreadState of(byte[] bytes, int start, int end) {
        if (Arrays.equals(bytes, start, end, TEXT_SLEEPING, 0, TEXT_SLEEPING.length)) {
            return SLEEPING;
        }
        return Arrays.equals(bytes, start, end, TEXT_RUNNABLE, 0, TEXT_RUNNABLE.length)
                ? RUNNABLE
                : OTHER;
    }
}
