package io.flamekeeper.format.jfr;

/// Reads everything of a recording that our decoder reads, and makes nothing of it: what a parser does and
/// no more. Here to be measured.
public final class JfrWalk {
    private JfrWalk() {}

    /// Walks over the metadata, all constants, every frame of every stack and every field of every event that
    /// measures something.
    ///
    /// @return a number that depends on all of it
    public static long walk(byte[] body) {
        long sum = 0;
        for (int at = 0; at < body.length; at += (int) ChunkHeader.size(body, at)) {
            ChunkHeader header = ChunkHeader.read(body, at);
            Types types = Types.read(body, header, 4711);
            ConstantPools pools = ConstantPools.read(body, header, types, 4711);
            var frames = new FrameReader(body, header, pools.frameLayout());
            for (int stack = 0; stack < pools.stackCount(); stack++) {
                frames.read(pools.stackAt(stack));
                for (int frame = 0; frame < frames.count(); frame++) {
                    sum += frames.method(frame) + frames.line(frame);
                }
            }
            var events = new Events(body, header, types);
            events.check();
            while (events.next()) {
                sum += events.get(Word.STACK_TRACE) + events.get(Word.STATE);
            }
        }
        return sum;
    }
}
