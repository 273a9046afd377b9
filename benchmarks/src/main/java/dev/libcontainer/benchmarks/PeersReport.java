package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerPool;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainersOptions;
import dev.libcontainer.Launch;
import dev.libcontainer.Stdio;
import dev.libcontainer.bench.Environment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** {@code benchmarks/run peers}: the same program and the same isolation by the library and by others, in turns. */
public final class PeersReport {
    private static final int FAST = 20;
    private static final int SLOW = 2;
    private static final int UNCOUNTED = 3;
    /** The pool is filled again when half are gone, which is after a turn. */
    private static final int NETWORKS = 2 * (FAST + UNCOUNTED + 1);

    private static final int SETTLE_MILLIS = 3;
    private static final int PACE_MILLIS = 2;
    private static final int WARM_UP_SPAWNS = 3000;
    private static final int WARM_UP_TURNS = 60;
    private static final String PACED = "cold-paced";
    /** Of rows that have one. */
    private static final Map<String, String> FLOORS = Map.of(
            "cold",
            "floor-" + Level.POOLED,
            "cold-joined-net",
            "floor-full",
            PACED,
            "floor-" + PACED,
            "cold-fresh-net",
            "floor-full-fresh-net");

    private static final String TRY = "--try";
    private static final double QUIET = 0.10;

    private static final String FLATTERY = """
            What flatters the library here, and what does the opposite:
              cold               each turn of 20 finds 48 network namespaces, and none is made meanwhile; who spawns on and
                                 on waits for their making, as cold-fresh-net does. Its floor finds its own made, too.
                                 cold-paced, and its floor, pause for 2 ms before each, cold-paced until the pool is full
                                 again
              parked             its sandbox was made before, at the price of cold, by a thread of the pool; nothing is
                                 refilled while it is taken; `benchmarks/run pool` has takes during a refill
              cold, cold-bundle  their network namespace was made before, by another thread, and on cgroup v1 so were the
                                 cgroups of cold; cold-fresh-net has a new network namespace, as the peers have
              cold-joined-net    joins one network namespace again and again, as its floor does
              cold-bundle        is the peers' very configuration with the library's profile; -compatible: the same filter for
                                 32-bit programs too, as Docker's is
              bwrap-level        joins no user namespace, as bwrap's root does, and takes its network from the pool:
                                 bwrap-level-user has both made anew, as `bwrap --unshare-all` has
              peers              pay for the start of a command, its libraries and its state directory, each time; a library
                                 in a warm JVM has that behind it. jrunc is what we ask for as a command
              nspawn, lxc        with a new network namespace and their own filters; nothing is registered with a systemd
              podman             a daemonless engine: its own start, storage, conmon, and runc without a terminal or network
              crun               compiles its filter anew in each run in the versions that Debian 12 has
              limits             cold has memory, process and CPU limits, the peers' configuration has none
            """;

    private final Setting setting;
    private final Path directory;
    private final boolean full;
    private final Rounds rounds;
    private final Report report;

    private PeersReport(Setting setting, Path directory, ReportOptions options) throws IOException {
        this.setting = setting;
        this.directory = directory;
        full = options.full();
        rounds = new Rounds(full ? 600 : 30);
        report = new Report(Kind.PEERS, options.command("peers"), Environment.read());
    }

