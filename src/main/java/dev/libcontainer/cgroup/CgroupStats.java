package dev.libcontainer.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a control group says about itself, in the same units for both versions. A number the kernel does not give, be it
 * too old or without the controller, is absent; a limit that is not set is {@link #UNLIMITED}.
 *
 * @param memory memory in bytes
 * @param cpu CPU time in microseconds
 * @param pids number of tasks
 * @param details what only {@link ContainerCgroup#stats} asks for
 */
public record CgroupStats(Memory memory, Cpu cpu, Pids pids, CgroupDetails details) {

    /** Without details. */
    public CgroupStats(Memory memory, Cpu cpu, Pids pids) {
        this(memory, cpu, pids, CgroupDetails.NONE);
    }

    /** The value of a limit that is not set, as in the configuration. */
    public static final long UNLIMITED = -1;

    /**
     * Memory, without swap.
     *
     * @param usageBytes in use now, caches included
     * @param peakBytes the most that was ever in use; version 2 from Linux 5.19
     * @param limitBytes the hard limit
     * @param oomKills how many processes the kernel killed for want of memory
     */
    public record Memory(
            OptionalLong usageBytes, OptionalLong peakBytes, OptionalLong limitBytes, OptionalLong oomKills) {}

    /**
     * CPU time, and the bandwidth limit.
     *
     * @param totalMicros used so far
     * @param userMicros used so far in user mode
     * @param systemMicros used so far in the kernel
     * @param periods periods in which the bandwidth limit was in force
     * @param throttledPeriods periods in which it stopped somebody
     * @param throttledMicros how long it stopped them, summed over all CPUs
     * @param quotaMicros CPU time allowed in a period
     * @param periodMicros the length of a period
     */
    public record Cpu(
            OptionalLong totalMicros,
            OptionalLong userMicros,
            OptionalLong systemMicros,
            OptionalLong periods,
            OptionalLong throttledPeriods,
            OptionalLong throttledMicros,
            OptionalLong quotaMicros,
            OptionalLong periodMicros) {}

    /**
     * Tasks, that is threads.
     *
     * @param current how many there are
     * @param peak the most there ever were; from Linux 6.1
     * @param limit how many there may be
     */
    public record Pids(OptionalLong current, OptionalLong peak, OptionalLong limit) {}

    /** The files to read; one that is not there is left out of what {@link #parse} gets. */
    public static List<StatFile> files(CgroupMounts mounts) {
        List<StatFile> files = new ArrayList<>(MemoryController.files(mounts));
        files.addAll(CpuController.files(mounts));
        files.addAll(PidsController.files(mounts));
        return List.copyOf(files);
    }

    /**
     * Makes numbers of the files' contents.
     *
     * @throws IllegalArgumentException if a file says something else than the kernel does
     */
    public static CgroupStats parse(CgroupMounts mounts, Map<StatFile, String> contents) {
        StatText text = new StatText(contents);
        return new CgroupStats(
                MemoryController.stats(mounts, text),
                CpuController.stats(mounts, text),
                PidsController.stats(text),
                CgroupDetails.parse(mounts, contents));
    }
}
