package io.flamekeeper.querier;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.access.Permission;
import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.JsonText;
import io.flamekeeper.http.Parameters;
import io.flamekeeper.http.Request;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.Store;
import java.util.List;
import java.util.stream.Collectors;

/// Takes profiles away for good: `POST /api/v1/delete?match[]=SELECTOR&start=MILLIS&end=MILLIS`.
///
/// `match[]` may come several times; `start` and `end`, milliseconds since the Unix epoch, end exclusive, stand for
/// all of time where they are missing. When it is answered, no question sees the profiles any more; their bytes
/// leave the disk with the next compaction. Nothing is deleted if any selector is wrong; selectors are deleted one
/// after the other, so a disk that fails in between leaves the later ones.
public final class DeleteService {
    private final Store store;

    public DeleteService(Store store) {
        this.store = store;
    }

    public List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/api/v1/delete", Permission.ADMIN, this::delete));
    }

    private Answer delete(Request request) {
        Parameters query = request.query();
        List<Selector> selectors =
                query.all("match[]").stream().map(DeleteService::selector).toList();
        if (selectors.isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "match[]: missing (expected: a selector, such as {service_name=\"old\"})");
        }
        var range =
                new TimeRange(
                        millis(query, "start", TimeRange.ALWAYS.startMillis()),
                        millis(query, "end", TimeRange.ALWAYS.endMillis()));
        for (Selector selector : selectors) {
            store.delete(request.call().scope(), selector, range);
        }
        String deleted =
                query.all("match[]").stream()
                        .map(JsonText::quote)
                        .collect(Collectors.joining(",", "{\"deleted\":[", "]}"));
        return Answer.json(deleted.getBytes(UTF_8));
    }

    private static Selector selector(String text) {
        Selector selector = SelectorParser.parse(text);
        if (selector.matchers().isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "match[]: %s selects everything (expected: a condition; {service_name=~\".+\"} if everything is"
                            + " meant)",
                    text);
        }
        return selector;
    }

    private static long millis(Parameters query, String name, long missing) {
        String text = query.first(name);
        try {
            return text.isEmpty() ? missing : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_REQUEST,
                    "%s: '%s' (expected: milliseconds since the Unix epoch)",
                    name,
                    text);
        }
    }
}
