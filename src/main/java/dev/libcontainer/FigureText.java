package dev.libcontainer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Numbers in the kernel's text, without strings between: for what is on the path of every container. */
final class FigureText {
    private static final byte[] OOM_KILL = "oom_kill ".getBytes(StandardCharsets.US_ASCII);

    private FigureText() {}

    /** The decimal number at a position. */
    static long number(ByteBuffer data, int from, int end) {
        long value = 0;
        for (int i = from; i < end && data.get(i) >= '0' && data.get(i) <= '9'; i++) {
            value = value * 10 + data.get(i) - '0';
        }
        return value;
    }

    /** The number in the line that begins with {@code oom_kill} and a blank; 0 if there is none. */
    static long oomKills(ByteBuffer data, int from, int end) {
        int matched = 0;
        boolean lineStart = true;
        for (int i = from; i < end; i++) {
            byte b = data.get(i);
            matched = (lineStart || matched > 0) && b == OOM_KILL[matched] ? matched + 1 : 0;
            if (matched == OOM_KILL.length) {
                return number(data, i + 1, end);
            }
            lineStart = b == '\n';
        }
        return 0;
    }
}
