package dev.libcontainer.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ContainerPool;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.Launch;
import dev.libcontainer.Limits;
import dev.libcontainer.PoolOptions;
import dev.libcontainer.Stdio;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * {@code benchmarks/run pool}: a take from a pool beside a spawn, beside ProcessBuilder, and beside a bare vfork and exec
 * from C, in the same rounds. Takes are measured while nothing is being refilled, and once more while it is.
 */
public final class PoolReport {
    static final int TURNS = 20;
    private static final int UNCOUNTED = 3;
    /** How many a turn takes. */
    static final int SIZE = TURNS + UNCOUNTED + 1;

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int MANY = 1000;
    private static final int SETTLE_MILLIS = 3;
    /** What the kernel holds for processes and namespaces; what the JVM and others use meanwhile is not in it. */
    private static final List<String> MEMORY = List.of("Slab:", "KernelStack:", "PageTables:", "Percpu:");

    private final Setting setting;
    private final Path stamp;
    private final Blueprint blueprint;
    private final Blueprint unlimited;

    private PoolReport(Setting setting, Path stamp) {
        this.setting = setting;
        this.stamp = stamp;
        blueprint = setting.blueprint(Level.FULL);
        unlimited = setting.containers().compile(Level.unlimited(setting.program(), setting.network()));
    }

