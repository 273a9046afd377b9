package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Poller;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Tells when a cgroup has run out of memory. {@link #await} belongs to one thread; {@link #close} may be called by any,
 * and must come after the last call has returned.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control">Version 1: eventfd</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files">Version 2: memory.events</a>
 */
public final class OomEvents implements AutoCloseable {
    /** What {@link #await} has waited for. */
    public enum Event {
        /** Memory ran out at least once since the last call. */
        OUT_OF_MEMORY,
        /** Nothing happened in that time. */
        TIME_OUT,
        /** The cgroup has been removed: nothing will happen any more. */
        GONE
    }

    private static final long CHANGED = 1;
    /** The removal of a version 2 cgroup wakes nobody. */
    private static final int LOOK_EVERY_MILLIS = 250;

    private final CgroupDirectory directory;
    private final String file;
    private final String key;
    private final Poller poller = new Poller();
    private final ByteBuffer data = ByteBuffer.allocateDirect(4096);
    private Fd watched;
    private long count;
    private boolean woken;

    /**
     * Watches from now on.
     *
     * @param file of version 2, where a line with the key has a count
     */
    OomEvents(CgroupDirectory directory, String file, String key) {
        this.directory = directory;
        this.file = file;
        this.key = key;
        boolean done = false;
        watched = Fd.adopt(-1);
        try {
            watched = isV1() ? register() : watch();
            count = isV1() ? 0 : read();
            done = true;
        } finally {
            if (!done) {
                poller.close();
            }
        }
    }

    static OomEvents of(CgroupDirectory memory) {
        try {
            return new OomEvents(memory, "memory.events", "oom_kill");
        } catch (KernelException e) {
            throw CgroupException.failed("memory", "out-of-memory events cannot be had: " + e.getMessage(), "");
        }
    }

    private boolean isV1() {
        return directory.hierarchy().version() == CgroupVersion.V1;
    }

    /** An eventfd that the kernel writes to, also when the cgroup is removed. */
    private Fd register() {
        Fd events = Kernel.eventFd();
        try (Fd control =
                Kernel.open(directory.path().resolve("memory.oom_control").toString(), Kernel.O_RDONLY)) {
            directory.write("cgroup.event_control", events.value() + " " + control.value());
            poller.add(events.value(), CHANGED);
            return events;
        } catch (KernelException e) {
            events.close();
            throw e;
        }
    }

    /** An open file is readable out of band from the first change after it was read. */
    private Fd watch() {
        Fd fd = Kernel.open(directory.path().resolve(file).toString(), Kernel.O_RDONLY);
        try {
            Kernel.read(fd.value(), data);
            poller.addUrgent(fd.value(), CHANGED);
            return fd;
        } catch (KernelException e) {
            fd.close();
            throw e;
        }
    }

    private long read() {
        return directory
                .read(file)
                .orElse("")
                .lines()
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    /** Waits for the next event. */
    public Event await(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            if (!directory.exists()) {
                return Event.GONE;
            }
            long left = Math.max(0, (end - System.nanoTime()) / 1_000_000);
            woken = false;
            poller.await((int) Math.min(left, LOOK_EVERY_MILLIS), token -> woken = true);
            if (woken && directory.exists() && happened()) {
                return Event.OUT_OF_MEMORY;
            }
            if (!woken && left == 0) {
                return directory.exists() ? Event.TIME_OUT : Event.GONE;
            }
        }
    }

    private boolean happened() {
        if (isV1()) {
            Kernel.read(watched.value(), data);
            return true;
        }
        try {
            watched.close();
            watched = watch();
        } catch (KernelException e) {
            return false; // removed meanwhile
        }
        long before = count;
        count = read();
        return count > before;
    }

    @Override
    public void close() {
        watched.close();
        poller.close();
    }
}
