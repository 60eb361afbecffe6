package io.flamekeeper.format.speedscope;

import static io.flamekeeper.format.speedscope.JsonCursor.malformed;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.DecodedText;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.StackCounts;
import io.flamekeeper.format.StackSpeller;
import io.flamekeeper.format.TextLoss;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// One file on its way: first [#readHeads], then [#readStacks].
final class SpeedscopeReading {
    private static final String FORMAT = "speedscope";
    private static final String PROFILE_NAME = "profile_name";
    private static final String EVENTED = "evented";
    private static final String SAMPLED = "sampled";

    private final DecodeLimits limits;
    private final long hashSeed;
    private final byte[] body;
    private final StackSpeller speller;
    private final Map<String, StackCounts> countsByUnit = new LinkedHashMap<>();
    private final List<Head> heads = new ArrayList<>();
    private String schema = "";

    /// Frames of the file are the first frames of the speller, in the same order.
    private int frames;

    // The frame or profile whose members are being read.
    private String name = "";
    private String file = "";
    private int line;
    private String type = "";
    private String unit = "";
    private double start;
    private double end;

    // The profile whose stacks are being read.
    private int profile;
    private int samples;
    private int[] stackOfSample = new int[64];
    private int weights;
    private long[] weightOfSample = new long[64];
    private int events;
    private long now;

    // The event whose members are being read.
    private String action = "";
    private long at = Unit.NO_AMOUNT;
    private int frame = -1;

    /// What a profile says of itself. Profiles of the same head are one.
    ///
    /// @param label string: its name
    private record Head(String type, int label, Unit unit, double start, double end) {
        /// Without a hash: whoever sends the numbers could make all of them collide.
        static final Comparator<Head> ORDER =
                Comparator.comparing(Head::type)
                        .thenComparingInt(Head::label)
                        .thenComparing(Head::unit)
                        .thenComparingDouble(Head::start)
                        .thenComparingDouble(Head::end);
    }

    SpeedscopeReading(DecodeLimits limits, long hashSeed, byte[] body) {
        this.limits = limits;
        this.hashSeed = hashSeed;
        this.body = body;
        this.speller = new StackSpeller(FORMAT, limits, hashSeed, body.length);
    }

