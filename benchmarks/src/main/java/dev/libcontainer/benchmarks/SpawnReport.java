package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Launch;
import dev.libcontainer.Stdio;
import dev.libcontainer.bench.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** {@code benchmarks/run spawn}: measures what a spawn costs, and what it depends on. */
public final class SpawnReport {
    private static final int IDLE_MICROS = 20_000;
    private static final double QUIET = 0.10;
    /** With cgroups that no container before has used. */
    private static final String NAMED = "full-fresh-cgroup";

    private static final String FLOOR_ONLY = "--floor-only";
    private static final String STEPS = "--steps";
    private static final int WARM_UP_SPAWNS = 6000;

    /** How much is measured: rounds of the main table, starts of a JVM, and so on. */
    private record Size(
            int rounds, int idle, int scalingRounds, int firstCalls, int garbage, double throughput, double limit) {
        static final Size QUICK = new Size(42, 40, 12, 5, 500, 1, 3.5);
        static final Size FULL = new Size(300, 200, 60, 10, 10_000, 10, 300);
    }

    /** The main table may take longer than the others. */
    private static final double LONGER = 3;

    private final Size size;
    private final Setting setting;
    private final Path directory;
    private final Report report;
    private final Rounds rounds;
    private final long start = System.nanoTime();

    private SpawnReport(String command, Size size, Setting setting, Path directory) throws IOException {
        this.size = size;
        this.setting = setting;
        this.directory = directory;
        this.rounds = new Rounds(size.limit * LONGER);
        this.report = new Report(Kind.SPAWN, command, Environment.read());
    }

