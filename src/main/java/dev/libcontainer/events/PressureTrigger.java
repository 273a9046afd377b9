package dev.libcontainer.events;

import java.time.Duration;
import java.util.Locale;

/**
 * How much waiting is too much: so long in a window of time. Needs cgroup v2 and a kernel with pressure stall information.
 *
 * @param resource what is waited for
 * @param full whether all tasks that could run must be waiting, and not just some
 * @param stall the time waited, 1 µs to the window
 * @param window 500 ms to 10 s; who lacks CAP_SYS_RESOURCE needs a multiple of 2 s
 * @see <a href="https://docs.kernel.org/accounting/psi.html#monitoring-for-pressure-thresholds">psi.html</a>
 */
public record PressureTrigger(Resource resource, boolean full, Duration stall, Duration window) implements Trigger {
    private static final long NANOS_PER_MICRO = 1000;

    /** What can be waited for. */
    public enum Resource {
        CPU,
        MEMORY,
        IO;

        /** As the kernel names its file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Some tasks wait for a resource. */
    public static PressureTrigger some(Resource resource, Duration stall, Duration window) {
        return new PressureTrigger(resource, false, stall, window);
    }

    /** All tasks wait for a resource. */
    public static PressureTrigger full(Resource resource, Duration stall, Duration window) {
        return new PressureTrigger(resource, true, stall, window);
    }

    @Override
    public String what() {
        return resource.word();
    }

    @Override
    public String text() {
        return (full ? "full " : "some ") + stall.toNanos() / NANOS_PER_MICRO + " "
                + window.toNanos() / NANOS_PER_MICRO;
    }
}
