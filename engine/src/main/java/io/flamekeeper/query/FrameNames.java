package io.flamekeeper.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// What a frame is called in a tree of functions: its function's name or, not symbolised,
/// `<binary>!0x<address>`, so that distinct code stays distinct.
final class FrameNames {
    private FrameNames() {}

    static int intern(SymbolTable symbols, int frame, NameIds names) {
        int function = symbols.frames().function()[frame];
        if (function == SymbolTable.NONE) {
            byte[] name = notSymbolised(symbols, frame);
            return names.intern(name, 0, name.length);
        }
        StringTable strings = symbols.strings();
        int string = symbols.functions().name()[function];
        return names.intern(strings.bytes(), strings.start(string), strings.length(string));
    }

    static boolean is(SymbolTable symbols, int frame, byte[] name) {
        int function = symbols.frames().function()[frame];
        if (function == SymbolTable.NONE) {
            return Arrays.equals(notSymbolised(symbols, frame), name);
        }
        StringTable strings = symbols.strings();
        int string = symbols.functions().name()[function];
        int start = strings.start(string);
        int end = start + strings.length(string);
        return Arrays.equals(strings.bytes(), start, end, name, 0, name.length);
    }

    private static byte[] notSymbolised(SymbolTable symbols, int frame) {
        String address = "0x" + Long.toHexString(symbols.frames().address()[frame]);
        int mapping = symbols.frames().mapping()[frame];
        String file =
                mapping == SymbolTable.NONE
                        ? ""
                        : symbols.strings().get(symbols.mappings().fileName()[mapping]);
        String binary = file.substring(file.lastIndexOf('/') + 1);
        return (binary.isEmpty() ? address : binary + "!" + address).getBytes(UTF_8);
    }
}
