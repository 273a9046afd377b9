package dev.libcontainer.events;

import java.util.Locale;

/**
 * How hard it is for the kernel to get memory back for a container: the coarser measure of cgroup v1, where there are no
 * {@linkplain PressureTrigger triggers}. Each is told of at its own level and at those above, while memory is taken back.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#memory-pressure">memory.pressure_level</a>
 */
public enum MemoryLevel implements Trigger {
    /** Memory is taken back for new allocations: caches may be worth dropping. */
    LOW,
    /** Pages that are in use are written out or swapped. */
    MEDIUM,
    /** Hardly anything can be had: the kernel is about to kill. */
    CRITICAL;

    @Override
    public String what() {
        return "memory";
    }

    @Override
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
