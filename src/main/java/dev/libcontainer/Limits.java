package dev.libcontainer;

import dev.libcontainer.spec.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How much a container, or all containers of a {@link Scope}, may use. Immutable: each method gives a new value. What is
 * not said stays as it is, or as the kernel has it. -1 takes a limit away where a number of bytes, processes or
 * microseconds is given.
 *
 * <p>Those marked <em>v2</em> are files of cgroup v2 that the OCI configuration has no member for; they go through
 * {@code linux.resources.unified} and are refused, naming the file, where the host has that controller in version 1.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">The kernel on version 2</a>
 */
public final class Limits {
    private static final long CPU_PERIOD_MICROS = 100_000;
    private static final Limits NONE = new Limits();

    private OptionalLong memory = OptionalLong.empty();
    private OptionalLong pids = OptionalLong.empty();
    private OptionalLong cpuQuota = OptionalLong.empty();
    private OptionalLong cpuShares = OptionalLong.empty();
    private OptionalLong cpuBurst = OptionalLong.empty();
    private OptionalLong cpuIdle = OptionalLong.empty();
    private Optional<String> cpuset = Optional.empty();
    private final Map<String, String> unified = new LinkedHashMap<>();

    private Limits() {}

    /** Nothing said. */
    public static Limits none() {
        return NONE;
    }

    private Limits with(Consumer<Limits> change) {
        Limits copy = new Limits();
        copy.memory = memory;
        copy.pids = pids;
        copy.cpuQuota = cpuQuota;
        copy.cpuShares = cpuShares;
        copy.cpuBurst = cpuBurst;
        copy.cpuIdle = cpuIdle;
        copy.cpuset = cpuset;
        copy.unified.putAll(unified);
        change.accept(copy);
        return copy;
    }

    private Limits file(String name, String value) {
        return with(copy -> copy.unified.put(name, value));
    }

    private Limits device(String file, String device, String settings) {
        if (!device.matches("\\d+:\\d+")) {
            throw new IllegalArgumentException("\"" + device + "\" is no device: MAJOR:MINOR is, as in 8:0");
        }
        String line = device + " " + settings;
        return with(copy -> copy.unified.merge(file, line, (a, b) -> a + "\n" + b));
    }

    private static String bytes(long bytes) {
        return bytes == -1 ? "max" : Long.toString(bytes);
    }

    /** Memory, with its page cache and without swap beyond it: whoever needs more is killed. */
    public Limits memoryBytes(long bytes) {
        return with(copy -> copy.memory = OptionalLong.of(bytes));
    }

    /** <em>v2</em>: from here on memory is taken back and its users slowed down, but nobody is killed. */
    public Limits memoryHighBytes(long bytes) {
        return file("memory.high", bytes(bytes));
    }

    /** <em>v2</em>: so much is never taken back for others. */
    public Limits memoryMinBytes(long bytes) {
        return file("memory.min", bytes(bytes));
    }

    /** <em>v2</em>: so much is taken back only if nothing else can be. */
    public Limits memoryLowBytes(long bytes) {
        return file("memory.low", bytes(bytes));
    }

    /** <em>v2</em>: whether all processes are killed together when memory runs out. */
    public Limits memoryOomGroup(boolean on) {
        return file("memory.oom.group", on ? "1" : "0");
    }

    /** <em>v2</em>: memory that compressed swap may take. */
    public Limits zswapBytes(long bytes) {
        return file("memory.zswap.max", bytes(bytes));
    }

    /** Processes and threads. */
    public Limits pids(long count) {
        return with(copy -> copy.pids = OptionalLong.of(count));
    }

    /** CPU time per time, as in 0.5 for half of one CPU; -1: no limit. */
    public Limits cpus(double count) {
        long quota = count < 0 ? -1 : Math.round(count * CPU_PERIOD_MICROS);
        return with(copy -> copy.cpuQuota = OptionalLong.of(quota));
    }

    /** Share of the CPUs against others where there is not enough for all; 1024 is usual. */
    public Limits cpuShares(long shares) {
        return with(copy -> copy.cpuShares = OptionalLong.of(shares));
    }

    /** <em>v2</em>: the same as a nice value, -20 to 19. */
    public Limits cpuNice(int nice) {
        return file("cpu.weight.nice", Integer.toString(nice));
    }

    /** Time saved in earlier periods that may be used beyond {@link #cpus}. */
    public Limits cpuBurstMicros(long micros) {
        return with(copy -> copy.cpuBurst = OptionalLong.of(micros));
    }

    /** Whether it runs only when nobody else wants to. */
    public Limits cpuIdle(boolean on) {
        return with(copy -> copy.cpuIdle = OptionalLong.of(on ? 1 : 0));
    }

    /** CPUs that may be used, as in {@code 0-3,8}. */
    public Limits cpuset(String cpus) {
        return with(copy -> copy.cpuset = Optional.of(cpus));
    }

    /**
     * <em>v2</em>: rates of a block device.
     *
     * @param device MAJOR:MINOR
     * @param settings as in {@code rbps=1048576 wiops=120}
     */
    public Limits ioMax(String device, String settings) {
        return device("io.max", device, settings);
    }

    /** <em>v2</em>: a latency that others are slowed down for, where a device has it. */
    public Limits ioLatencyMicros(String device, long micros) {
        return device("io.latency", device, "target=" + micros);
    }

    /** <em>v2</em>: share of block devices against others, 1 to 10000; 100 is usual. */
    public Limits ioWeight(int weight) {
        return file("io.weight", "default " + weight);
    }

    /** <em>v2</em>: cgroups that may be made below it. */
    public Limits cgroupsBelow(long count) {
        return file("cgroup.max.descendants", bytes(count));
    }

    /** As the OCI configuration says it. */
    public Resources toResources() {
        OptionalLong unset = OptionalLong.empty();
        boolean cpu = cpuQuota.isPresent()
                || cpuShares.isPresent()
                || cpuBurst.isPresent()
                || cpuIdle.isPresent()
                || cpuset.isPresent();
        return new Resources(
                List.of(),
                memory.isPresent() ? Optional.of(Resources.Memory.of(memory, memory)) : Optional.empty(),
                cpu
                        ? Optional.of(new Resources.Cpu(
                                cpuShares,
                                cpuQuota,
                                cpuBurst,
                                cpuQuota.isPresent() ? OptionalLong.of(CPU_PERIOD_MICROS) : unset,
                                unset,
                                unset,
                                cpuset,
                                Optional.empty(),
                                cpuIdle))
                        : Optional.empty(),
                pids.isPresent() ? Optional.of(new Resources.Pids(pids)) : Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Map.of(),
                unified);
    }

    @Override
    public String toString() {
        return "limits " + toResources();
    }
}
