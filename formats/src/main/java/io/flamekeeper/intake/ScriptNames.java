package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Function names of scripting languages as old clients' users know them: `<file> <name>`.
///
/// `main` of `qwe.py` becomes `qwe.py main`, because in such programs many functions share a name. A
/// function without a file keeps its name.
final class ScriptNames {
    private ScriptNames() {}

    /// Whether uploads of this profiler to `/ingest` are rewritten.
    static boolean appliesTo(String spyName) {
        return switch (spyName) {
            case "pyspy", "rbspy", "scripting" -> true;
            default -> false;
        };
    }

    /// Rewrites the names in place and returns the profile with the strings that this takes. `pyspy` says
    /// everything in an absolute file name, so those functions keep their names.
    static RawProfile rewrite(RawProfile raw, String spyName) {
        boolean absoluteToo = !spyName.equals("pyspy");
        SymbolTable symbols = raw.symbols();
        SymbolTable.Functions functions = symbols.functions();
        StringTable strings = symbols.strings();
        int[] start = new int[strings.count() + functions.count()];
        int[] length = new int[strings.count() + functions.count()];
        for (int string = 0; string < strings.count(); string++) {
            start[string] = strings.start(string);
            length[string] = strings.length(string);
        }
        int count = strings.count();
        byte[] bytes = strings.bytes();
        int end = bytes.length;
        for (int function = 0; function < functions.count(); function++) {
            int file = functions.fileName()[function];
            boolean absolute = length[file] > 0 && bytes[start[file]] == '/';
            if (length[file] == 0 || (absolute && !absoluteToo)) {
                continue;
            }
            byte[] name =
                    (strings.get(file) + " " + strings.get(functions.name()[function]))
                            .getBytes(UTF_8);
            if (bytes.length - end < name.length) {
                bytes =
                        Arrays.copyOf(
                                bytes, Math.addExact(bytes.length, bytes.length / 2 + name.length));
            }
            System.arraycopy(name, 0, bytes, end, name.length);
            start[count] = end;
            length[count] = name.length;
            functions.name()[function] = count++;
            end += name.length;
        }
        return withStrings(raw, StringTable.ofSlices(bytes, start, length, count));
    }

    private static RawProfile withStrings(RawProfile raw, StringTable strings) {
        SymbolTable symbols = raw.symbols();
        return new RawProfile(
                new SymbolTable(strings, symbols.functions(), symbols.mappings(), symbols.frames()),
                raw.stacks(),
                raw.sampleTypes(),
                raw.periodType(),
                raw.period(),
                raw.timeNanos(),
                raw.durationNanos(),
                raw.sampleCount(),
                raw.stack(),
                raw.value(),
                raw.labelStart(),
                raw.labelName(),
                raw.labelValue());
    }
}
