package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerSpec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What is done once for a container before it is spawned: describing it, and compiling the description. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CompileBenchmark {
    /** An opened library. */
    @State(Scope.Benchmark)
    public static class Library {
        Setting setting;
        ContainerSpec spec;

        @Setup
        public void open() {
            setting = Setting.open();
            spec = Level.FULL.spec(setting.program(), setting.network());
        }

        @TearDown
        public void close() {
            setting.close();
        }
    }

    @Benchmark
    public ContainerSpec describe(Library library) {
        return Level.FULL.spec(library.setting.program(), library.setting.network());
    }

    @Benchmark
    public String compile(Library library) {
        try (Blueprint blueprint = library.setting.containers().compile(library.spec)) {
            return blueprint.toString();
        }
    }
}
