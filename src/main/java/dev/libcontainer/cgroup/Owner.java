package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Kernel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A library instance, by a name that no other has or had: its process's pid and start time, and a count.
 *
 * @param pid of the process
 * @param startTicks its start after boot, in clock ticks (proc(5), field 22)
 * @param instance which of that process's
 */
public record Owner(long pid, long startTicks, int instance) {
    private static final Pattern NAME = Pattern.compile("(\\d+)-(\\d+)-(\\d+)");
    private static final int START_FIELD = 19; // counted from the one after the name
    private static final AtomicInteger INSTANCES = new AtomicInteger();

    /** A new instance of this process. */
    public static Owner next() {
        long pid = ProcessHandle.current().pid();
        return new Owner(pid, startOf(pid).orElse(0L), INSTANCES.incrementAndGet());
    }

    /** Reads a name; empty if it is none of ours. */
    public static Optional<Owner> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Owner(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Integer.parseInt(matcher.group(3))));
    }

    private static Optional<Long> startOf(long pid) {
        return Kernel.readAt(Kernel.AT_FDCWD, "/proc/" + pid + "/stat").map(stat -> {
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[START_FIELD]);
        });
    }

    /** Whether its process still runs. */
    public boolean lives() {
        return startOf(pid).filter(start -> start == startTicks).isPresent();
    }

    /** The name. */
    @Override
    public String toString() {
        return pid + "-" + startTicks + "-" + instance;
    }
}