    /** Options: {@code --full}, {@code --floor-only}, {@code --steps}, {@code --json FILE}, {@code --markdown FILE}. */
    public static void main(String[] args) throws Exception {
        ReportOptions options = ReportOptions.parse(args, FLOOR_ONLY, STEPS);
        boolean floorOnly = options.has(FLOOR_ONLY);
        boolean steps = options.has(STEPS);
        Size size = options.full() ? Size.FULL : Size.QUICK;
        String command = options.command(floorOnly ? "floor" : "spawn") + (steps ? " " + STEPS : "");
        Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "libcontainer-benchmarks");
        Ending.mayBeInterrupted();
        try (Setting setting = Setting.open()) {
            SpawnReport run = new SpawnReport(command, size, setting, directory);
            Report report = floorOnly ? run.floorOnly(steps) : run.everything();
            System.out.print(floorOnly ? report.table() : report.text());
            options.write(report);
        } catch (InterruptedException e) {
            System.err.println("interrupted");
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void phase(String what) {
        System.err.printf("%5.1f s  %s%n", (System.nanoTime() - start) / 1e9, what);
    }

    private Helper floor(String... more) throws IOException {
        String[] arguments = Stream.concat(
                        Stream.of(
                                setting.program().toString(),
                                setting.network().toString(),
                                Filters.ours(directory).toString()),
                        Stream.of(more))
                .toArray(String[]::new);
        return Helper.start(Setting.programs().resolve("floor"), arguments);
    }

    private static int turns(Level level) {
        return level == Level.FULL_FRESH_NET ? 10 : 20;
    }

    private static String floorOf(String level) {
        return "floor-" + level;
    }

    private Report floorOnly(boolean steps) throws Exception {
        try (Helper floor = steps ? floor("steps") : floor()) {
            for (Level level : Level.values()) {
                String name = level.label();
                int count = steps ? turns(level) * size.rounds : turns(level);
                rounds.add(name, count, (n, into) -> floor.measure(name, n, 0, into));
            }
            rounds.run(steps ? 1 : size.rounds);
        }
        for (Level level : Level.values()) {
            report.add(Row.of(floorOf(level.label()), rounds.samples(level.label())));
        }
        return report;
    }

    private Report everything() throws Exception {
        Cpu before = Cpu.now();
        try (Helper floor = floor()) {
            levels(floor);
            idle(floor);
        }
        stamps();
        phase("garbage, two threads, engines");
        for (Level level : new Level[] {Level.NONE, Level.FULL}) {
            String name = level == Level.FULL ? "allocation" : "allocation-" + level.label();
            report.add(Row.of(name, Double.NaN, Double.NaN)
                    .with("bytes_per_spawn", Garbage.bytesPerSpawn(setting, level, size.garbage)));
        }
        Scaling scaling = new Scaling(setting, size.scalingRounds, 40, size.limit);
        try (Helper floor = floor();
                Helper other = floor()) {
            scaling.twoThreads(report, size.throughput, floor, other);
        }
        scaling.engines(report);
        phase("2,000 more threads");
        scaling.threads(report);
        phase("1,000 more mounts");
        scaling.mounts(report, 1000);
        phase("heaps of 64 MiB and 8 GiB");
        scaling.heap(report, 8);
        phase("loading the seccomp filter");
        seccomp();
        phase("first call in a fresh JVM");
        report.add(FirstCall.measure(setting, size.firstCalls));
        double foreign = before.foreignUntil(Cpu.now());
        report.environment("foreign_cpu", foreign);
        report.environment("stolen_cpu", before.stolenUntil(Cpu.now()));
        report.environment("rounds_left_out", rounds.leftOut());
        report.environment("run", size == Size.FULL ? "full" : "quick");
        phase("done");
        if (foreign > QUIET) {
            System.err.printf(
                    "warning: others used %.0f %% of the CPUs meanwhile: do not quote these figures%n", foreign * 100);
        }
        return report;
    }

    /** The main table: every level, its floor and ProcessBuilder in every round. */
    private void levels(Helper floor) throws Exception {
        phase("warming up");
        rounds.add(
                "processbuilder",
                10,
                0,
                () -> Setting.processBuilder(
                        setting.program(), nanos -> rounds.besides("processbuilder-start", nanos)));
        for (Level level : Level.values()) {
            String name = level.label();
            Blueprint blueprint = setting.blueprint(level);
            rounds.add(
                    name,
                    turns(level),
                    0,
                    () -> setting.spawnAndWait(
                            blueprint, Launch.of(Stdio.nothing()), nanos -> rounds.besides(name + "-start", nanos)));
            rounds.add(floorOf(name), turns(level), (n, into) -> floor.measure(name, n, 0, into));
        }
        AtomicInteger named = new AtomicInteger();
        rounds.add(
                NAMED,
                turns(Level.FULL) / 2,
                0,
                () -> setting.spawnAndWait(
                        setting.blueprint(Level.FULL),
                        Launch.of(Stdio.nothing()).id("named" + named.incrementAndGet()),
                        nanos -> {}));
        for (int i = 0; i < WARM_UP_SPAWNS; i++) {
            setting.spawnAndWait(setting.blueprint(Level.NONE));
        }
        rounds.warmUp(10);
        phase("levels");
        rounds.run(size.rounds);
        Samples processBuilder = rounds.samples("processbuilder");
        report.add(Row.of("processbuilder", processBuilder).vsProcessBuilder(processBuilder));
        for (Level level : Level.values()) {
            String name = level.label();
            report.add(Row.of(name, rounds.samples(name))
                    .vsProcessBuilder(processBuilder)
                    .vsFloor(rounds.samples(floorOf(name))));
        }
        report.add(Row.of(NAMED, rounds.samples(NAMED)).vsProcessBuilder(processBuilder));
        Samples processBuilderStart = rounds.samples("processbuilder-start");
        report.add(Row.of("processbuilder-start", processBuilderStart).vsProcessBuilder(processBuilderStart));
        for (Level level : new Level[] {Level.NONE, Level.FULL, Level.FULL_FRESH_NET}) {
            String name = level.label() + "-start";
            report.add(Row.of(name, rounds.samples(name)).vsProcessBuilder(processBuilderStart));
        }
    }

    /** A pause before each spawn: cold caches, a CPU to be woken. */
    private void idle(Helper floor) throws Exception {
        phase("after pauses of 20 ms");
        Rounds idle = new Rounds(size.limit);
        idle.add("processbuilder", 2, IDLE_MICROS, () -> Setting.processBuilder(setting.program(), nanos -> {}));
        for (Level level : new Level[] {Level.NONE, Level.FULL}) {
            String name = level.label();
            idle.add(name, 4, IDLE_MICROS, () -> setting.spawnAndWait(setting.blueprint(level)));
            idle.addPaced(floorOf(name), 4, (n, into) -> floor.measure(name, n, IDLE_MICROS, into));
        }
        String pooled = Level.POOLED;
        Blueprint blueprint = setting.containers().compile(Level.pooledNetwork(setting.program()));
        setting.spawnAndWait(blueprint);
        idle.add(pooled, 4, IDLE_MICROS, () -> setting.spawnAndWait(blueprint));
        idle.addPaced(floorOf(pooled), 4, (n, into) -> floor.measure(pooled, n, IDLE_MICROS, into));
        idle.run(size.idle / 4);
        Samples processBuilder = idle.samples("processbuilder");
        report.add(Row.of("processbuilder-idle", processBuilder).vsProcessBuilder(processBuilder));
        for (String name : new String[] {"none", "full", pooled}) {
            report.add(Row.of(name + "-idle", idle.samples(name))
                    .vsProcessBuilder(processBuilder)
                    .vsFloor(idle.samples(floorOf(name))));
        }
    }

    private void stamps() throws Exception {
        phase("first instruction, exit notification");
        Stamps stamps = new Stamps(setting, directory);
        Rounds measured = new Rounds(size.limit);
        for (Level level : new Level[] {Level.NONE, Level.FULL}) {
            measured.add(level.label() + "-first-instruction", 8, 0, () -> stamps.toFirstInstruction(level));
            String exit = level == Level.NONE ? "exit-notification" : "exit-notification-" + level.label();
            measured.add(exit, 4, 0, () -> stamps.exitNotification(level));
        }
        measured.warmUp(4).run(size.rounds);
        for (String name : measured.names()) {
            report.add(Row.of(name, measured.samples(name)));
        }
    }

    private void seccomp() throws Exception {
        Path ours = Filters.ours(directory);
        Optional<Path> theirs = Filters.libseccomp(directory);
        String[] files = Stream.concat(Stream.of(ours), theirs.stream())
                .map(Path::toString)
                .toArray(String[]::new);
        try (Helper loader = Helper.start(Setting.programs().resolve("seccomp_load"), files)) {
            Rounds measured = new Rounds(size.limit).add("ours", 8, (n, into) -> loader.measure("0", n, 0, into));
            if (theirs.isPresent()) {
                measured.add("libseccomp", 8, (n, into) -> loader.measure("1", n, 0, into));
            }
            measured.run(size.rounds);
            Row row = Row.of("seccomp-load", measured.samples("ours")).with("instructions", Filters.instructions(ours));
            if (theirs.isPresent()) {
                row = row.with(
                                "vs_libseccomp",
                                row.p50() / measured.samples("libseccomp").p50())
                        .with(
                                "libseccomp_p50_us",
                                measured.samples("libseccomp").p50())
                        .with("libseccomp_instructions", Filters.instructions(theirs.get()));
            }
            report.add(row);
        }
    }
}
