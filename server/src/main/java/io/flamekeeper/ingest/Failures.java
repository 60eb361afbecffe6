package io.flamekeeper.ingest;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What is told of several failures of one request. Whether sending again can help, and when, is what the sender most
/// needs to know.
final class Failures {
    private Failures() {}

    /// The one that is over last, of those that will be over.
    static Optional<FlamekeeperException> temporary(List<FlamekeeperException> failures) {
        return failures.stream()
                .filter(one -> one.code().owner() == ErrorCode.Owner.RETRY)
                .max(Comparator.comparing(FlamekeeperException::retryAfter));
    }

    /// @param failures at least one
    /// @param messages what is said of all of them
    static FlamekeeperException joined(List<FlamekeeperException> failures, String messages) {
        FlamekeeperException told = temporary(failures).orElse(failures.getFirst());
        return new FlamekeeperException(told, told.code(), "%s", messages);
    }
}
