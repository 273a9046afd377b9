package dev.libcontainer.cgroup;

import static dev.libcontainer.cgroup.CounterFile.Form.ASSIGNED;
import static dev.libcontainer.cgroup.CounterFile.Form.BY_DEVICE;
import static dev.libcontainer.cgroup.CounterFile.Form.INTERFACES;
import static dev.libcontainer.cgroup.CounterFile.Form.KEYED;
import static dev.libcontainer.cgroup.CounterFile.Form.KEYED_BELOW;
import static dev.libcontainer.cgroup.CounterFile.Form.NUMBER;

import dev.libcontainer.cgroup.CounterFile.Column;
import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.stats.Counter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The open files of one container that wanted counters stand in: read together with those of others, again and again.
 * Not thread-safe.
 */
public final class CounterFiles implements AutoCloseable {
    private static final String PROC = "";
    private static final long ABSENT = -1;
    /** The kernel is too old for a file; or its cgroup, or the network namespace, is going. */
    private static final Set<Errno> ABSENT_FILE = Set.of(Errno.ENOENT, Errno.ENODEV, Errno.ENXIO);

    /** What of a kind stands first is taken if it is there; those that {@linkplain CounterFile#restsWithCpu rest} are the last. */
    private static final List<CounterFile> KNOWN = List.of(
            of("cpuacct", "cpuacct.usage", NUMBER, Column.nanos("", Counter.CPU_MICROS)),
            of("cpuacct", "cpuacct.usage_user", NUMBER, Column.nanos("", Counter.CPU_USER_MICROS)),
            of("cpuacct", "cpuacct.usage_sys", NUMBER, Column.nanos("", Counter.CPU_SYSTEM_MICROS)),
            of(
                    CgroupMounts.CORE,
                    "cpu.stat",
                    KEYED,
                    Column.of("usage_usec", Counter.CPU_MICROS),
                    Column.of("user_usec", Counter.CPU_USER_MICROS),
                    Column.of("system_usec", Counter.CPU_SYSTEM_MICROS)),
            of(
                    "cpu",
                    "cpu.stat",
                    KEYED,
                    Column.of("nr_periods", Counter.CPU_PERIODS),
                    Column.of("nr_throttled", Counter.CPU_THROTTLED_PERIODS),
                    Column.of("throttled_usec", Counter.CPU_THROTTLED_MICROS),
                    Column.nanos("throttled_time", Counter.CPU_THROTTLED_MICROS),
                    Column.of("nr_bursts", Counter.CPU_BURSTS),
                    Column.of("burst_usec", Counter.CPU_BURST_MICROS),
                    Column.nanos("burst_time", Counter.CPU_BURST_MICROS)),
            of(
                    "io",
                    "io.stat",
                    ASSIGNED,
                    Column.of("rbytes", Counter.IO_READ_BYTES),
                    Column.of("wbytes", Counter.IO_WRITTEN_BYTES),
                    Column.of("rios", Counter.IO_READS),
                    Column.of("wios", Counter.IO_WRITES)),
            of(
                    "blkio",
                    "blkio.throttle.io_service_bytes_recursive",
                    BY_DEVICE,
                    Column.of("Read", Counter.IO_READ_BYTES),
                    Column.of("Write", Counter.IO_WRITTEN_BYTES)),
            of(
                    "blkio",
                    "blkio.throttle.io_serviced_recursive",
                    BY_DEVICE,
                    Column.of("Read", Counter.IO_READS),
                    Column.of("Write", Counter.IO_WRITES)),
            of(CgroupMounts.CORE, "cpu.pressure", KEYED, Column.of("some", Counter.CPU_STALLED_MICROS)),
            of(CgroupMounts.CORE, "memory.pressure", KEYED, Column.of("some", Counter.MEMORY_STALLED_MICROS)),
            of(CgroupMounts.CORE, "io.pressure", KEYED, Column.of("some", Counter.IO_STALLED_MICROS)),
            of(
                    PROC,
                    "net/dev",
                    INTERFACES,
                    Column.of("0", Counter.NETWORK_RECEIVED_BYTES),
                    Column.of("8", Counter.NETWORK_SENT_BYTES)),
            of("memory", "memory.current", NUMBER, Column.of("", Counter.MEMORY_BYTES)),
            of("memory", "memory.usage_in_bytes", NUMBER, Column.of("", Counter.MEMORY_BYTES)),
            of("pids", "pids.current", NUMBER, Column.of("", Counter.PIDS)),
            of(
                    "memory",
                    "memory.events",
                    KEYED,
                    Column.of("high", Counter.MEMORY_HIGH_HITS),
                    Column.of("max", Counter.MEMORY_LIMIT_HITS),
                    Column.of("oom_kill", Counter.OOM_KILLS)),
            of("memory", "memory.failcnt", NUMBER, Column.of("", Counter.MEMORY_LIMIT_HITS)),
            of("memory", "memory.oom_control", KEYED, Column.of("oom_kill", Counter.OOM_KILLS)),
            of(
                    "memory",
                    "memory.stat",
                    KEYED,
                    Column.of("anon", Counter.MEMORY_ANONYMOUS_BYTES),
                    Column.of("file", Counter.MEMORY_FILE_BYTES),
                    Column.of("total_rss", Counter.MEMORY_ANONYMOUS_BYTES),
                    Column.of("total_cache", Counter.MEMORY_FILE_BYTES),
                    Column.of("pgfault", Counter.PAGE_FAULTS),
                    Column.of("pgmajfault", Counter.MAJOR_PAGE_FAULTS),
                    Column.of("total_pgfault", Counter.PAGE_FAULTS), // these stand behind those of the cgroup alone
                    Column.of("total_pgmajfault", Counter.MAJOR_PAGE_FAULTS)));

