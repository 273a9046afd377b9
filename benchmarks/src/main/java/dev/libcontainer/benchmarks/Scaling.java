package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.ContainersOptions;
import dev.libcontainer.ContainersOptions.EngineKind;
import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Whether a spawn stays what it is when heap, mount table or number of threads grow; and what two threads reach. */
final class Scaling {
    private static final int WARM_UP = 300;
    private static final int IDLE_THREADS = 2000;
    private static final int STACK_BYTES = 64 * 1024;
    /** What the other JVM and this one need besides a large heap. */
    private static final int MORE_GIB = 3;

    private static final String LEVEL = Level.FULL.name();

    private final Setting setting;
    private final int rounds;
    private final int count;
    private final double seconds;

    /** Measures count times a round, for at most so many seconds each. */
    Scaling(Setting setting, int rounds, int count, double seconds) {
        this.setting = setting;
        this.rounds = rounds;
        this.count = count;
        this.seconds = seconds;
    }

    /** The heap as it is from the start, every page of it touched. */
    private static List<String> heap(String size) {
        return List.of("-XX:+UseParallelGC", "-Xms" + size, "-Xmx" + size, "-XX:+AlwaysPreTouch");
    }

    /** From a heap of so many GiB, against one of 64 MiB. */
    void heap(Report report, int gib) throws Exception {
        String name = "heap-" + gib + "g";
        double available = availableKib() / (double) (1 << 20);
        if (available < gib + MORE_GIB) {
            String missing =
                    String.format("needs %d GiB of free memory, %.1f are here: left out", gib + MORE_GIB, available);
            System.err.println(name + " " + missing);
            report.environment(name, missing);
            return;
        }
        try (Helper small = Worker.start(List.of(), heap("64m"));
                Helper large = Worker.start(List.of(), heap(gib + "g"))) {
            Rounds measured = compare("heap-64m", small, name, large);
            report.add(Row.of("heap-64m", measured.samples("heap-64m")));
            report.add(Row.of(name, measured.samples(name)).with("vs_heap_64m", measured.ratio(name, "heap-64m")));
        }
    }

    /** In a mount namespace with so many mounts more. */
    void mounts(Report report, int more) throws Exception {
        String aside = Setting.programs().resolve("aside").toString();
        try (Helper few = Worker.start(List.of(aside, "0"), List.of());
                Helper many = Worker.start(List.of(aside, String.valueOf(more)), List.of())) {
            Rounds measured = compare("few", few, "many", many);
            report.add(Row.of("mounts-plus-" + more, measured.samples("many"))
                    .with("vs_plain", measured.ratio("many", "few")));
        }
    }

    private Rounds compare(String first, Helper one, String second, Helper other) throws Exception {
        Samples warmUp = new Samples();
        one.measure(LEVEL, WARM_UP, 0, warmUp);
        other.measure(LEVEL, WARM_UP, 0, warmUp);
        return new Rounds(seconds)
                .add(first, count, (n, into) -> one.measure(LEVEL, n, 0, into))
                .add(second, count, (n, into) -> other.measure(LEVEL, n, 0, into))
                .run(rounds);
    }

    /** Threads of this JVM that sleep. */
    void threads(Report report) throws Exception {
        Blueprint blueprint = setting.blueprint(Level.FULL);
        Rounds measured = new Rounds(seconds)
                .add("few", count * 2, 0, () -> setting.spawnAndWait(blueprint))
                .addPaced("many", count * 2, (n, into) -> {
                    CountDownLatch end = new CountDownLatch(1);
                    List<Thread> idle = idleThreads(end);
                    for (int i = 0; i < n; i++) {
                        into.add(setting.spawnAndWait(blueprint));
                    }
                    end.countDown();
                    for (Thread thread : idle) {
                        thread.join();
                    }
                })
                .run(Math.max(4, rounds / 3));
        report.add(
                Row.of("threads-plus-2000", measured.samples("many")).with("vs_plain", measured.ratio("many", "few")));
    }

    private static List<Thread> idleThreads(CountDownLatch end) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(IDLE_THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < IDLE_THREADS; i++) {
            Runnable wait = () -> {
                ready.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
            Thread thread = new Thread(null, wait, "idle-" + i, STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        ready.await();
        Thread.sleep(20);
        return threads;
    }

    /** Two threads that spawn as fast as they can, and two processes that make the same system calls. */
    void twoThreads(Report report, double duration, Helper floor, Helper other) throws Exception {
        Samples full = new Samples();
        double perSecond = together(setting, setting.blueprint(Level.FULL), 2, duration, full);
        int count = Math.max(100, full.size() / 2);
        long begin = System.nanoTime();
        floor.ask(Level.FULL.label(), count, 0);
        other.ask(Level.FULL.label(), count, 0);
        floor.read(new Samples());
        other.read(new Samples());
        double floorPerSecond = 2 * count / ((System.nanoTime() - begin) / 1e9);
        report.add(Row.of("two-threads", full).with("per_second", perSecond).with("floor_per_second", floorPerSecond));
        Samples unlimited = new Samples();
        Blueprint blueprint = setting.containers().compile(Level.unlimited(setting.program(), setting.network()));
        perSecond = together(setting, blueprint, 2, duration, unlimited);
        report.add(Row.of("two-threads-no-limits", unlimited).with("per_second", perSecond));
    }

    /** So many threads that spawn as fast as they can; how many spawns a second they reach. */
    static double together(Setting setting, Blueprint blueprint, int count, double duration, Samples into)
            throws Exception {
        for (int i = 0; i < WARM_UP / 2; i++) {
            setting.spawnAndWait(blueprint);
        }
        long begin = System.nanoTime();
        long end = begin + (long) (duration * 1e9);
        Callable<Samples> spawner = () -> {
            Samples mine = new Samples();
            while (System.nanoTime() < end) {
                mine.add(setting.spawnAndWait(blueprint));
            }
            return mine;
        };
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            for (Future<Samples> future : threads.invokeAll(Collections.nCopies(count, spawner))) {
                into.addAll(future.get());
            }
        } finally {
            threads.shutdown();
        }
        return into.size() / ((System.nanoTime() - begin) / 1e9);
    }

    /** The calling thread clones, instead of the helper process; it can join no network namespace. */
    void engines(Report report) throws Exception {
        ContainerSpec none = Level.NONE.spec(setting.program(), setting.network());
        ContainerSpec namespaces = ContainerSpec.builder()
                .noIsolation()
                .namespaces(EnumSet.complementOf(EnumSet.of(NamespaceType.USER, NamespaceType.NETWORK)))
                .command(setting.program().toString())
                .build();
        Rounds measured = new Rounds(seconds);
        try (Containers other = Containers.open(ContainersOptions.DEFAULT.engine(EngineKind.IN_PROCESS))) {
            for (ContainerSpec spec : List.of(none, namespaces)) {
                String name = spec == none ? "none" : "namespaces";
                Blueprint spawner = setting.containers().compile(spec);
                Blueprint inProcess = other.compile(spec);
                measured.add("spawner-" + name, count, 0, () -> setting.spawnAndWait(spawner));
                measured.add("in-process-" + name, count, 0, () -> setting.spawnAndWait(inProcess));
            }
            measured.warmUp(2).run(rounds);
        }
        for (String name : List.of("none", "namespaces")) {
            Samples samples = measured.samples("in-process-" + name);
            report.add(Row.of("in-process-" + name, samples)
                    .with("vs_spawner", measured.ratio("in-process-" + name, "spawner-" + name)));
        }
    }

    private static long availableKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
