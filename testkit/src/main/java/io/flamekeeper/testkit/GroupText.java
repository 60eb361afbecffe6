package io.flamekeeper.testkit;

import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/// A profile as text that a person can compare: `a;b` → amount, outermost frame first.
public final class GroupText {
    private GroupText() {}

    public static SortedMap<String, Long> selfByStack(ProfileGroup group, Profile profile) {
        return selfByStack(group, profile, frame -> name(group.symbols(), frame));
    }

    /// As above, each frame as `name:line`.
    public static SortedMap<String, Long> selfByStackWithLines(
            ProfileGroup group, Profile profile) {
        return selfByStack(
                group,
                profile,
                frame ->
                        name(group.symbols(), frame)
                                + ":"
                                + group.symbols().frames().line()[frame]);
    }

    private static SortedMap<String, Long> selfByStack(
            ProfileGroup group, Profile profile, IntFunction<String> text) {
        var byStack = new TreeMap<String, Long>();
        for (int row = 0; row < profile.stack().length; row++) {
            List<String> leafFirst = new ArrayList<>();
            for (int node = profile.stack()[row];
                    node != StackTable.ROOT;
                    node = group.stacks().parent()[node]) {
                leafFirst.add(text.apply(group.stacks().frame()[node]));
            }
            byStack.merge(String.join(";", leafFirst.reversed()), profile.value()[row], Long::sum);
        }
        return byStack;
    }

    private static String name(SymbolTable symbols, int frame) {
        int function = symbols.frames().function()[frame];
        return symbols.strings().get(symbols.functions().name()[function]);
    }
}
