package dev.libcontainer.stats;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a container uses, in the same units for both versions of cgroups. A number is absent, and a map or list is empty,
 * if the container has no cgroup with that controller or the kernel does not count it.
 *
 * @param cpu CPU time and what its limit did
 * @param memory memory, swap and what their limits did
 * @param pids processes and threads
 * @param io by block device
 * @param hugetlb huge pages by their size, as in {@code 2MB}
 * @param rdma the numbers of RDMA devices, by device
 * @param misc what the controller misc counts, by name
 * @param pressure by {@code cpu}, {@code memory} and {@code io}; version 2
 * @param network the interfaces of the container's network namespace, by name
 */
public record Statistics(
        Cpu cpu,
        Memory memory,
        Pids pids,
        List<Device> io,
        Map<String, Usage> hugetlb,
        Map<String, Map<String, Long>> rdma,
        Map<String, Usage> misc,
        Map<String, Pressure> pressure,
        Map<String, Interface> network) {

    /** A limit that is not set. */
    public static final long UNLIMITED = -1;

    /** Keeps unmodifiable copies, maps sorted. */
    public Statistics {
        io = List.copyOf(io);
        hugetlb = sorted(hugetlb);
        rdma = sorted(rdma);
        misc = sorted(misc);
        pressure = sorted(pressure);
        network = sorted(network);
    }

    private static <V> Map<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /**
     * CPU time. On cgroup v1 the time used is counted by a controller (cpuacct) that no limit needs: it is absent unless the
     * container is {@linkplain dev.libcontainer.ContainerSpecBuilder#managed() managed} or has that controller with another.
     *
     * @param micros used so far
     * @param userMicros used so far in user mode
     * @param systemMicros used so far in the kernel
     * @param periods in which the bandwidth limit was in force
     * @param throttledPeriods in which it stopped somebody
     * @param throttledMicros how long it stopped them, summed over CPUs
     * @param bursts periods that used time saved earlier
     * @param burstMicros time used beyond the quota
     */
    public record Cpu(
            OptionalLong micros,
            OptionalLong userMicros,
            OptionalLong systemMicros,
            OptionalLong periods,
            OptionalLong throttledPeriods,
            OptionalLong throttledMicros,
            OptionalLong bursts,
            OptionalLong burstMicros) {}

    /**
     * Memory in bytes.
     *
     * @param bytes now, with its page cache
     * @param peakBytes at most so far
     * @param limitBytes the hard limit, {@link #UNLIMITED} if there is none
     * @param oomKills processes that the kernel killed for want of memory
     * @param swap memory and swap together
     * @param events how often what happened: {@code low}, {@code high}, {@code max}, {@code oom}, {@code oom_kill} …; of
     *     version 1 {@code max} and {@code oom_kill}
     * @param detail the lines of {@code memory.stat}
     * @param nodes what is where, by kind ({@code anon}, {@code file} …) and NUMA node; bytes
     */
    public record Memory(
            OptionalLong bytes,
            OptionalLong peakBytes,
            OptionalLong limitBytes,
            OptionalLong oomKills,
            Usage swap,
            Map<String, Long> events,
            Map<String, Long> detail,
            Map<String, Map<Integer, Long>> nodes) {
        /** Keeps unmodifiable copies, maps sorted. */
        public Memory {
            events = sorted(events);
            detail = sorted(detail);
            nodes = sorted(nodes);
        }
    }

    /**
     * Processes and threads.
     *
     * @param current now
     * @param peak at most so far; from Linux 6.1
     * @param limit {@link #UNLIMITED} if there is none
     */
    public record Pids(OptionalLong current, OptionalLong peak, OptionalLong limit) {}

    /** What is used of something, at most so far, of how much, and how often the limit was in the way. */
    public record Usage(OptionalLong usage, OptionalLong peak, OptionalLong limit, OptionalLong failures) {
        /** Nothing known. */
        public static final Usage NONE =
                new Usage(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    /** What went to and from a block device. */
    public record Device(long major, long minor, long readBytes, long writtenBytes, long reads, long writes) {}

    /** How long some tasks, or all, waited for a resource. */
    public record Pressure(Stall some, Stall full) {}

    /** Shares of the last 10, 60 and 300 seconds in percent, and all of the time. */
    public record Stall(double average10, double average60, double average300, long totalMicros) {}

    /** What went through a network interface. */
    public record Interface(
            long receivedBytes,
            long receivedPackets,
            long receiveErrors,
            long receiveDrops,
            long sentBytes,
            long sentPackets,
            long sendErrors,
            long sendDrops) {}
}