    /** Options: {@code --full}, {@code --try}, {@code --json FILE}, {@code --markdown FILE}. */
    public static void main(String[] args) throws Exception {
        ReportOptions options = ReportOptions.parse(args, TRY);
        Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "lc-peers"); // podman takes no long names
        if (options.has(TRY)) {
            try {
                tryOut(directory);
            } finally {
                delete(directory);
            }
            return;
        }
        Ending.mayBeInterrupted();
        try (Setting setting = Setting.open(ContainersOptions.DEFAULT.networkPoolSize(NETWORKS))) {
            Report report = new PeersReport(setting, directory, options).run();
            System.out.print(report.text());
            System.out.println("\n" + FLATTERY);
            options.write(report);
        } catch (InterruptedException e) {
            System.err.println("interrupted");
        } finally {
            delete(directory);
        }
    }

    /** Runs each once and tells which work here, and why the others do not. */
    private static void tryOut(Path directory) throws IOException {
        Bundles bundles = Bundles.make(directory, Setting.programs().resolve("true"));
        try (Peers peers = Peers.start(directory, bundles, jrunc())) {
            peers.names().forEach(name -> System.out.println(name + " works"));
            peers.missing().forEach((name, reason) -> System.out.println(name + " is left out: " + reason));
        }
    }

    private static Path jrunc() {
        return Path.of(System.getProperty("benchmarks.jrunc", "../bin/jrunc")).toAbsolutePath();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private Report run() throws Exception {
        Cpu before = Cpu.now();
        Path program = setting.program();
        Bundles bundles = Bundles.make(directory, program);
        String filter = Filters.ours(directory).toString();
        try (Helper floor = Helper.start(
                        Setting.programs().resolve("floor"),
                        program.toString(),
                        setting.network().toString(),
                        filter);
                Helper bare = Helper.start(Setting.programs().resolve("bare"), program.toString());
                Peers peers = Peers.start(directory, bundles, jrunc());
                ContainerPool pool = PoolReport.still(setting.blueprint(Level.FULL));
                ContainerPool ownNetworks =
                        PoolReport.still(setting.containers().compile(Level.pooledNetwork(program)))) {
            peers.missing().forEach((name, reason) -> System.err.println(name + " is left out: " + reason));
            withoutIsolation(bare);
            parked(pool, ownNetworks);
            Map<String, Blueprint> ours = ours(bundles);
            ours.forEach((name, blueprint) ->
                    rounds.addPaced(name, FAST, (n, into) -> cold(blueprint, n, name.equals(PACED), into)));
            for (String name : new String[] {Level.FULL.label(), Level.POOLED, Level.FULL_FRESH_NET.label()}) {
                rounds.add("floor-" + name, FAST, (n, into) -> floor.measure(name, n, 0, into));
            }
            rounds.addPaced(
                    "floor-" + PACED, FAST, (n, into) -> floor.measure(Level.POOLED, n, PACE_MILLIS * 1000, into));
            for (String name : peers.names()) {
                rounds.addPaced(
                        name,
                        name.startsWith("jrunc") || name.equals("podman") ? 1 : SLOW,
                        (n, into) -> peers.measure(name, n, into));
            }
            System.err.println("warming up");
            for (int i = 0; i < WARM_UP_SPAWNS; i++) {
                setting.spawnAndWait(setting.blueprint(Level.NONE));
            }
            setting.spawnAndWait(ours.get("cold")); // from here on there is a pool of networks
            for (int i = 0; i < WARM_UP_TURNS; i++) {
                parked(pool, FAST, () -> PoolReport.end(pool.take(Stdio.nothing())));
            }
            rounds.warmUp(3);
            System.err.println("rounds");
            rounds.run(full ? 150 : 20);
            rows(ours, peers);
        }
        double foreign = before.foreignUntil(Cpu.now());
        report.environment("foreign_cpu", foreign);
        report.environment("rounds_left_out", rounds.leftOut());
        report.environment("run", full ? "full" : "quick");
        if (foreign > QUIET) {
            System.err.printf(
                    "warning: others used %.0f %% of the CPUs meanwhile: do not quote these figures%n", foreign * 100);
        }
        return report;
    }

    private void withoutIsolation(Helper bare) {
        Path program = setting.program();
        rounds.add("bare", FAST, (n, into) -> bare.measure("reaped", n, 0, into));
        rounds.add("bare-first-instruction", FAST, (n, into) -> bare.measure("first", n, 0, into));
        rounds.add("processbuilder", FAST, 0, () -> Setting.processBuilder(program, nanos -> {}));
        rounds.add("nuprocess", FAST, 0, () -> NuProcesses.startAndWait(program));
    }

    /**
     * A turn of spawns that begins when the pool of network namespaces is full. Back to back, somebody makes a namespace and
     * somebody takes one down with every spawn, which is more work than the spawn, and two CPUs are soon busy; at a pace, each
     * finds the pool full again.
     */
    private void cold(Blueprint blueprint, int count, boolean paced, Samples into) throws InterruptedException {
        awaitNetworks();
        Thread.sleep(SETTLE_MILLIS);
        for (int i = 0; i < UNCOUNTED; i++) {
            setting.spawnAndWait(blueprint);
        }
        for (int i = 0; i < count; i++) {
            if (paced) {
                Thread.sleep(PACE_MILLIS);
                awaitNetworks();
            }
            into.add(setting.spawnAndWait(blueprint));
        }
    }

    private void awaitNetworks() throws InterruptedException {
        while (setting.containers().readyNetworks() < NETWORKS) {
            Thread.sleep(1);
        }
    }

    private void parked(ContainerPool pool, ContainerPool ownNetworks) {
        Path stamp = directory.resolve("stamp");
        Launch stamped = Launch.of(Stdio.nothing().outputTo(stamp)).args(Level.INSIDE, "stamp");
        rounds.addPaced(
                "parked",
                FAST,
                (n, into) -> parked(pool, n, () -> {
                    long start = System.nanoTime();
                    PoolReport.end(pool.take(Stdio.nothing()));
                    into.add(System.nanoTime() - start);
                }));
        rounds.addPaced(
                "parked-own-net",
                FAST,
                (n, into) -> parked(ownNetworks, n, () -> {
                    long start = System.nanoTime();
                    PoolReport.end(ownNetworks.take(Stdio.nothing()));
                    into.add(System.nanoTime() - start);
                }));
        rounds.addPaced(
                "parked-first-instruction",
                FAST,
                (n, into) -> parked(pool, n, () -> {
                    long start = System.nanoTime();
                    PoolReport.end(pool.take(stamped));
                    into.add(ByteBuffer.wrap(Files.readAllBytes(stamp))
                                    .order(ByteOrder.nativeOrder())
                                    .getLong()
                            - start);
                }));
    }

    /** When the sandboxes are ready, and the networks that they were made with are replaced. */
    private void parked(ContainerPool pool, int count, PoolReport.Shot shot) throws Exception {
        pool.awaitReady(PoolReport.SIZE, Duration.ofSeconds(60));
        awaitNetworks();
        PoolReport.turn(pool, count, shot);
        awaitNetworks();
    }

    private Map<String, Blueprint> ours(Bundles bundles) {
        Map<String, ContainerSpec> specs = new LinkedHashMap<>();
        specs.put("cold", Level.pooledNetwork(setting.program()));
        specs.put(PACED, Level.pooledNetwork(setting.program()));
        specs.put("cold-joined-net", Level.FULL.spec(setting.program(), setting.network()));
        specs.put("cold-bundle", ContainerSpec.of(Bundles.read(bundles.seccomp())));
        specs.put("cold-bundle-compatible", ContainerSpec.of(Bundles.read(bundles.compatible())));
        specs.put("cold-fresh-net", Level.FULL_FRESH_NET.spec(setting.program(), setting.network()));
        specs.put("bwrap-level", ContainerSpec.of(bundles.bwrapLevel(false)));
        specs.put("bwrap-level-user", ContainerSpec.of(bundles.bwrapLevel(true)));
        Map<String, Blueprint> blueprints = new LinkedHashMap<>();
        specs.forEach((name, spec) -> blueprints.put(name, setting.containers().compile(spec)));
        return blueprints;
    }

    private void rows(Map<String, Blueprint> ours, Peers peers) throws IOException {
        Samples builder = rounds.samples("processbuilder");
        for (String name : new String[] {"bare", "bare-first-instruction", "nuprocess", "processbuilder"}) {
            report.add(Row.of(name, rounds.samples(name)).vsProcessBuilder(builder));
        }
        report.add(Row.of("parked", rounds.samples("parked"))
                .vsProcessBuilder(builder)
                .vsFloor(rounds.samples("bare"))
                .with("vs_nuprocess", rounds.ratio("parked", "nuprocess")));
        report.add(Row.of("parked-own-net", rounds.samples("parked-own-net")).vsProcessBuilder(builder));
        report.add(Row.of("parked-first-instruction", rounds.samples("parked-first-instruction"))
                .with("vs_bare", rounds.ratio("parked-first-instruction", "bare-first-instruction")));
        for (String name : ours.keySet()) {
            Row row = Row.of(name, rounds.samples(name)).vsProcessBuilder(builder);
            if (FLOORS.containsKey(name)) {
                row = row.vsFloor(rounds.samples(FLOORS.get(name)));
            }
            for (String peer : peers.names()) {
                if (!peer.startsWith("jrunc") && peer.startsWith("bwrap") == name.startsWith("bwrap")) {
                    row = row.with("vs_" + peer.replace('-', '_'), rounds.ratio(name, peer));
                }
            }
            report.add(row);
        }
        for (String name : peers.names()) {
            Row row = Row.of(name, rounds.samples(name))
                    .vsProcessBuilder(builder)
                    .with("vs_cold", rounds.ratio(name, "cold"))
                    .with("peak_kib", peers.peakKib(name));
            long failures = peers.failures(name);
            report.add(failures == 0 ? row : row.with("failed_runs", failures));
        }
    }
}
