package dev.libcontainer.kernel;

import java.nio.ByteBuffer;

/**
 * The end of a child as waitid(2) and getrusage(2) tell it.
 *
 * @param code {@link #EXITED}, {@link #KILLED} or {@link #DUMPED}
 * @param status exit code or signal
 * @param beforeExec killed after the spawn had succeeded, yet before the program began
 */
public record Exit(
        int code, int status, long userMicros, long systemMicros, long maxRssKib, boolean beforeExec, int pid) {
    public static final int EXITED = 1;
    public static final int KILLED = 2;
    public static final int DUMPED = 3;

    static Exit read(ByteBuffer buffer, int at) {
        return new Exit(
                buffer.getInt(at),
                buffer.getInt(at + Abi.EXIT_STATUS),
                buffer.getLong(at + Abi.EXIT_USER),
                buffer.getLong(at + Abi.EXIT_SYSTEM),
                buffer.getLong(at + Abi.EXIT_MAX_RSS),
                buffer.getInt(at + Abi.EXIT_BEFORE_EXEC) != 0,
                buffer.getInt(at + Abi.EXIT_PID));
    }
}
