package dev.libcontainer.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The limits of a cgroup. Absent members leave what the kernel has.
 *
 * @param devices the rules of the device allow list, the later ones winning
 * @param memory limits of memory and swap
 * @param cpu shares, bandwidth and placement
 * @param pids the number of tasks
 * @param blockIO weights and rates of block devices
 * @param hugepageLimits limits of huge pages, one for each page size
 * @param network class and priorities of network traffic, cgroup v1 only
 * @param rdma limits of RDMA devices, by device name
 * @param unified raw cgroup v2 files and what is written to them, after everything else
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#control-groups">Control
 *     groups in config-linux.md</a>
 */
public record Resources(
        List<DeviceRule> devices,
        Optional<Memory> memory,
        Optional<Cpu> cpu,
        Optional<Pids> pids,
        Optional<BlockIo> blockIO,
        List<HugepageLimit> hugepageLimits,
        Optional<Network> network,
        Map<String, Rdma> rdma,
        Map<String, String> unified) {

    /** Keeps unmodifiable copies of its lists and maps. */
    public Resources {
        devices = List.copyOf(devices);
        hugepageLimits = List.copyOf(hugepageLimits);
        rdma = Ordered.copyOf(rdma);
        unified = Ordered.copyOf(unified);
    }

    /** No limit of any kind. */
    public static Resources none() {
        return of(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Whether nothing but devices is named: who has no right to more than a few devices is not limited by such rules. */
    public boolean limitsNothing() {
        return new Resources(List.of(), memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified)
                .equals(none());
    }

    /** Only the three limits nearly everybody uses. */
    public static Resources of(Optional<Memory> memory, Optional<Cpu> cpu, Optional<Pids> pids) {
        return new Resources(
                List.of(), memory, cpu, pids, Optional.empty(), List.of(), Optional.empty(), Map.of(), Map.of());
    }

    /**
     * Memory of a cgroup, in bytes; -1 means unlimited.
     *
     * @param limit memory that may be used
     * @param reservation memory the kernel tries to leave untouched
     * @param swap memory <em>and</em> swap together, as cgroup v1 counts it
     * @param kernel kernel memory; the kernel no longer has this limit
     * @param kernelTCP memory of TCP buffers, cgroup v1 only
     * @param swappiness 0 (avoid swapping) to 100, cgroup v1 only
     * @param disableOOMKiller whether tasks wait for memory where they would be killed, cgroup v1 only
     * @param useHierarchy whether children are accounted to their parents; always so in current kernels
     * @param checkBeforeUpdate whether to refuse a new limit below what is used now
     */
    public record Memory(
            OptionalLong limit,
            OptionalLong reservation,
            OptionalLong swap,
            OptionalLong kernel,
            OptionalLong kernelTCP,
            OptionalLong swappiness,
            Optional<Boolean> disableOOMKiller,
            Optional<Boolean> useHierarchy,
            Optional<Boolean> checkBeforeUpdate) {

        /** Only the limit of memory in bytes, and of memory and swap together. */
        public static Memory of(OptionalLong limit, OptionalLong swap) {
            OptionalLong unset = OptionalLong.empty();
            Optional<Boolean> unsaid = Optional.empty();
            return new Memory(limit, unset, swap, unset, unset, unset, unsaid, unsaid, unsaid);
        }
    }

    /**
     * CPU time and placement of a cgroup.
     *
     * @param shares relative weight, a uint64; 1024 is the kernel's default, 2 to 262144 its range
     * @param quota microseconds of CPU time in each period; -1 means unlimited
     * @param burst unused microseconds of earlier periods that may be used on top of the quota, a uint64
     * @param period microseconds, a uint64
     * @param realtimeRuntime microseconds of real-time scheduling in each real-time period, cgroup v1 only
     * @param realtimePeriod microseconds, a uint64, cgroup v1 only
     * @param cpus the CPUs that may be used, e.g. {@code 0-3,7}
     * @param mems the memory nodes that may be used, e.g. {@code 0-1}
     * @param idle 1 makes the cgroup run only when nothing else wants to, 0 does not
     */
    public record Cpu(
            OptionalLong shares,
            OptionalLong quota,
            OptionalLong burst,
            OptionalLong period,
            OptionalLong realtimeRuntime,
            OptionalLong realtimePeriod,
            Optional<String> cpus,
            Optional<String> mems,
            OptionalLong idle) {

        /** Only bandwidth: so many microseconds of CPU time in each period of so many microseconds. */
        public static Cpu bandwidth(long quota, long period) {
            OptionalLong unset = OptionalLong.empty();
            return new Cpu(
                    unset,
                    OptionalLong.of(quota),
                    unset,
                    OptionalLong.of(period),
                    unset,
                    unset,
                    Optional.empty(),
                    Optional.empty(),
                    unset);
        }
    }

    /**
     * The number of tasks of a cgroup.
     *
     * @param limit how many; -1 means unlimited, 0 is a limit like any other
     */
    public record Pids(OptionalLong limit) {}

    /**
     * Block devices of a cgroup.
     *
     * @param weight relative weight, 10 to 1000; 0 leaves what the kernel has
     * @param leafWeight the weight of the cgroup's own tasks against its children, cgroup v1 only
     * @param weightDevice weights for single devices
     * @param throttleReadBpsDevice bytes read in a second
     * @param throttleWriteBpsDevice bytes written in a second
     * @param throttleReadIOPSDevice reads in a second
     * @param throttleWriteIOPSDevice writes in a second
     */
    public record BlockIo(
            OptionalInt weight,
            OptionalInt leafWeight,
            List<WeightDevice> weightDevice,
            List<ThrottleDevice> throttleReadBpsDevice,
            List<ThrottleDevice> throttleWriteBpsDevice,
            List<ThrottleDevice> throttleReadIOPSDevice,
            List<ThrottleDevice> throttleWriteIOPSDevice) {

        /** Keeps unmodifiable copies of its lists. */
        public BlockIo {
            weightDevice = List.copyOf(weightDevice);
            throttleReadBpsDevice = List.copyOf(throttleReadBpsDevice);
            throttleWriteBpsDevice = List.copyOf(throttleWriteBpsDevice);
            throttleReadIOPSDevice = List.copyOf(throttleReadIOPSDevice);
            throttleWriteIOPSDevice = List.copyOf(throttleWriteIOPSDevice);
        }
    }

    /**
     * The weight of one block device.
     *
     * @param major the device's major number
     * @param minor the device's minor number
     * @param weight 10 to 1000
     * @param leafWeight 10 to 1000, cgroup v1 only
     */
    public record WeightDevice(long major, long minor, OptionalInt weight, OptionalInt leafWeight) {}

    /**
     * The highest rate of one block device.
     *
     * @param major the device's major number
     * @param minor the device's minor number
     * @param rate bytes or operations in a second, a uint64
     */
    public record ThrottleDevice(long major, long minor, long rate) {}

    /**
     * How much memory may be huge pages of one size.
     *
     * @param pageSize e.g. {@code 2MB}; in {@code KB}, {@code MB} or {@code GB}
     * @param limit bytes, a uint64
     */
    public record HugepageLimit(String pageSize, long limit) {}

    /**
     * Network traffic of a cgroup, cgroup v1 only.
     *
     * @param classID the tag of its packets, a uint32
     * @param priorities its priority on single network interfaces
     */
    public record Network(OptionalLong classID, List<InterfacePriority> priorities) {

        /** Keeps an unmodifiable copy of its list. */
        public Network {
            priorities = List.copyOf(priorities);
        }
    }

    /**
     * The priority of traffic on one network interface.
     *
     * @param name the interface, in the runtime's network namespace
     * @param priority a uint32
     */
    public record InterfacePriority(String name, long priority) {}

    /**
     * What may be used of one RDMA device; at least one of both.
     *
     * @param hcaHandles handles, a uint32
     * @param hcaObjects objects, a uint32
     */
    public record Rdma(OptionalLong hcaHandles, OptionalLong hcaObjects) {}

    /**
     * A rule of the device allow list.
     *
     * @param allow whether the rule allows or denies
     * @param type {@code c} (character), {@code b} (block) or {@code a} (both); absent means both
     * @param major the major number; absent or -1 means every one
     * @param minor the minor number; absent or -1 means every one
     * @param access some of {@code r} (read), {@code w} (write) and {@code m} (mknod); absent means all
     */
    public record DeviceRule(
            boolean allow, Optional<String> type, OptionalLong major, OptionalLong minor, Optional<String> access) {}
}
