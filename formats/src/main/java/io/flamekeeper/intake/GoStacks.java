package io.flamekeeper.intake;

import io.flamekeeper.model.IntSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Gives stacks back the callers that Go cut off: before 1.23 its heap profiles had 32 frames of a stack at most, the
/// innermost.
///
/// A stack whose outermost [#OVERLAP] locations lie a little further in in another stack probably goes on as that one
/// does. Stacks that end alike are one group; a group goes on as the group that has its end furthest in, that one
/// as another may, until one has nowhere to go on. It is a guess: stacks that no program ever had can come of it.
///
/// Locations are any numbers that are equal for equal locations; stacks begin with the leaf.
final class GoStacks {
    private static final int SUFFIX = 24;
    private static final int OVERLAP = 16;
    private static final int HOPS_MAX = 56;

    private GoStacks() {}

    /// Whether stacks of these lengths look cut off.
    static boolean areCut(boolean isHeap, boolean isCpu, int longest) {
        return isHeap ? longest >= 28 && longest < 33 : isCpu && longest >= 60;
    }

    /// The callers that stacks are to get in addition, by index of the stack; others are as they are.
    static Map<Integer, int[]> missingCallers(List<int[]> stacks) {
        List<Group> groups = groups(stacks);
        Map<IntSequence, Place> places = places(groups);
        Map<Integer, int[]> missing = new HashMap<>();
        for (Group group : groups) {
            Group end = group;
            int offset = 0;
            Optional<Place> next = next(end, places);
            for (int hops = 0; next.isPresent(); hops++) {
                if (hops == HOPS_MAX) {
                    return missing;
                }
                offset += next.get().inward();
                end = next.get().group();
                next = next(end, places);
            }
            int[] longer = stacks.get(end.members().getFirst());
            if (offset > 0 && offset < longer.length) {
                int[] callers = Arrays.copyOfRange(longer, longer.length - offset, longer.length);
                group.members().forEach(member -> missing.put(member, callers));
            }
        }
        return missing;
    }

    /// Stacks with the same end.
    ///
    /// @param suffix their outermost locations
    private record Group(int[] suffix, List<Integer> members) {}

    /// Where in another group some locations are.
    ///
    /// @param inward how many of its locations are outside of them
    private record Place(Group group, int inward) {}

    private static List<Group> groups(List<int[]> stacks) {
        Map<int[], List<Integer>> members = new TreeMap<>(Arrays::compare);
        for (int stack = 0; stack < stacks.size(); stack++) {
            int[] locations = stacks.get(stack);
            if (locations.length >= SUFFIX) {
                members.computeIfAbsent(
                                Arrays.copyOfRange(
                                        locations, locations.length - SUFFIX, locations.length),
                                _ -> new ArrayList<>())
                        .add(stack);
            }
        }
        List<Group> groups = new ArrayList<>();
        members.forEach((suffix, list) -> groups.add(new Group(suffix, list)));
        return groups;
    }

    private static Map<IntSequence, Place> places(List<Group> groups) {
        Map<IntSequence, Place> places = new HashMap<>();
        for (Group group : groups) {
            for (int inward = 1; inward <= SUFFIX - OVERLAP; inward++) {
                places.merge(
                        window(group, inward),
                        new Place(group, inward),
                        (known, other) -> other.inward() > known.inward() ? other : known);
            }
        }
        return places;
    }

    /// Locations next to each other.
    private static IntSequence window(Group group, int inward) {
        return new IntSequence(
                Arrays.copyOfRange(group.suffix(), SUFFIX - OVERLAP - inward, SUFFIX - inward));
    }

    private static Optional<Place> next(Group group, Map<IntSequence, Place> places) {
        return Optional.ofNullable(places.get(window(group, 0)))
                .filter(place -> !place.group().equals(group));
    }
}
