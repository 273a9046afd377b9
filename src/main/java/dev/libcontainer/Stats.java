package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupStats;
import java.util.OptionalLong;

/**
 * What a container uses, from its cgroups. A figure is absent if the container has no cgroup with that controller.
 *
 * @param memoryBytes now, with its page cache
 * @param memoryPeakBytes at most so far
 * @param memoryLimitBytes absent if there is none
 * @param oomKills processes that the kernel killed for want of memory
 * @param cpuMicros CPU time; absent on cgroup v1 where its controller (cpuacct) is mounted apart from cpu: no limit needs
 *     it, and another directory to make would slow every start. Its end tells what a container used in any case ({@link
 *     ExitStatus#userTime})
 * @param throttledMicros time for which it was not let run
 * @param pids processes and threads now
 */
public record Stats(
        OptionalLong memoryBytes,
        OptionalLong memoryPeakBytes,
        OptionalLong memoryLimitBytes,
        OptionalLong oomKills,
        OptionalLong cpuMicros,
        OptionalLong throttledMicros,
        OptionalLong pids) {
    static Stats of(CgroupStats stats) {
        return new Stats(
                stats.memory().usageBytes(),
                stats.memory().peakBytes(),
                stats.memory().limitBytes(),
                stats.memory().oomKills(),
                stats.cpu().totalMicros(),
                stats.cpu().throttledMicros(),
                stats.pids().current());
    }
}