    /** Version 1 counts kills where the process is. */
    private static final CounterFile KILLS_BELOW =
            of("memory", "memory.oom_control", KEYED_BELOW, Column.of("oom_kill", Counter.OOM_KILLS));

    /** What is read and where it goes: the same for all containers that are watched alike. */
    private record Layout(List<Counter> counters, List<CounterFile> files, List<int[]> places) {}

    private Layout layout;
    private final List<Fd> fds = new ArrayList<>();
    /** Where the CPU time stands, -1 if it is not known. */
    private int cpu = -1;
    /** How many files stand before those that rest. */
    private int always;

    private CounterFiles(Set<Counter> wanted) {
        layout = new Layout(List.copyOf(EnumSet.copyOf(wanted)), new ArrayList<>(), new ArrayList<>());
    }

    /** Shares what is equal with another: with a thousand, a copy each would have to be fetched from memory each time. */
    public void alike(CounterFiles other) {
        if (layout.counters.equals(other.layout.counters) && layout.files.equals(other.layout.files)) {
            layout = other.layout; // and so are the places: they follow from the two
        }
    }

    private static CounterFile of(String controller, String file, CounterFile.Form form, Column... columns) {
        return new CounterFile(controller, file, form, List.of(columns));
    }

    /**
     * Opens those files that give the wanted counters, as far as the container has them.
     *
     * @param pid its first process; its network interfaces are those that process sees
     * @param wanted at least one
     * @throws KernelException if one is there and cannot be opened; then none is left open
     */
    public static CounterFiles open(ContainerCgroup cgroup, long pid, Set<Counter> wanted) {
        CounterFiles opened = new CounterFiles(wanted);
        boolean done = false;
        try {
            opened.openAll(cgroup, pid, wanted);
            done = true;
            return opened;
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    private void openAll(ContainerCgroup cgroup, long pid, Set<Counter> wanted) {
        Set<Counter> missing = EnumSet.copyOf(wanted);
        for (CounterFile file : KNOWN) {
            if (missing.stream().noneMatch(file::gives)) {
                continue;
            }
            String path = file.controller().equals(PROC)
                    ? "/proc/" + pid + "/" + file.file()
                    : cgroup.directory(file.controller())
                            .map(directory ->
                                    directory.path().resolve(file.file()).toString())
                            .orElse("");
            if (!path.isEmpty() && add(file, path, missing)) {
                file.columns().forEach(column -> missing.remove(column.counter()));
            }
        }
        if (wanted.contains(Counter.OOM_KILLS)) {
            cgroup.directory(KILLS_BELOW.controller())
                    .flatMap(CgroupDirectory::countedBelow)
                    .ifPresent(below -> add(
                            KILLS_BELOW,
                            below.path().resolve(KILLS_BELOW.file()).toString(),
                            Set.of(Counter.OOM_KILLS)));
        }
        if (wanted.contains(Counter.CPU_MICROS) && !missing.contains(Counter.CPU_MICROS)) {
            cpu = layout.counters.indexOf(Counter.CPU_MICROS);
        }
    }

    private boolean add(CounterFile file, String path, Set<Counter> missing) {
        try {
            fds.add(Kernel.open(path, Kernel.O_RDONLY));
        } catch (KernelException e) {
            if (!ABSENT_FILE.contains(e.errno())) {
                throw e;
            }
            return false;
        }
        List<Counter> counters = layout.counters;
        layout.files.add(file);
        always += file.restsWithCpu() ? 0 : 1;
        layout.places.add(file.columns().stream()
                .mapToInt(column -> missing.contains(column.counter()) ? counters.indexOf(column.counter()) : -1)
                .toArray());
        return true;
    }

    /** What the numbers of {@link #parse} are. */
    public List<Counter> counters() {
        return layout.counters;
    }

    /** How many files there are. */
    public int count() {
        return fds.size();
    }

    /**
     * How many of them, the first ones, are to be read at each look; of the others the numbers stay as they are while {@link
     * #cpuMicros} does, but for memory that the kernel takes back.
     */
    public int always() {
        return cpu < 0 ? count() : always;
    }

    /** The CPU time among numbers of which the files that are always read have been parsed; -1 if it is not known. */
    public long cpuMicros(long[] numbers) {
        return cpu < 0 ? ABSENT : numbers[cpu];
    }

    /** Takes over the numbers of the files that are not always read. */
    public void carryOver(long[] before, long[] now) {
        for (int i = always; i < layout.places.size(); i++) {
            for (int place : layout.places.get(i)) {
                if (place >= 0) {
                    now[place] = before[place];
                }
            }
        }
    }

    /** The fd of one, borrowed. */
    public int fd(int index) {
        return fds.get(index).value();
    }

    /** New numbers, all absent. */
    public long[] none() {
        long[] numbers = new long[layout.counters.size()];
        Arrays.fill(numbers, ABSENT);
        return numbers;
    }

    /** Puts what one file says, data[from..end), into numbers. */
    public void parse(int index, byte[] data, int from, int end, long[] numbers) {
        layout.files.get(index).parse(data, from, end, layout.places.get(index), numbers);
    }

    @Override
    public void close() {
        fds.forEach(Fd::close);
    }
}
