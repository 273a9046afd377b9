package dev.libcontainer.spec;

import java.util.List;

/**
 * The scheduling of a process, as {@code sched_setattr(2)} takes it.
 *
 * @param policy e.g. {@code SCHED_BATCH}
 * @param nice -20 to 19
 * @param priority 1 to 99 for {@code SCHED_FIFO} and {@code SCHED_RR}, otherwise 0
 * @param flags e.g. {@code SCHED_FLAG_RESET_ON_FORK}
 * @param runtime nanoseconds, a uint64, only for {@code SCHED_DEADLINE}
 * @param deadline nanoseconds, a uint64, only for {@code SCHED_DEADLINE}
 * @param period nanoseconds, a uint64, only for {@code SCHED_DEADLINE}
 * @see <a href="https://man7.org/linux/man-pages/man2/sched_setattr.2.html">sched_setattr(2)</a>
 */
public record Scheduler(
        String policy, int nice, int priority, List<String> flags, long runtime, long deadline, long period) {

    /** Keeps an unmodifiable copy of its list. */
    public Scheduler {
        flags = List.copyOf(flags);
    }
}