    DecodedText read() {
        try {
            readHeads(new JsonCursor(body));
            readStacks(new JsonCursor(body));
        } catch (JsonProcessingException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.MALFORMED_PROFILE,
                    "speedscope: not JSON at character %d: %s (expected: an object)",
                    e.getLocation() == null ? 0 : e.getLocation().getCharOffset(),
                    e.getOriginalMessage());
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.MALFORMED_PROFILE,
                    "speedscope: %s (expected: UTF-8)",
                    String.valueOf(e.getMessage()));
        }
        return new DecodedText(
                profiles(), differentHeads(), Map.of(TextLoss.CUT_STACK, speller.cuts()));
    }

    private int differentHeads() {
        SortedSet<Head> different = new TreeSet<>(Head.ORDER);
        different.addAll(heads);
        return different.size();
    }

    private void readHeads(JsonCursor in) throws IOException {
        in.document(() -> {
            switch (in.field()) {
                case "$schema" -> schema = in.text();
                case "shared" -> in.object(() -> readShared(in));
                case "profiles" -> in.objects(() -> readHeadMember(in), this::addHead);
                default -> in.skip();
            }
        });
        if (!schema.equals(SpeedscopeFormat.SCHEMA)) {
            throw malformed("$schema is '%.100s' (expected: %s)", schema, SpeedscopeFormat.SCHEMA);
        }
    }

    private void readShared(JsonCursor in) throws IOException {
        if (in.field().equals("frames")) {
            in.objects(() -> readFrameMember(in), this::addFrame);
        } else {
            in.skip();
        }
    }

    private void readFrameMember(JsonCursor in) throws IOException {
        switch (in.field()) {
            case "name" -> name = in.text();
            case "file" -> file = in.textIfAny();
            case "line" -> line = in.intIfAny();
            default -> in.skip();
        }
    }

    private void addFrame() {
        speller.addFrame(speller.string(name), speller.string(file), Math.max(line, 0));
        frames++;
        name = "";
        file = "";
        line = 0;
    }

    private void readHeadMember(JsonCursor in) throws IOException {
        switch (in.field()) {
            case "type" -> type = in.text();
            case "name" -> name = in.text();
            case "unit" -> unit = in.text();
            case "startValue" -> start = in.number();
            case "endValue" -> end = in.number();
            default -> in.skip();
        }
    }

    private void addHead() {
        if (!type.equals(EVENTED) && !type.equals(SAMPLED)) {
            throw malformed(
                    "type of profile %d is '%.100s' (expected: %s or %s)",
                    heads.size(), type, EVENTED, SAMPLED);
        }
        heads.add(new Head(type, speller.string(name), Unit.of(unit), start, end));
        type = "";
        name = "";
        unit = "";
        start = 0;
        end = 0;
    }

    private void readStacks(JsonCursor in) throws IOException {
        in.document(() -> {
            if (in.field().equals("profiles")) {
                in.objects(() -> readStackMember(in), this::endProfile);
            } else {
                in.skip();
            }
        });
    }

    private void readStackMember(JsonCursor in) throws IOException {
        boolean isEvented = heads.get(profile).type().equals(EVENTED);
        String field = in.field();
        if (isEvented && field.equals("events")) {
            in.objects(() -> readEventMember(in), this::addEvent);
        } else if (!isEvented && field.equals("samples")) {
            readSamples(in);
        } else if (!isEvented && field.equals("weights")) {
            readWeights(in);
        } else {
            in.skip();
        }
    }

    private void readSamples(JsonCursor in) throws IOException {
        in.array();
        while (in.hasElement()) {
            in.elementArray();
            speller.leave(0);
            while (in.hasElement()) {
                speller.enter(in.elementIndex(frames, "a frame"));
            }
            if (samples == stackOfSample.length) {
                stackOfSample = Arrays.copyOf(stackOfSample, 2 * samples);
            }
            stackOfSample[samples++] = speller.stack();
        }
        speller.leave(0);
    }

    private void readWeights(JsonCursor in) throws IOException {
        in.array();
        while (in.hasElement()) {
            if (weights == weightOfSample.length) {
                weightOfSample = Arrays.copyOf(weightOfSample, 2 * weights);
            }
            long weight = in.elementAmount(heads.get(profile).unit());
            if (weight < 0) {
                throw in.unexpected("a weight, 0 or more");
            }
            weightOfSample[weights++] = weight;
        }
    }

    private void readEventMember(JsonCursor in) throws IOException {
        switch (in.field()) {
            case "type" -> action = in.text();
            case "at" -> at = in.amount(heads.get(profile).unit());
            case "frame" -> frame = in.index(frames, "a frame");
            default -> in.skip();
        }
    }

    private void addEvent() {
        if (at == Unit.NO_AMOUNT || frame < 0) {
            throw malformed(
                    "event %d of profile %d is not complete (expected: type, at and frame)",
                    events, profile);
        }
        long passed = events == 0 ? 0 : at - now;
        if (passed < 0) {
            throw malformed(
                    "event %d of profile %d is at %d, the one before at %d (expected: not earlier)",
                    events, profile, at, now);
        }
        if (passed > 0 && speller.depth() > 0) {
            counts().add(speller.stack(), heads.get(profile).label(), passed);
        }
        switch (action) {
            case "O" -> speller.enter(frame);
            case "C" -> {
                if (speller.depth() == 0 || speller.innermost() != frame) {
                    throw malformed(
                            "event %d of profile %d closes frame %d (expected: the innermost that is open)",
                            events, profile, frame);
                }
                speller.leave(speller.depth() - 1);
            }
            default ->
                    throw malformed(
                            "type of event %d of profile %d is '%.100s' (expected: O or C)",
                            events, profile, action);
        }
        now = at;
        events++;
        action = "";
        at = Unit.NO_AMOUNT;
        frame = -1;
    }

    private void endProfile() {
        if (speller.depth() > 0) {
            throw malformed(
                    "profile %d ends with %d open frames (expected: 0)", profile, speller.depth());
        }
        if (samples != weights) {
            throw malformed(
                    "profile %d has %d samples and %d weights (expected: a weight for each sample)",
                    profile, samples, weights);
        }
        for (int sample = 0; sample < samples; sample++) {
            if (weightOfSample[sample] > 0) {
                counts().add(
                                stackOfSample[sample],
                                heads.get(profile).label(),
                                weightOfSample[sample]);
            }
        }
        profile++;
        samples = 0;
        weights = 0;
        events = 0;
    }

    private StackCounts counts() {
        return countsByUnit.computeIfAbsent(
                heads.get(profile).unit().stored(), _ -> new StackCounts(FORMAT, limits, hashSeed));
    }

    private List<RawProfile> profiles() {
        int labelName = speller.string(PROFILE_NAME);
        SymbolTable symbols = speller.symbols();
        StackTable stacks = speller.stacks();
        if (countsByUnit.isEmpty()) {
            countsByUnit.put(Unit.NONE.stored(), new StackCounts(FORMAT, limits, hashSeed));
        }
        List<RawProfile> profiles = new ArrayList<>();
        countsByUnit.forEach((stored, counts) ->
                profiles.add(
                        counts.profile(
                                symbols,
                                stacks,
                                new ValueType("weight", stored),
                                labelName,
                                duration(stored))));
        return profiles;
    }

    /// From the first start to the last end of the profiles in this unit, 0 if they are no times.
    private long duration(String stored) {
        double first = Double.MAX_VALUE;
        double last = -Double.MAX_VALUE;
        for (Head head : heads) {
            if (head.unit().stored().equals(stored) && stored.equals("nanoseconds")) {
                first = Math.min(first, head.unit().scaled(head.start()));
                last = Math.max(last, head.unit().scaled(head.end()));
            }
        }
        return first < last ? Math.round(last - first) : 0;
    }
}
