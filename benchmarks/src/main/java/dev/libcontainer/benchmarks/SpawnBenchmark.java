package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From the call of spawn to the reaped process, level by level, and what ProcessBuilder needs for the same program. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class SpawnBenchmark {
    /** An opened library and a compiled container. */
    @State(Scope.Benchmark)
    public static class Spawner {
        @Param({"NONE", "NAMESPACES", "ROOTFS", "CGROUP", "FULL", "FULL_FRESH_NET"})
        public dev.libcontainer.benchmarks.Level level;

        Setting setting;
        Blueprint blueprint;

        @Setup(Level.Trial)
        public void open() {
            setting = Setting.open();
            blueprint = setting.blueprint(level);
        }

        @TearDown(Level.Trial)
        public void close() {
            setting.close();
        }
    }

    @Benchmark
    public long spawn(Spawner spawner) throws InterruptedException {
        return spawner.setting.spawnAndWait(spawner.blueprint);
    }

    @Benchmark
    public long processBuilder() throws IOException, InterruptedException {
        return Setting.processBuilder(Setting.programs().resolve("true"), nanos -> {});
    }
}
