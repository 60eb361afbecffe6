package io.flamekeeper.format.speedscope;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.DecodedText;
import io.flamekeeper.format.TextFormat;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.security.SecureRandom;

/// Files of Speedscope: `https://www.speedscope.app/file-format-schema.json`.
///
/// ```json
/// {"$schema": "…",
///  "shared": {"frames": [{"name": "main", "file": "main.py", "line": 3}, {"name": "work"}]},
///  "profiles": [
///    {"type": "sampled", "name": "one", "unit": "seconds", "startValue": 0, "endValue": 1.5,
///     "samples": [[0], [0, 1]], "weights": [0.5, 1]},
///    {"type": "evented", "name": "two", "unit": "none", "startValue": 0, "endValue": 4,
///     "events": [{"type": "O", "at": 0, "frame": 0}, {"type": "C", "at": 4, "frame": 0}]}]}
/// ```
///
/// A sample is frames, the outermost first, and its weight. Of events `O` opens a frame and `C` closes the
/// innermost; what is between two of them belongs to the frames that are open, and to nobody while none is.
/// Times become nanoseconds to the nearest whole, everything else whole numbers. Every sample has the name of
/// its profile as the label `profile_name`.
///
/// The frames may stand behind the profiles, and the unit behind the weights, so the file is read twice: heads,
/// then stacks. Members that are not shown here are read over.
public final class SpeedscopeFormat implements TextFormat {
    /// What every file says it is.
    public static final String SCHEMA = "https://www.speedscope.app/file-format-schema.json";

    private final DecodeLimits limits;
    private final long hashSeed = new SecureRandom().nextLong();

    public SpeedscopeFormat(DecodeLimits limits) {
        this.limits = limits;
    }

    @Override
    public String name() {
        return "speedscope";
    }

    @Override
    public DecodedText read(byte[] body) {
        if (!Utf8.isValid(body, 0, body.length)) {
            throw new FlamekeeperException(
                    ErrorCode.MALFORMED_PROFILE, "speedscope: not UTF-8 (expected: JSON)");
        }
        return new SpeedscopeReading(limits, hashSeed, body).read();
    }
}
