package dev.libcontainer.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One reusable pair of request and result, written and read in place so that a spawn makes no garbage. Not thread-safe:
 * one spawn at a time.
 */
public final class SpawnCall {
    public static final int STDIO_NULL = -1;
    public static final int STDIO_PIPE = -2;
    public static final int STDIO_CONSOLE = -3;
    /** For stderr: the pipe of stdout. */
    public static final int STDIO_SAME = -4;

    private static final int STDIO_CONSOLE_AT = -5;
    private static final int STDIO_TASK = -6;

    /** What a spawn may replace. Order and numbers are those of {@code LC_PARAM_*}. */
    public enum Param {
        NAME,
        HOSTNAME,
        CWD,
        ARGV,
        ENVP,
        EXEC
    }

    private static final int PIN_MOUNTS = 1;
    private static final int CGROUPS_EXIST = 2;
    private static final int CGROUPS_OPEN = 4;
    private static final int FIRST_CAPACITY = 4096;
    private static final long[] NO_TIMES = {};

    private ByteBuffer request = allocate(FIRST_CAPACITY);
    private final ByteBuffer result = allocate(Abi.RESULT_SIZE);
    private int size;
    private long[] times = NO_TIMES;
    private boolean throughTemplate;

    public SpawnCall() {
        reset();
    }

    private static ByteBuffer allocate(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    /** Back to: stdio null, no slots, no parameters, no epoll. */
    public SpawnCall reset() {
        size = Abi.REQUEST_SIZE;
        times = NO_TIMES;
        throughTemplate = false;
        request.putInt(4, 0).putLong(Abi.REQUEST_TOKEN, 0).putInt(Abi.REQUEST_EPOLL, -1);
        for (int i = 0; i < 3 + Abi.SLOT_COUNT; i++) {
            request.putInt(Abi.REQUEST_STDIO + 4 * i, -1);
        }
        for (int i = 0; i < Abi.PARAM_COUNT; i++) {
            request.putInt(Abi.REQUEST_PARAMS + 4 * i, 0);
        }
        return this;
    }

    /** Adds the child's pidfd to an epoll instance; its exit comes back with this token. */
    public SpawnCall exitTo(int epoll, int token) {
        request.putInt(Abi.REQUEST_EPOLL, epoll).putLong(Abi.REQUEST_TOKEN, token);
        return this;
    }

    /** Holds the child's mount namespace, so that its teardown happens where {@link #mounts} is closed. */
    public SpawnCall pinMounts() {
        request.putInt(4, request.getInt(4) | PIN_MOUNTS);
        return this;
    }

    /** The cgroups of this name were made and limited by an earlier spawn of the same plan. */
    public SpawnCall cgroupsExist() {
        request.putInt(4, request.getInt(4) | CGROUPS_EXIST);
        return this;
    }

    /**
     * The cgroups were made and limited by an earlier spawn of the same plan, and their files to enter by are bound where
     * the directories above them were. {@link #cgroups} tells none then.
     */
    public SpawnCall cgroupsOpen() {
        request.putInt(4, request.getInt(4) | CGROUPS_OPEN);
        return this;
    }

    /** Binds stdin, stdout or stderr (0, 1, 2) to an fd or to one of {@code STDIO_*}. */
    public SpawnCall stdio(int index, int fd) {
        request.putInt(Abi.REQUEST_STDIO + 4 * index, fd);
        return this;
    }

    /** A terminal as stdio, whose master goes to a connected socket. */
    public SpawnCall consoleAt(int socket) {
        return stdio(0, STDIO_CONSOLE_AT).stdio(1, socket);
    }

    /** The streams come later, by the {@link #gate}. */
    public SpawnCall awaitTask() {
        return stdio(0, STDIO_TASK);
    }

    /** Has the child tell when it begins each of so many steps. */
    public SpawnCall timed(int steps) {
        times = new long[steps + 1];
        return this;
    }

    /** For each step of a timed spawn, nanoseconds from the call to its beginning, -1 if the child did not run it; last, to its end. */
    public long[] times() {
        return times;
    }

    void through(boolean template) {
        throughTemplate = template;
    }

    /** Whether a template has done, or was to do, the steps that are the same for all. */
    public boolean isThroughTemplate() {
        return throughTemplate;
    }

    /** Binds the i-th slot that is the request's to bind. */
    public SpawnCall slot(int i, int fd) {
        request.putInt(Abi.REQUEST_SLOTS + 4 * i, fd);
        return this;
    }

    /** What the i-th slot is bound to. */
    public int slotAt(int i) {
        return request.getInt(Abi.REQUEST_SLOTS + 4 * i);
    }

    public SpawnCall param(Param param, String value) {
        int at = size;
        string(value);
        return point(param, at);
    }

    /** Programs to try in turn. */
    public SpawnCall candidates(List<String> paths) {
        int at = size;
        paths.forEach(this::string);
        reserve(1, 1);
        request.put(size++, (byte) 0);
        return point(Param.EXEC, at);
    }

    /** Replaces the arguments or the environment. */
    public SpawnCall vector(Param param, List<String> strings) {
        int at = reserve(8 + (strings.size() + 1) * 8, 8);
        request.putInt(at, strings.size()).putInt(at + 4, 0);
        size = at + 8 + (strings.size() + 1) * 8;
        request.putLong(size - 8, 0);
        int word = at + 8;
        for (String s : strings) {
            request.putLong(word, size);
            word += 8;
            string(s);
        }
        return point(param, at);
    }

    private SpawnCall point(Param param, int at) {
        request.putInt(Abi.REQUEST_PARAMS + 4 * param.ordinal(), at);
        return this;
    }

    private int reserve(int bytes, int alignment) {
        size = (size + alignment - 1) / alignment * alignment;
        int needed = size + bytes;
        if (needed > request.capacity()) {
            if (needed > Abi.MAX_REQUEST) {
                throw new IllegalArgumentException("arguments and environment of one spawn exceed " + Abi.MAX_REQUEST
                        + " bytes; put the fixed part into the spec");
            }
            ByteBuffer larger = allocate(Math.min(Abi.MAX_REQUEST, Integer.highestOneBit(needed) * 2));
            larger.put(0, request, 0, size);
            request = larger;
        }
        return size;
    }

    /** Appends UTF-8 and a NUL; refuses a NUL within, which would cut the string where nobody expects it. */
    private void string(String s) {
        if (s.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL character in \"" + s.replace("\0", "\\0") + "\"");
        }
        byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
        reserve(bytes.length + 1, 1);
        request.put(size, bytes).put(size + bytes.length, (byte) 0);
        size += bytes.length + 1;
    }

