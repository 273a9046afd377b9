package dev.libcontainer;

import dev.libcontainer.cgroup.StatFile;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.SpawnCall;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Cgroups of version 1 that serve one container after another: their directories and, from the end of the first one on,
 * the files of them that each spawn and each end needs.
 *
 * @param name what they are called in each hierarchy
 * @param oomKills the out-of-memory kills that were counted in them before
 * @param directories their fds, none while they are still to be made
 * @param entries fds of the files by which the next process enters, one a directory
 * @param figures fds of what an exit status tells, for all directories
 * @param peak the one of them that can be set back to nothing, or -1
 */
record UsedCgroups(String name, long oomKills, int[] directories, int[] entries, int[] figures, int peak) {
    static final String PEAK = "memory.max_usage_in_bytes";
    private static final int[] NONE = {};
    private static final int LARGEST_CHARGE = 32 * 1024;
    private static final int FIGURE_BYTES = 4096;
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1).put(0, (byte) '0');

    /** None yet, but a name for them. */
    static UsedCgroups named(String name) {
        return new UsedCgroups(name, 0, NONE, NONE, NONE, -1);
    }

    /** Those of a container: used before, or made by its spawn. */
    static int[] directories(Optional<UsedCgroups> used, SpawnCall call) {
        return used.isPresent() && used.get().isMade() ? used.get().directories : call.cgroups();
    }

    boolean isMade() {
        return directories.length > 0;
    }

    /**
     * The same after the end of a container in them.
     *
     * @param made where they are, if that was not known before; taken over
     * @param files what an exit status tells, by directory
     * @throws EngineException and nothing is left open, not the directories either
     */
    UsedCgroups after(long kills, int[] made, List<List<StatFile>> files) {
        if (isMade()) {
            Kernel.tryWrite(peak, NOTHING, 1);
            return new UsedCgroups(name, kills, directories, entries, figures, peak);
        }
        int[] entered = new int[made.length];
        int[] told = new int[files.stream().mapToInt(List::size).sum()];
        Arrays.fill(entered, -1);
        Arrays.fill(told, -1);
        int next = 0;
        int reset = -1;
        try {
            for (int i = 0; i < made.length; i++) {
                entered[i] = open(made[i], "tasks", Kernel.O_WRONLY);
                for (StatFile file : files.get(i)) {
                    boolean isPeak = file.file().equals(PEAK);
                    told[next] = open(made[i], file.file(), isPeak ? Kernel.O_RDWR : 0);
                    reset = isPeak ? told[next] : reset;
                    next++;
                }
            }
        } catch (RuntimeException e) {
            close(entered);
            close(told);
            throw e;
        }
        Kernel.tryWrite(reset, NOTHING, 1);
        return new UsedCgroups(name, kills, made, entered, told, reset);
    }

    /**
     * Whether there was no memory to give to a container that was killed before its program. The kernel counts that kill where
     * the memory's owner is, who is another (see ran_out_of_memory in cgroup.cpp, for new ones).
     */
    static boolean ranOut(Optional<UsedCgroups> used) {
        for (int directory : used.map(UsedCgroups::directories).orElse(NONE)) {
            Optional<Long> peak = number(directory, PEAK);
            Optional<Long> limit = number(directory, "memory.limit_in_bytes");
            if (peak.isPresent() && limit.isPresent() && peak.get() + LARGEST_CHARGE > limit.get()) {
                return true;
            }
        }
        return false;
    }

    private static Optional<Long> number(int directory, String file) {
        return Kernel.readAt(directory, file).map(text -> Long.valueOf(text.strip()));
    }

    private static int open(int directory, String file, long flags) {
        try (Fd fd = Kernel.open(directory, file, flags)) {
            return fd.release();
        }
    }

    /** Reads the figures; see {@link Kernel#readEach}. */
    int read(ByteBuffer data) {
        return Kernel.readEach(figures, figures.length, FIGURE_BYTES, data);
    }

    /** They will serve nobody else. The directories stay open. */
    void closeFiles() {
        close(entries);
        close(figures);
    }

    private static void close(int[] fds) {
        for (int fd : fds) {
            Kernel.close(fd);
        }
    }
}