    /** Options: the number of rounds. */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 40;
        Path stamp = Files.createTempFile(Path.of("/dev/shm"), "libcontainer-stamp", "");
        Ending.mayBeInterrupted();
        try (Setting setting = Setting.open();
                Helper bare = Helper.start(
                        Setting.programs().resolve("bare"), setting.program().toString())) {
            new PoolReport(setting, stamp).run(bare, rounds);
        } finally {
            Files.delete(stamp);
        }
    }

    private void run(Helper bare, int count) throws Exception {
        Rounds rounds = new Rounds(600);
        Cpu before = Cpu.now();
        Launch limited = Launch.of(Stdio.nothing())
                .limits(Limits.none().memoryBytes(Level.MEMORY_BYTES / 2).pids(Level.PIDS / 2));
        try (ContainerPool still = still(blueprint);
                ContainerPool free = still(unlimited);
                ContainerPool busy = blueprint.pool(PoolOptions.of(16));
                ContainerPool restless = blueprint.pool(PoolOptions.of(16).quiet(Duration.ZERO))) {
            rounds.add("bare-first-instruction", TURNS, (n, into) -> bare.measure("first", n, 0, into));
            rounds.add("bare-reaped", TURNS, (n, into) -> bare.measure("reaped", n, 0, into));
            rounds.add("processbuilder", TURNS / 2, 0, () -> Setting.processBuilder(setting.program(), nanos -> {}));
            rounds.add("spawn-reaped", TURNS, 0, () -> setting.spawnAndWait(blueprint));
            rounds.add("spawn-first-instruction", TURNS, 0, () -> first(null));
            rounds.add("take-reaped", TURNS, (n, into) -> turn(still, n, () -> into.add(reaped(still, rounds))));
            rounds.add("take-first-instruction", TURNS, (n, into) -> turn(still, n, () -> into.add(first(still))));
            rounds.add(
                    "take-unlimited-reaped",
                    TURNS,
                    (n, into) -> turn(free, n, () -> into.add(reaped(free, Launch.of(Stdio.nothing())))));
            rounds.add(
                    "take-unlimited-first-instruction", TURNS, (n, into) -> turn(free, n, () -> into.add(first(free))));
            rounds.add(
                    "take-reaped-other-limits",
                    TURNS,
                    (n, into) -> turn(still, n, () -> into.add(reaped(still, limited))));
            rounds.add("take-reaped-refilling", TURNS, 0, () -> reaped(busy, Launch.of(Stdio.nothing())));
            rounds.add("take-reaped-refilling-at-once", TURNS, 0, () -> reaped(restless, Launch.of(Stdio.nothing())));
            rounds.warmUp(10);
            rounds.run(count);
            System.out.printf("%-32s %9s %9s %10s %14s%n", "row", "p50 µs", "p99 µs", "of bare", "of ProcessB.");
            for (String name : rounds.names()) {
                String base = name.contains("first") ? "bare-first-instruction" : "bare-reaped";
                print(name, rounds.samples(name), rounds.ratio(name, base), rounds.ratio(name, "processbuilder"));
            }
            print("take-start", rounds.samples("take-start"), Double.NaN, rounds.ratio("take-start", "processbuilder"));
            System.out.printf(
                    Locale.ROOT,
                    "rounds left out: %.0f %%, others used %.0f %% of the CPUs%n",
                    rounds.leftOut() * 100,
                    before.foreignUntil(Cpu.now()) * 100);
            System.out.println("refilling pool: " + busy.figures());
        }
        System.out.printf(Locale.ROOT, "garbage of a take and its container: %.0f bytes%n", bytesPerTake());
        density();
    }

    private static void print(String name, Samples samples, double ofBare, double ofBuilder) {
        System.out.printf(
                Locale.ROOT,
                "%-32s %9.1f %9.1f %10.2f %14.3f%n",
                name,
                samples.p50(),
                samples.p99(),
                ofBare,
                ofBuilder);
    }

    /** A pool for {@link #turn}: nobody refills it while it is taken from. */
    static ContainerPool still(Blueprint blueprint) {
        return blueprint.pool(PoolOptions.of(SIZE).lowWater(0).failWhenEmpty());
    }

    /** What a turn does n times. */
    interface Shot {
        void take() throws Exception;
    }

    /** Fills the pool, lets the machine settle, then takes without anybody refilling; the last one begins the next filling. */
    static void turn(ContainerPool pool, int n, Shot shot) throws Exception {
        if (!pool.awaitReady(SIZE, LONG)) {
            throw new IllegalStateException(pool.figures().toString());
        }
        Thread.sleep(SETTLE_MILLIS);
        for (int i = 0; i < UNCOUNTED; i++) {
            end(pool.take(Stdio.nothing()));
        }
        for (int i = 0; i < n; i++) {
            shot.take();
        }
        while (pool.ready() > 0) {
            end(pool.take(Stdio.nothing()));
        }
        pool.awaitReady(SIZE, LONG); // or the next contestant would have the filling beside it
    }

    static void end(Container container) throws InterruptedException {
        ExitStatus status = container.waitFor();
        if (!status.isSuccess()) {
            throw new IllegalStateException(status.toString());
        }
    }

    private static long reaped(ContainerPool pool, Launch launch) throws InterruptedException {
        long start = System.nanoTime();
        end(pool.take(launch));
        return System.nanoTime() - start;
    }

    private long reaped(ContainerPool pool, Rounds rounds) throws InterruptedException {
        long start = System.nanoTime();
        Container container = pool.take(Stdio.nothing());
        long taken = System.nanoTime();
        end(container);
        long end = System.nanoTime();
        rounds.besides("take-start", taken - start);
        return end - start;
    }

    /** To the first instruction of the program: of a pool's sandbox, or of a spawned one. */
    private long first(ContainerPool pool) throws IOException, InterruptedException {
        Launch launch = Launch.of(Stdio.nothing().outputTo(stamp)).args(Level.INSIDE, "stamp");
        long start = System.nanoTime();
        Container container = pool == null ? blueprint.spawn(launch) : pool.take(launch);
        end(container);
        return ByteBuffer.wrap(Files.readAllBytes(stamp))
                        .order(ByteOrder.nativeOrder())
                        .getLong()
                - start;
    }

    private double bytesPerTake() throws Exception {
        try (ContainerPool pool =
                blueprint.pool(PoolOptions.of(MANY).lowWater(0).failWhenEmpty())) {
            pool.awaitReady(MANY, LONG);
            end(pool.take(Stdio.nothing()));
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long self = Thread.currentThread().getId();
            long before = threads.getThreadAllocatedBytes(self);
            for (int i = 0; i < MANY / 2; i++) {
                end(pool.take(Stdio.nothing()));
            }
            return (double) (threads.getThreadAllocatedBytes(self) - before) / (MANY / 2);
        }
    }

    /** What a sandbox that waits holds of the kernel's and its own memory. */
    private void density() throws Exception {
        for (Blueprint one : List.of(unlimited, blueprint)) {
            setting.spawnAndWait(one);
            setting.spawnAndWait(one);
            Thread.sleep(500);
            long before = kibibytes();
            long start = System.nanoTime();
            try (ContainerPool pool = one.pool(PoolOptions.of(MANY))) {
                pool.awaitReady(MANY, LONG);
                double seconds = (System.nanoTime() - start) / 1e9;
                Thread.sleep(500);
                System.out.printf(
                        Locale.ROOT,
                        "%d waiting, %s cgroups: %.0f KiB of kernel memory each, made in %.2f s%n",
                        pool.ready(),
                        one == unlimited ? "without" : "with",
                        (double) (kibibytes() - before) / MANY,
                        seconds);
            }
        }
    }

    /** What the kernel holds for processes and namespaces now. */
    static long kibibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> MEMORY.stream().anyMatch(line::startsWith))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", " ").strip()))
                .sum();
    }
}
