package dev.libcontainer.kernel;

/**
 * What became of a spawn, in numbers; whoever holds the plan turns them into a sentence.
 *
 * @param kind {@link #RUNNING}, {@link #FAULT}, {@link #KILLED}, {@link #WAITING} or {@link #PARKED}
 * @param step the step last begun, -1 when the failure lies outside the plan
 * @param errno positive, or 0
 * @param aux for step -1 one of {@link Place}'s codes; for an exec the candidate's index; for a kill the signal
 */
public record Report(int kind, int step, int errno, int aux) {
    public static final int RUNNING = 1;
    public static final int FAULT = 2;
    public static final int KILLED = 3;
    /** The child waits on its way for {@link HeldSpawn#proceed}. */
    public static final int WAITING = 4;
    /** The child waits for its start, and depends on nobody. */
    public static final int PARKED = 5;

    /** Where a failure outside the plan happened. Order and numbers are those of {@code LC_AT_*}. */
    public enum Place {
        REQUEST("the request"),
        MEMFD("memfd_create for the spawner's image"),
        SPAWNER("start of the spawner"),
        PIPE("pipe for stdio"),
        SEND("request to the spawner"),
        CLONE("clone3"),
        ID_MAPS("write of uid_map and gid_map"),
        PIDFD("pidfd_open"),
        EPOLL("epoll_ctl"),
        CONSOLE("terminal"),
        DEAD_SPAWNER("spawner (it is gone)"),
        MEMORY("memory for the engine");

        private final String text;

        Place(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Of a process that was killed: whether for want of memory, as far as is known. */
    public boolean isOutOfMemory() {
        return kind == KILLED && errno == Errno.ENOMEM.number();
    }

    public Errno error() {
        return new Errno(errno);
    }

    /** The place of a failure outside the plan; meaningful when {@link #step} is -1. */
    public Place place() {
        return Place.values()[Math.max(0, Math.min(aux, Place.values().length) - 1)];
    }
}
