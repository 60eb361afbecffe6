package io.flamekeeper.model;

/// Functions, mappings and frames by dense id. All arrays may be longer than their count.
///
/// A frame is one function activation at one line. A location of pprof that carries several lines because
/// of inlining becomes several frames; each but the outermost is marked [#inlined], so the location can
/// be put together again.
///
/// @param strings   what the columns named `…Name`, `…Id` of functions and mappings index
/// @param functions who is called
/// @param mappings  binaries in the address space
/// @param frames    activations; what [StackTable#frame] indexes
public record SymbolTable(
        StringTable strings, Functions functions, Mappings mappings, Frames frames) {
    /// No function or no mapping.
    public static final int NONE = -1;

    /// | column       | shape     | meaning                                                       |
    /// |--------------|-----------|---------------------------------------------------------------|
    /// | `name`       | `int[n]`  | string: what people read                                      |
    /// | `systemName` | `int[n]`  | string: as the linker or runtime knows it; 0 = same as `name` |
    /// | `fileName`   | `int[n]`  | string                                                        |
    /// | `startLine`  | `long[n]` | first line of the function, 0 = unknown                       |
    public record Functions(
            int count, int[] name, int[] systemName, int[] fileName, long[] startLine) {}

    /// | column        | shape     | meaning                                                     |
    /// |---------------|-----------|-------------------------------------------------------------|
    /// | `memoryStart` | `long[n]` | first address, unsigned                                     |
    /// | `memoryLimit` | `long[n]` | first address after it, unsigned                            |
    /// | `fileOffset`  | `long[n]` | offset of `memoryStart` in the file, unsigned               |
    /// | `fileName`    | `int[n]`  | string                                                      |
    /// | `buildId`     | `int[n]`  | string                                                      |
    /// | `flags`       | `byte[n]` | what symbolisation is done: `HAS_…` bits                    |
    public record Mappings(
            int count,
            long[] memoryStart,
            long[] memoryLimit,
            long[] fileOffset,
            int[] fileName,
            int[] buildId,
            byte[] flags) {
        public static final int HAS_FUNCTIONS = 1;
        public static final int HAS_FILENAMES = 2;
        public static final int HAS_LINE_NUMBERS = 4;
        public static final int HAS_INLINE_FRAMES = 8;

        public static final Mappings EMPTY =
                new Mappings(
                        0,
                        new long[0],
                        new long[0],
                        new long[0],
                        new int[0],
                        new int[0],
                        new byte[0]);
    }

    /// | column     | shape        | meaning                                                          |
    /// |------------|--------------|------------------------------------------------------------------|
    /// | `function` | `int[n]`     | index into [Functions], or [SymbolTable#NONE] if not symbolised  |
    /// | `line`     | `long[n]`    | line being executed, 0 = unknown                                 |
    /// | `mapping`  | `int[n]`     | index into [Mappings], or [SymbolTable#NONE]                     |
    /// | `address`  | `long[n]`    | instruction, unsigned, 0 = unknown or not needed                 |
    /// | `inlined`  | `boolean[n]` | shares its location with its caller's frame                      |
    public record Frames(
            int count,
            int[] function,
            long[] line,
            int[] mapping,
            long[] address,
            boolean[] inlined) {}
}
