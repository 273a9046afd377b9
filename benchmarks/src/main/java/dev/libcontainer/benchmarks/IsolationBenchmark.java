package dev.libcontainer.benchmarks;

import dev.libcontainer.bench.KnobStarter;
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

/**
 * The knobs of {@code jrunc bench isolation}, each from the call of spawn to the reaped process. JMH measures one after the
 * other, so that what the machine does meanwhile happens to one of them: compare knobs with {@code jrunc bench isolation},
 * a knob before and after a change with this.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class IsolationBenchmark {
    @Param({
        "none",
        "pid",
        "mount",
        "ipc",
        "uts",
        "cgroup-namespace",
        "time",
        "user",
        "all-namespaces",
        "network-joined",
        "network-pooled",
        "network-new",
        "network-veth-bridge",
        "root-host-view",
        "root-directory",
        "root-and-bind",
        "overlay",
        "binds-10",
        "tmpfs-10",
        "binds-50",
        "tmpfs-50",
        "system-mounts",
        "masked-paths-12",
        "readonly-paths-5",
        "cgroup",
        "memory-limit",
        "pids-limit",
        "cpu-limit",
        "cpuset",
        "device-rules",
        "hugepage-limit",
        "io-limit",
        "all-limits",
        "capabilities",
        "ids",
        "no-new-privs",
        "seccomp-one-call",
        "seccomp-default",
        "seccomp-compatible",
        "sandbox",
        "spawn",
        "spawn-new-network"
    })
    public String knob;

    private KnobStarter starter;

    @Setup(Level.Trial)
    public void open() throws IOException {
        starter = KnobStarter.open(knob);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        starter.close();
    }

    @Benchmark
    public double start() throws InterruptedException {
        return starter.start();
    }
}