    ByteBuffer request() {
        return request.putInt(0, size);
    }

    ByteBuffer result() {
        return result;
    }

    public Report report() {
        return new Report(result.getInt(0), result.getInt(4), result.getInt(8), result.getInt(12));
    }

    public int pid() {
        return result.getInt(Abi.RESULT_PID);
    }

    public int pidfd() {
        return result.getInt(Abi.RESULT_PIDFD);
    }

    /** The caller's end of a pipe, or -1. */
    public int stdioEnd(int index) {
        return result.getInt(Abi.RESULT_STDIO + 4 * index);
    }

    /** The terminal's master, or -1. */
    public int console() {
        return result.getInt(Abi.RESULT_CONSOLE);
    }

    /** Where a child that {@link #awaitTask awaits its task} waits, now the caller's. */
    public Gate gate() {
        return new Gate(console());
    }

    /** The child's mount namespace, now the caller's fd; -1 if it is not held. */
    public int mounts() {
        return result.getInt(Abi.RESULT_MOUNTS);
    }

    /** The end of a child that {@link #exitTo} was to tell of, and that has come before anybody could watch for it. */
    public Optional<Exit> exit() {
        return result.getInt(Abi.RESULT_EXIT) == 0 ? Optional.empty() : Optional.of(Exit.read(result, Abi.RESULT_EXIT));
    }

    /** The directories of the cgroups that were made, in the plan's order. */
    public int[] cgroups() {
        int[] dirs = new int[result.getInt(Abi.RESULT_CGROUP_COUNT)];
        for (int i = 0; i < dirs.length; i++) {
            dirs[i] = result.getInt(Abi.RESULT_CGROUPS + 4 * i);
        }
        return dirs;
    }
}
