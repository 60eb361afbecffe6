package io.flamekeeper.bench.workload;

import com.google.protobuf.Message;
import java.io.IOException;
import java.util.function.IntFunction;

/// Asks the same kind of question many times.
final class Questions {
    private Questions() {}

    /// @param latencies of every call
    /// @param bytes     of the last answer
    record Result(Latencies latencies, double cpuMillisEach, int bytes) {
        @Override
        public String toString() {
            return "%s, %.1f CPU-ms, %.1f KB".formatted(latencies, cpuMillisEach, bytes / 1e3);
        }
    }

    /// @param question the n-th
    static Result ask(Target target, String method, int rounds, IntFunction<Message> question)
            throws IOException {
        var latencies = new Latencies();
        double cpuBefore = target.process().cpuSeconds();
        int bytes = 0;
        try (var connection = target.connect()) {
            for (int round = 0; round < rounds; round++) {
                Message message = question.apply(round);
                long sent = System.nanoTime();
                bytes = Target.ask(connection, method, message).length;
                latencies.add((System.nanoTime() - sent) / 1e6);
            }
        }
        double cpu = target.process().cpuSeconds() - cpuBefore;
        return new Result(latencies, 1e3 * cpu / rounds, bytes);
    }
}
