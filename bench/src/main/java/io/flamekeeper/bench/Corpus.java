package io.flamekeeper.bench;

import com.google.protobuf.ByteString;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.google.v1.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// The recorded windows, and virtual instances that replay them with drawn novelty.
///
/// An instance starts at a window of its own and goes round. Every upload loses each sample with a chance
/// of 10 to 30 % and takes as many from windows set aside, so that new stacks keep coming as they do in a
/// real fleet; [#novelty] says how many did.
public final class Corpus {
    private static final int WINDOWS_MAX = 1000;

    /// `""`, `cpu`, `nanoseconds`: what the recorder writes first.
    private static final int TYPE_STRINGS = 3;

    /// One upload, ready to be sent.
    ///
    /// @param gzip     pprof, as a client sends it
    /// @param raw      the same, inflated
    /// @param sumNanos total of its samples
    public record Upload(ByteString gzip, byte[] raw, long sumNanos) {}

    private final List<Profile> windows;
    private final List<Profile> setAside;

    private Corpus(List<Profile> windows, List<Profile> setAside) {
        this.windows = windows;
        this.setAside = setAside;
    }

    /// Reads the windows from the class path; every fourth is set aside.
    public static Corpus load() throws IOException {
        List<Profile> windows = new ArrayList<>();
        List<Profile> setAside = new ArrayList<>();
        for (int window = 0; window < WINDOWS_MAX; window++) {
            try (var in =
                    Corpus.class.getResourceAsStream("/corpus/%03d.pb.gz".formatted(window))) {
                if (in == null) {
                    break;
                }
                Profile profile = Profile.parseFrom(new GZIPInputStream(in));
                (window % 4 == 3 ? setAside : windows).add(profile);
            }
        }
        if (windows.isEmpty()) {
            throw new IOException(
                    "corpus: no windows on the class path (expected: /corpus/000.pb.gz and on)");
        }
        return new Corpus(windows, setAside);
    }

    public int windowCount() {
        return windows.size();
    }

    /// The window as recorded.
    Upload recorded(int window) throws IOException {
        return upload(windows.get(window % windows.size()));
    }

    /// @param timeNanos when the profile claims to have been taken
    public Upload drawn(SplittableRandom random, int window, long timeNanos) throws IOException {
        return upload(mixed(random, window).toBuilder().setTimeNanos(timeNanos).build());
    }

    /// As [#drawn], but of another size and without a time.
    ///
    /// @param samples how many to take, from as many windows as that needs; some 300 is what a window has
    public Profile sized(SplittableRandom random, int window, int samples) {
        Profile own = windows.get(window % windows.size());
        Profile.Builder mixed =
                Profile.newBuilder()
                        .addAllSampleType(own.getSampleTypeList().stream().toList())
                        .setPeriodType(own.getPeriodType())
                        .setPeriod(own.getPeriod())
                        .setDurationNanos(15_000_000_000L);
        // Types name strings by number, so the first strings stay where they are.
        mixed.addAllStringTable(own.getStringTableList().subList(0, TYPE_STRINGS));
        for (int left = samples; left > 0; ) {
            Profile from = windows.get((window + left) % windows.size());
            int some = Math.min(left, Math.max(1, from.getSampleCount()));
            graft(random, from, some, mixed);
            left -= some;
        }
        return mixed.build();
    }

    /// The recorded window with drawn novelty, without a time.
    public Profile mixed(SplittableRandom random, int window) {
        Profile own = windows.get(window % windows.size());
        Profile other = setAside.get(random.nextInt(setAside.size()));
        double dropped = 0.1 + 0.2 * random.nextDouble();
        Profile.Builder mixed =
                own.toBuilder().clearSample().clearTimeNanos().setDurationNanos(15_000_000_000L);
        int missing = 0;
        for (Sample sample : own.getSampleList()) {
            if (random.nextDouble() < dropped) {
                missing++;
            } else {
                mixed.addSample(sample);
            }
        }
        graft(random, other, missing, mixed);
        return mixed.build();
    }

