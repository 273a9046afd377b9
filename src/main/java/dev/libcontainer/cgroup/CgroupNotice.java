package dev.libcontainer.cgroup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Poller;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A file of a cgroup that the kernel tells changes of: a poller hears of them, {@link #read} says what has changed. For one
 * thread, but for {@link #keepLast}.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control">Version 1: eventfd</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#basic-operations">Version 2: files that change</a>
 */
public final class CgroupNotice implements AutoCloseable {
    /** What there is to be told. */
    public enum What {
        /** Processes killed for want of memory, or being killed: how many. */
        OOM_KILL,
        /** Hits of memory.high: how many. */
        MEMORY_HIGH,
        /** Hits of memory.max: how many. */
        MEMORY_MAX,
        /** Hits of pids.max: how many. */
        PIDS_MAX,
        /** 1: somebody is in the cgroup. */
        POPULATED,
        /** 1: all in the cgroup have been stopped. */
        FROZEN,
        /** A pressure trigger has fired, or a level of pressure was reached. */
        PRESSURE
    }

    /** Takes what has changed, and the number it has now. */
    @FunctionalInterface
    public interface Listener {
        void changed(What what, long value);
    }

    private static final Map<String, What> MEMORY =
            Map.of("oom_kill", What.OOM_KILL, "high", What.MEMORY_HIGH, "max", What.MEMORY_MAX);
    /** Room for the largest of the files, in bytes. */
    public static final int DATA_BYTES = 8 * 1024;

    private static final int LENGTH = Integer.BYTES;
    private static final int LARGEST_FILE = 4096;
    private static final long EXPECTS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Fd file;
    private final Optional<Fd> eventFd;
    private final Map<String, What> keys;
    /** The same file of the cgroup below in which the program is, where the kernel counts for each alone. */
    private Optional<Fd> below = Optional.empty();

    private boolean isSilent;
    private long expectsUntil = System.nanoTime();
    private final Map<What, Long> told = new HashMap<>();
    /** What its files said when the container ended. */
    private Optional<Map<What, Long>> last = Optional.empty();

    private boolean closed;

    private CgroupNotice(Fd file, Optional<Fd> eventFd, Map<String, What> keys) {
        this.file = file;
        this.eventFd = eventFd;
        this.keys = keys;
    }

    private CgroupNotice counting(CgroupDirectory directory, String name) {
        below = directory
                .countedBelow()
                .flatMap(payload -> open(payload, name, keys))
                .map(notice -> notice.file);
        return this;
    }

    /**
     * Those that the directories of a container have; what happened before is not told.
     *
     * @throws KernelException if there are too few fds for them; none is left open
     */
    public static List<CgroupNotice> all(ContainerCgroup cgroup, ByteBuffer data) {
        List<CgroupNotice> notices = new ArrayList<>();
        try {
            addAll(notices, cgroup);
            notices.forEach(notice -> notice.look(data, (what, value) -> {}));
            return notices;
        } catch (RuntimeException e) {
            notices.forEach(CgroupNotice::close);
            throw e;
        }
    }

    private static void addAll(List<CgroupNotice> notices, ContainerCgroup cgroup) {
        cgroup.directory("memory").ifPresent(memory -> {
            if (memory.hierarchy().version() == CgroupVersion.V2) {
                open(memory, "memory.events", MEMORY).ifPresent(notices::add);
            } else {
                outOfMemory(memory).ifPresent(notices::add);
            }
        });
        cgroup.directory("pids")
                .ifPresent(pids -> open(pids, "pids.events", Map.of("max", What.PIDS_MAX))
                        .ifPresent(notice -> {
                            notice.isSilent = pids.hierarchy().version() == CgroupVersion.V1;
                            notices.add(notice);
                            notice.counting(pids, "pids.events");
                        }));
        cgroup.directory(CgroupMounts.CORE)
                .flatMap(
                        core -> open(core, "cgroup.events", Map.of("populated", What.POPULATED, "frozen", What.FROZEN)))
                .ifPresent(notices::add);
    }

    /** Whether the kernel tells of processes being stopped; version 1 does not. */
    public static boolean tellsOfFreezing(ContainerCgroup cgroup) {
        return cgroup.directory(Freezer.NAME).isEmpty();
    }

    /**
     * A pressure trigger.
     *
     * @param resource {@code cpu}, {@code memory} or {@code io}
     * @param trigger as in {@code some 150000 1000000}
     * @throws CgroupException if the container or the kernel has none
     */
    public static CgroupNotice pressure(ContainerCgroup cgroup, String resource, String trigger) {
        CgroupDirectory core = cgroup.directory(CgroupMounts.CORE)
                .orElseThrow(() -> CgroupException.failed(
                        resource,
                        "pressure of a container is told by cgroup v2, and it has no cgroup there",
                        "ContainerSpecBuilder.managed() gives it one where this host has a version 2 hierarchy."));
        String name = resource + ".pressure";
        try {
            Fd fd = Kernel.open(core.path().resolve(name).toString(), Kernel.O_RDWR);
            CgroupNotice notice = new CgroupNotice(fd, Optional.empty(), Map.of());
            try {
                byte[] text = (trigger + '\0').getBytes(US_ASCII);
                Kernel.write(fd.value(), ByteBuffer.allocateDirect(text.length).put(0, text), text.length);
                return notice;
            } catch (KernelException e) {
                fd.close();
                throw e;
            }
        } catch (KernelException e) {
            if (e.isForWantOfFds()) {
                throw e;
            }
            String hint = e.errno().equals(Errno.EINVAL)
                    ? "The window is 500 ms to 10 s, without CAP_SYS_RESOURCE a multiple of 2 s; the stall is not longer."
                    : "The kernel needs pressure stall information: CONFIG_PSI, and psi=1 where it is off by default.";
            throw CgroupException.failed(resource, name + " takes no trigger \"" + trigger + "\": " + e.errno(), hint);
        }
    }

    /**
     * The level of memory pressure, and those above.
     *
     * @param level {@code low}, {@code medium} or {@code critical}
     * @throws CgroupException if the container or the kernel has none
     */
    public static CgroupNotice level(ContainerCgroup cgroup, String level) {
        CgroupDirectory memory = cgroup.directory("memory")
                .orElseThrow(() -> CgroupException.failed(
                        "memory", "levels of memory pressure need a cgroup for memory", ContainerCgroup.HAVE_ONE));
        if (memory.hierarchy().version() == CgroupVersion.V2) {
            throw CgroupException.failed(
                    "memory", "levels of memory pressure are cgroup v1's", "Version 2 has triggers: PressureTrigger.");
        }
        Optional<Fd> file = Optional.empty();
        Fd events = Kernel.eventFd();
        try {
            file = Optional.of(
                    Kernel.open(memory.path().resolve("memory.pressure_level").toString(), Kernel.O_RDONLY));
            memory.write(
                    "cgroup.event_control", events.value() + " " + file.get().value() + " " + level);
            return new CgroupNotice(file.get(), Optional.of(events), Map.of());
        } catch (KernelException e) {
            events.close();
            file.ifPresent(Fd::close);
            throw CgroupException.failed(
                    "memory", "memory.pressure_level takes no level \"" + level + "\": " + e.errno(), "");
        }
    }

    private static Optional<CgroupNotice> open(CgroupDirectory directory, String file, Map<String, What> keys) {
        try {
            Fd fd = Kernel.open(directory.path().resolve(file).toString(), Kernel.O_RDONLY);
            return Optional.of(new CgroupNotice(fd, Optional.empty(), keys));
        } catch (KernelException e) {
            return absent(e);
        }
    }

    /** The kernel is too old for it, or the container is gone; but what only wants an fd is there. */
    private static <T> Optional<T> absent(KernelException e) {
        if (e.isForWantOfFds()) {
            throw e;
        }
        return Optional.empty();
    }

    private static Optional<CgroupNotice> outOfMemory(CgroupDirectory memory) {
        String name = "memory.oom_control";
        Optional<CgroupNotice> file = open(memory, name, Map.of("oom_kill", What.OOM_KILL));
        if (file.isEmpty()) {
            return file;
        }
        CgroupNotice notice = file.get();
        try {
            Fd events = Kernel.eventFd();
            notice = new CgroupNotice(notice.file, Optional.of(events), notice.keys);
            register(memory, events, notice.file);
            Optional<Fd> below = notice.counting(memory, name).below;
            memory.countedBelow() // that one may have less memory
                    .ifPresent(payload -> below.ifPresent(fd -> register(payload, events, fd)));
            return Optional.of(notice);
        } catch (KernelException e) {
            notice.close();
            return absent(e);
        }
    }

    private static void register(CgroupDirectory directory, Fd events, Fd file) {
        directory.write("cgroup.event_control", events.value() + " " + file.value());
    }

    /** Whether the kernel counts but does not tell: pids.events of version 1. Then one has to {@link #look}. */
    public boolean isSilent() {
        return isSilent;
    }

    /** Has a poller hear of changes. */
    public void addTo(Poller poller, long token) {
        if (isSilent) {
            return;
        }
        if (eventFd.isPresent()) {
            poller.add(eventFd.get().value(), token);
        } else {
            poller.addUrgent(file.value(), token);
        }
    }

    /**
     * Says what has changed since the last call, and lets the kernel tell of the next change.
     *
     * @param data a direct buffer of {@link #DATA_BYTES}, in the kernel's byte order
     */
    public void read(ByteBuffer data, Listener listener) {
        if (keys.isEmpty()) {
            if (isUnderPressure()) {
                listener.changed(What.PRESSURE, 1);
            }
        } else {
            if (eventFd.filter(CgroupNotice::drain).isPresent()) {
                expectsUntil = System.nanoTime() + EXPECTS_NANOS;
            }
            readNumbers(data, listener);
        }
    }

    /** Whether what a trigger's poller was told is pressure, and not the cgroup's end, of which it is told, too. */
    private synchronized boolean isUnderPressure() {
        eventFd.filter(fd -> last.isEmpty()).ifPresent(CgroupNotice::drain);
        return last.isEmpty();
    }

    /** The same, not having been told. */
    public void look(ByteBuffer data, Listener listener) {
        if (!keys.isEmpty()) {
            readNumbers(data, listener);
        } else if (wasUnderPressure() && told.putIfAbsent(What.PRESSURE, 1L) == null) {
            listener.changed(What.PRESSURE, 1);
        }
    }

    private synchronized boolean wasUnderPressure() {
        return last.filter(numbers -> numbers.containsKey(What.PRESSURE)).isPresent();
    }

    /** Version 1 tells, once or more, before it kills: whether to {@link #look} soon, as a kill may not be counted yet. */
    public boolean isExpecting() {
        return System.nanoTime() - expectsUntil < 0;
    }

    /** How often it was, as far as was seen. */
    public long count(What what) {
        return told.getOrDefault(what, 0L);
    }

    /**
     * The container has ended: what its files say now is what they say to every later look, even if they are gone by then
     * or another's. By any thread. Whether a trigger has fired and nobody heard, its file does not say.
     */
    public synchronized void keepLast(ByteBuffer data) {
        if (last.isEmpty() && !closed) {
            last = Optional.of(keys.isEmpty() ? pressure() : numbers(data));
        }
    }

    private Map<What, Long> pressure() {
        return eventFd.filter(CgroupNotice::drain).isPresent() ? Map.of(What.PRESSURE, 1L) : Map.of();
    }

    /** Whether the container had ended, and its files could be read before others wrote to them. */
    public synchronized boolean hasLast() {
        return last.isPresent();
    }

    /** The listener may take its time: nobody is kept waiting by it. */
    private void readNumbers(ByteBuffer data, Listener listener) {
        Map<What, Long> numbers;
        synchronized (this) {
            numbers = last.orElseGet(() -> numbers(data));
        }
        numbers.forEach((what, value) -> changed(what, value, listener));
    }

    private Map<What, Long> numbers(ByteBuffer data) {
        Map<What, Long> numbers = new EnumMap<>(What.class);
        add(file, data, numbers);
        below.ifPresent(fd -> add(fd, data, numbers));
        return numbers;
    }

    private void add(Fd fd, ByteBuffer data, Map<What, Long> numbers) {
        Kernel.readEach(new int[] {fd.value()}, 1, LARGEST_FILE, data);
        int length = data.getInt(0);
        if (length <= 0) {
            return; // the cgroup has been removed
        }
        byte[] text = new byte[length];
        data.get(LENGTH, text);
        for (String line : new String(text, US_ASCII).split("\n")) {
            String[] words = line.split(" ");
            What what = keys.get(words[0]);
            if (what != null && words.length == 2) {
                numbers.merge(what, Long.parseLong(words[1]), Long::sum);
            }
        }
    }

    private static boolean drain(Fd events) {
        try {
            return Kernel.read(events.value(), ByteBuffer.allocateDirect(Long.BYTES)) > 0;
        } catch (KernelException e) {
            return false; // EAGAIN: nothing was told, as when this is read for the first time
        }
    }

    private void changed(What what, long value, Listener listener) {
        Long before = told.put(what, value);
        boolean falls = what == What.POPULATED || what == What.FROZEN;
        if (before != null && (value > before || (falls && value < before))) {
            listener.changed(what, value);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        eventFd.ifPresent(Fd::close);
        below.ifPresent(Fd::close);
        file.close();
    }
}
