package io.flamekeeper.testkit;

import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.util.ArrayList;
import java.util.List;

/// A sample of a [RawProfile] in words, free of every id, so that two decoders can be compared.
///
/// @param rootFirst frames as `name|systemName|file|startLine:line@mapping+address`, with `~` in front of
///     inlined ones; see [#frame]
/// @param labels    `name=value`, in the order sent, text labels only
public record RawSample(List<String> rootFirst, List<Long> values, List<String> labels) {

    public static List<RawSample> of(RawProfile raw) {
        List<RawSample> samples = new ArrayList<>();
        int types = raw.sampleTypes().size();
        StringTable strings = raw.symbols().strings();
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            List<String> leafFirst = new ArrayList<>();
            for (int node = raw.stack()[sample];
                    node != StackTable.ROOT;
                    node = raw.stacks().parent()[node]) {
                leafFirst.add(frame(raw.symbols(), raw.stacks().frame()[node]));
            }
            List<Long> values = new ArrayList<>();
            for (int type = 0; type < types; type++) {
                values.add(raw.value()[sample * types + type]);
            }
            List<String> labels = new ArrayList<>();
            for (int label = raw.labelStart()[sample];
                    label < raw.labelStart()[sample + 1];
                    label++) {
                labels.add(
                        strings.get(raw.labelName()[label])
                                + "="
                                + strings.get(raw.labelValue()[label]));
            }
            samples.add(new RawSample(leafFirst.reversed(), values, labels));
        }
        return samples;
    }

    private static String frame(SymbolTable symbols, int frame) {
        SymbolTable.Frames frames = symbols.frames();
        SymbolTable.Functions functions = symbols.functions();
        StringTable strings = symbols.strings();
        int function = frames.function()[frame];
        String called =
                function == SymbolTable.NONE
                        ? "?"
                        : function(
                                strings.get(functions.name()[function]),
                                strings.get(functions.systemName()[function]),
                                strings.get(functions.fileName()[function]),
                                functions.startLine()[function]);
        int mapping = frames.mapping()[frame];
        String binary =
                mapping == SymbolTable.NONE
                        ? "?"
                        : mapping(
                                symbols.mappings().memoryStart()[mapping],
                                symbols.mappings().memoryLimit()[mapping],
                                symbols.mappings().fileOffset()[mapping],
                                strings.get(symbols.mappings().fileName()[mapping]),
                                strings.get(symbols.mappings().buildId()[mapping]),
                                symbols.mappings().flags()[mapping]);
        return frame(
                called,
                frames.line()[frame],
                binary,
                frames.address()[frame],
                frames.inlined()[frame]);
    }

    static String frame(String function, long line, String mapping, long address, boolean inlined) {
        return (inlined ? "~" : "") + function + ":" + line + "@" + mapping + "+" + address;
    }

    static String function(String name, String systemName, String file, long startLine) {
        return name + "|" + systemName + "|" + file + "|" + startLine;
    }

    static String mapping(
            long start, long limit, long offset, String file, String buildId, int flags) {
        return start + "-" + limit + "/" + offset + " " + file + " " + buildId + " " + flags;
    }
}