    /// Adds samples of another profile, with the symbols they need.
    private static void graft(
            SplittableRandom random, Profile from, int count, Profile.Builder to) {
        var strings = new HashMap<String, Long>();
        for (int i = 0; i < to.getStringTableCount(); i++) {
            strings.putIfAbsent(to.getStringTable(i), (long) i);
        }
        var functions = new HashMap<String, Long>();
        to.getFunctionList()
                .forEach(f -> functions.put(to.getStringTable((int) f.getName()), f.getId()));
        var locations = new HashMap<List<Long>, Long>();
        to.getLocationList()
                .forEach(l ->
                        locations.put(
                                List.of(l.getLine(0).getFunctionId(), l.getLine(0).getLine()),
                                l.getId()));
        for (int i = 0; i < count && from.getSampleCount() > 0; i++) {
            Sample sample = from.getSample(random.nextInt(from.getSampleCount()));
            Sample.Builder copy = Sample.newBuilder().addAllValue(sample.getValueList());
            for (long id : sample.getLocationIdList()) {
                var line = from.getLocation((int) id - 1).getLine(0);
                var function = from.getFunction((int) line.getFunctionId() - 1);
                String name = from.getStringTable((int) function.getName());
                long functionId =
                        functions.computeIfAbsent(
                                name,
                                _ -> {
                                    to.addFunction(
                                            function.toBuilder()
                                                    .setId(functions.size() + 1)
                                                    .setName(string(strings, to, name))
                                                    .setFilename(
                                                            string(
                                                                    strings,
                                                                    to,
                                                                    from.getStringTable(
                                                                            (int)
                                                                                    function
                                                                                            .getFilename()))));
                                    return functions.size() + 1L;
                                });
                copy.addLocationId(
                        locations.computeIfAbsent(
                                List.of(functionId, line.getLine()),
                                _ -> {
                                    to.addLocation(
                                            from.getLocation((int) id - 1).toBuilder()
                                                    .setId(locations.size() + 1)
                                                    .setLine(
                                                            0,
                                                            line.toBuilder()
                                                                    .setFunctionId(functionId)));
                                    return locations.size() + 1L;
                                }));
            }
            to.addSample(copy);
        }
    }

    private static long string(Map<String, Long> strings, Profile.Builder to, String text) {
        return strings.computeIfAbsent(
                text,
                _ -> {
                    to.addStringTable(text);
                    return to.getStringTableCount() - 1L;
                });
    }

    /// How many distinct stacks the first uploads of an instance bring, against how many samples.
    public String novelty(SplittableRandom random) throws IOException {
        var known = new HashSet<List<String>>();
        long samples = 0;
        long fresh = 0;
        for (int window = 0; window < windows.size(); window++) {
            Profile profile = Profile.parseFrom(drawn(random, window, 0).raw());
            for (Sample sample : profile.getSampleList()) {
                List<String> stack = new ArrayList<>();
                for (long id : sample.getLocationIdList()) {
                    var line = profile.getLocation((int) id - 1).getLine(0);
                    stack.add(
                            profile.getStringTable(
                                            (int)
                                                    profile.getFunction(
                                                                    (int) line.getFunctionId() - 1)
                                                            .getName())
                                    + ":"
                                    + line.getLine());
                }
                boolean isNew = known.add(stack);
                if (window >= windows.size() / 2) {
                    samples++;
                    fresh += isNew ? 1 : 0;
                }
            }
        }
        return "%.1f %% of stacks are new in the second half of %d windows"
                .formatted(100.0 * fresh / samples, windows.size());
    }

    private static Upload upload(Profile profile) throws IOException {
        byte[] raw = profile.toByteArray();
        long sum = profile.getSampleList().stream().mapToLong(sample -> sample.getValue(0)).sum();
        return new Upload(ByteString.copyFrom(gzip(raw)), raw, sum);
    }

    static byte[] gzip(byte[] raw) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(raw);
        }
        return out.toByteArray();
    }
}
