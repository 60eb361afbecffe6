package io.flamekeeper.format.jfr;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Every name in a recording's metadata that means something here: of an element or attribute, a class, an
/// event, or a field.
enum Word {
    /// Any other name.
    OTHER(""),

    // Elements and attributes of the metadata; some are names of fields as well.
    CLASS("class"),
    FIELD("field"),
    ID("id"),
    NAME("name"),
    CONSTANT_POOL("constantPool"),
    DIMENSION("dimension"),

    // Classes whose values lie there as themselves.
    BOOLEAN("boolean"),
    BYTE("byte"),
    CHAR("char"),
    SHORT("short"),
    INT("int"),
    LONG("long"),
    FLOAT("float"),
    DOUBLE("double"),
    STRING_CLASS("java.lang.String"),

    // Classes of constants.
    CLASS_CLASS("java.lang.Class"),
    METHOD_CLASS("jdk.types.Method"),
    STACK_TRACE_CLASS("jdk.types.StackTrace"),
    SYMBOL_CLASS("jdk.types.Symbol"),
    THREAD_STATE_CLASS("jdk.types.ThreadState"),

    // Events.
    ACTIVE_SETTING("jdk.ActiveSetting"),
    CPU_TIME_SAMPLE("jdk.CPUTimeSample"),
    EXECUTION_SAMPLE("jdk.ExecutionSample"),
    JAVA_MONITOR_ENTER("jdk.JavaMonitorEnter"),
    LIVE_OBJECT("profiler.LiveObject"),
    MALLOC("profiler.Malloc"),
    OBJECT_ALLOCATION_IN_NEW_TLAB("jdk.ObjectAllocationInNewTLAB"),
    OBJECT_ALLOCATION_OUTSIDE_TLAB("jdk.ObjectAllocationOutsideTLAB"),
    OBJECT_ALLOCATION_SAMPLE("jdk.ObjectAllocationSample"),
    THREAD_PARK("jdk.ThreadPark"),
    WALL_CLOCK_SAMPLE("profiler.WallClockSample"),

    // Fields.
    ALLOCATION_SIZE("allocationSize"),
    CONTEXT_ID("contextId"),
    DURATION("duration"),
    FRAMES("frames"),
    LINE_NUMBER("lineNumber"),
    METHOD("method"),
    SAMPLES("samples"),
    SAMPLING_PERIOD("samplingPeriod"),
    SIZE("size"),
    SPAN_ID("spanId"),
    SPAN_NAME("spanName"),
    STACK_TRACE("stackTrace"),
    STATE("state"),
    STRING("string"),
    TLAB_SIZE("tlabSize"),
    TRACE_ID_HIGH("traceIdHi"),
    TRACE_ID_LOW("traceIdLo"),
    TYPE("type"),
    VALUE("value"),
    WEIGHT("weight");

    /// At most 64: sets of words are bits of a long.
    static final int COUNT = values().length;

    private static final int BYTES_MAX = 40;
    private static final Word[] BY_HASH = new Word[256];

    static {
        assert COUNT <= Long.SIZE : COUNT;
        Arrays.fill(BY_HASH, OTHER);
        for (Word word : values()) {
            int slot = hash(word.text, 0, word.text.length) & (BY_HASH.length - 1);
            while (BY_HASH[slot] != OTHER) {
                slot = (slot + 1) & (BY_HASH.length - 1);
            }
            BY_HASH[slot] = word;
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final byte[] text;

    Word(String text) {
        this.text = text.getBytes(StandardCharsets.US_ASCII);
        assert this.text.length <= 40 : name().toLowerCase(Locale.ROOT);
    }

    /// Where its value is in an array of fields; below [#COUNT].
    @SuppressWarnings("EnumOrdinal") // lives as long as a chunk is being read
    int number() {
        return ordinal();
    }

    boolean isEvent() {
        return compareTo(ACTIVE_SETTING) >= 0 && compareTo(WALL_CLOCK_SAMPLE) <= 0;
    }

    static Word of(byte[] bytes, int start, int length) {
        if (length > BYTES_MAX) {
            return OTHER;
        }
        int slot = hash(bytes, start, length) & (BY_HASH.length - 1);
        while (BY_HASH[slot] != OTHER) {
            byte[] text = BY_HASH[slot].text;
            if (Arrays.equals(text, 0, text.length, bytes, start, start + length)) {
                return BY_HASH[slot];
            }
            slot = (slot + 1) & (BY_HASH.length - 1);
        }
        return OTHER;
    }

    private static int hash(byte[] bytes, int start, int length) {
        int hash = length;
        for (int at = start; at < start + length; at++) {
            hash = 31 * hash + bytes[at];
        }
        return hash ^ (hash >>> 16);
    }
}
