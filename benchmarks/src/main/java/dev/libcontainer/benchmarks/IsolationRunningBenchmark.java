package dev.libcontainer.benchmarks;

import dev.libcontainer.bench.RowRunner;
import dev.libcontainer.bench.Where;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/**
 * What a running program feels of its isolation: the rows of {@code jrunc bench isolation}, each in each place.
 *
 * <p>A Java method cannot run inside a container, so an invocation is a run of the probe, which does one thing in five
 * batches and times them itself. <em>The figure is {@code run:operations}</em>: the time of one operation by the probe's own
 * clock, the median of its batches (of {@code jvm-start}: from the call of spawn to the reaped process). JMH's score,
 * {@code run}, is the whole run, from the call of spawn to the reaped process, with the start, all batches and what the probe
 * sets up for them: it says what measuring took.
 *
 * <p>JMH measures one row in one place after the other, so that what the machine does meanwhile happens to one of them:
 * compare places with {@code jrunc bench isolation}, where they take turns, and a row before and after a change with this.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class IsolationRunningBenchmark {
    /** A row in a place. */
    @State(Scope.Benchmark)
    public static class Place {
        @Param({
            "getppid",
            "getppid-no-bitmap",
            "page-fault",
            "context-switch",
            "pipe-latency",
            "pipe-64k",
            "loopback-latency",
            "loopback-64k",
            "veth-latency",
            "veth-64k",
            "open-root",
            "stat-root",
            "read-4k-root",
            "create-tmpfs",
            "write-4k-tmpfs",
            "create-overlay",
            "write-4k-overlay",
            "jvm-start"
        })
        public String row;

        @Param // each of them
        public Where where;

        private RowRunner runner;

        @Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            runner = RowRunner.open(row, where);
        }

        @TearDown(Level.Trial)
        public void close() throws IOException {
            runner.close();
        }
    }

    /** What the probe says, as JMH can tell it: it divides its own time by a counter. */
    @State(Scope.Thread)
    @AuxCounters
    public static class Probe {
        /** How many fit into the time of the runs, each of which says what one takes. */
        public double operations;
    }

    @Benchmark
    public double run(Place place, Probe probe) throws InterruptedException {
        long begin = System.nanoTime();
        double nanos = place.runner.run();
        probe.operations += (System.nanoTime() - begin) / nanos;
        return nanos;
    }
}
