package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.Launch;
import dev.libcontainer.Stdio;
import dev.libcontainer.bench.Environment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code benchmarks/run scale}: many spawners at once, many live containers, many mounts, a large heap. */
public final class ScaleReport {
    private static final int[] SPAWNERS = {1, 2, 4, 8, 64, 256};
    private static final int LIVE = 1000;
    private static final int MOUNTS = 5000;
    private static final int HEAP_GIB = 16;
    private static final int WARM_UP_SPAWNS = 3000;
    private static final int SETTLE_MILLIS = 500;
    private static final double QUIET = 0.10;

    private final Setting setting;
    private final boolean full;
    private final Report report;
    private final long start = System.nanoTime();

    private ScaleReport(Setting setting, ReportOptions options) throws IOException {
        this.setting = setting;
        full = options.full();
        report = new Report(Kind.SCALE, options.command("scale"), Environment.read());
    }

    /** Options: {@code --full}, {@code --json FILE}, {@code --markdown FILE}. */
    public static void main(String[] args) throws Exception {
        ReportOptions options = ReportOptions.parse(args);
        Ending.mayBeInterrupted();
        try (Setting setting = Setting.open()) {
            Report report = new ScaleReport(setting, options).run();
            System.out.print(report.text());
            options.write(report);
        } catch (InterruptedException e) {
            System.err.println("interrupted");
        }
    }

    private void phase(String what) {
        System.err.printf("%5.1f s  %s%n", (System.nanoTime() - start) / 1e9, what);
    }

    private Report run() throws Exception {
        Cpu before = Cpu.now();
        Blueprint blueprint = setting.blueprint(Level.FULL);
        phase("warming up");
        for (int i = 0; i < WARM_UP_SPAWNS; i++) {
            setting.spawnAndWait(i % 2 == 0 ? blueprint : setting.blueprint(Level.NONE));
        }
        double alone = 0;
        for (int count : SPAWNERS) {
            phase(count + " at once");
            Samples samples = new Samples();
            double perSecond = Scaling.together(setting, blueprint, count, full ? 10 : 1.5, samples);
            alone = count == 1 ? perSecond : alone;
            report.add(Row.of("spawners-" + count, samples)
                    .with("per_second", perSecond)
                    .with("vs_one_spawner", perSecond / alone));
        }
        phase(LIVE + " live containers");
        live(blueprint);
        Scaling scaling = new Scaling(setting, full ? 60 : 12, 40, full ? 300 : 5);
        phase(MOUNTS + " more mounts");
        scaling.mounts(report, MOUNTS);
        phase("a heap of " + HEAP_GIB + " GiB");
        scaling.heap(report, HEAP_GIB);
        double foreign = before.foreignUntil(Cpu.now());
        report.environment("foreign_cpu", foreign);
        report.environment("run", full ? "full" : "quick");
        phase("done");
        if (foreign > QUIET) {
            System.err.printf(
                    "warning: others used %.0f %% of the CPUs meanwhile: do not quote these figures%n", foreign * 100);
        }
        return report;
    }

    /** Containers that wait for the end of their stdin; spawns before, beside and after them. */
    private void live(Blueprint blueprint) throws Exception {
        int count = full ? 2000 : 400;
        Samples without = spawns(blueprint, count);
        Thread.sleep(SETTLE_MILLIS);
        long kernel = PoolReport.kibibytes();
        long heap = heapBytes();
        Launch waiting = Launch.of(Stdio.nothing().inputPiped()).args(Level.INSIDE, "wait", "stamp");
        List<Container> live = new ArrayList<>();
        try {
            long begin = System.nanoTime();
            for (int i = 0; i < LIVE; i++) {
                live.add(blueprint.spawn(waiting));
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            Thread.sleep(SETTLE_MILLIS);
            long kernelEach = (PoolReport.kibibytes() - kernel) / LIVE;
            long heapEach = (heapBytes() - heap) / LIVE;
            Samples beside = spawns(blueprint, count);
            for (Container container : live) {
                container.kill();
                container.close();
            }
            live.clear();
            without.addAll(spawns(blueprint, count));
            report.add(Row.of("beside-" + LIVE + "-live", beside)
                    .with("vs_plain", beside.p50() / without.p50())
                    .with("kernel_kib_each", kernelEach)
                    .with("jvm_heap_bytes_each", heapEach)
                    .with("made_per_second", LIVE / seconds));
        } finally {
            live.forEach(Container::close);
        }
    }

    private Samples spawns(Blueprint blueprint, int count) throws InterruptedException {
        Samples samples = new Samples();
        for (int i = 0; i < count; i++) {
            samples.add(setting.spawnAndWait(blueprint));
        }
        return samples;
    }

    private static long heapBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
