package dev.libcontainer.stats;

import java.util.Set;

/** A number that a {@link Sample} may have. Which of them a host can give depends on its controllers. */
public enum Counter {
    /** CPU time, also that of processes that have ended. */
    CPU_MICROS,
    /** CPU time in user mode. */
    CPU_USER_MICROS,
    /** CPU time in the kernel. */
    CPU_SYSTEM_MICROS,
    /** Periods in which a bandwidth limit was in force. */
    CPU_PERIODS,
    /** Periods in which it stopped somebody. */
    CPU_THROTTLED_PERIODS,
    /** How long it stopped them, summed over CPUs. */
    CPU_THROTTLED_MICROS,
    /** Periods that used time saved earlier. */
    CPU_BURSTS,
    /** Time used beyond the quota. */
    CPU_BURST_MICROS,
    /** Memory in use now, with its page cache. */
    MEMORY_BYTES(true),
    /** Anonymous memory now. */
    MEMORY_ANONYMOUS_BYTES(true),
    /** Page cache now. */
    MEMORY_FILE_BYTES(true),
    /** Page faults. */
    PAGE_FAULTS,
    /** Page faults that waited for a device. */
    MAJOR_PAGE_FAULTS,
    /** How often memory was taken back because of memory.high; version 2. */
    MEMORY_HIGH_HITS,
    /** How often the hard limit was in the way. */
    MEMORY_LIMIT_HITS,
    /** Processes killed for want of memory. */
    OOM_KILLS,
    /** Processes and threads now. */
    PIDS(true),
    /** Bytes read from block devices. */
    IO_READ_BYTES,
    /** Bytes written to block devices. */
    IO_WRITTEN_BYTES,
    /** Reads from block devices. */
    IO_READS,
    /** Writes to block devices. */
    IO_WRITES,
    /** Time in which somebody waited for a CPU; version 2. */
    CPU_STALLED_MICROS,
    /** Time in which somebody waited for memory; version 2. */
    MEMORY_STALLED_MICROS,
    /** Time in which somebody waited for a block device; version 2. */
    IO_STALLED_MICROS,
    /** Bytes received by the container's network interfaces, loopback left out. */
    NETWORK_RECEIVED_BYTES,
    /** Bytes sent by them. */
    NETWORK_SENT_BYTES;

    /** What nearly everybody wants, and no more: each file that is read costs the kernel one to two microseconds. */
    public static final Set<Counter> USUAL = Set.of(CPU_MICROS, MEMORY_BYTES);

    private final boolean isLevel;

    Counter() {
        this(false);
    }

    Counter(boolean isLevel) {
        this.isLevel = isLevel;
    }

    /** Whether it goes up and down; all others only grow. */
    public boolean isLevel() {
        return isLevel;
    }
}
