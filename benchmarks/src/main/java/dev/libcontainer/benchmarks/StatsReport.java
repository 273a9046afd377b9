package dev.libcontainer.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.Stdio;
import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Sample;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What it costs to watch many containers: CPU time and garbage of the one thread that does, per container and sample. */
final class StatsReport {
    private static final String THREAD = "libcontainer-statistics";
    private static final int SECONDS = 10;
    private static final double GOAL = 0.05;

    private StatsReport() {}

    public static void main(String[] args) throws Exception {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
        System.out.printf(
                "%-54s %12s %12s %14s %10s %12s%n",
                "", "samples/s", "us/sample", "bytes/sample", "of a core", "foreign cpu");
        double working = watch(count, StatsReport::working, program("waker"), "50", "60");
        double waking = watch(count, StatsReport::usual, program("waker"), "50");
        double idle = watch(count, StatsReport::more, "/bin/sleep", "100000");
        if (count == 1000) {
            System.out.printf(
                    Locale.ROOT,
                    "goal: under %.0f %% of a core at 10 Hz for CPU and memory: %s of those asleep, %s of those awake, %s of those at work%n",
                    GOAL * 100,
                    idle < GOAL,
                    waking < GOAL,
                    working < GOAL);
        }
    }

    private interface Rows {
        double of(List<Container> running) throws InterruptedException;
    }

    private static String program(String name) {
        return Path.of(System.getProperty("benchmarks.programs"), name).toString();
    }

    /** As much as two CPUs can do beside the measuring. */
    private static double working(List<Container> running) throws InterruptedException {
        return measure(running, 100, Counter.USUAL, "10 Hz, CPU and memory, 20 times a second 60 us of work");
    }

    private static double usual(List<Container> running) throws InterruptedException {
        return measure(running, 100, Counter.USUAL, "10 Hz, CPU and memory, 20 wakes a second");
    }

    /** The share of a core that the usual ones take. */
    private static double more(List<Container> running) throws InterruptedException {
        double usual = measure(running, 100, Counter.USUAL, "10 Hz, CPU and memory, asleep");
        Set<Counter> more = EnumSet.copyOf(Counter.USUAL);
        more.add(Counter.PIDS);
        measure(running, 100, more, "10 Hz, pids too");
        more.addAll(Set.of(Counter.CPU_THROTTLED_MICROS, Counter.OOM_KILLS));
        measure(running, 100, more, "10 Hz, throttling and oom kills too");
        List<Container> half =
                running.subList(0, (running.size() + 1) / 2); // all would need more fds than many hosts allow
        measure(half, 1000, EnumSet.allOf(Counter.class), "1 Hz, everything, half of them");
        return usual;
    }

    private static double watch(int count, Rows rows, String... command) throws Exception {
        List<Container> running = new ArrayList<>();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(ContainerSpec.builder()
                        .noIsolation()
                        .command(command)
                        .managed()
                        .build())) {
            try {
                for (int i = 0; i < count; i++) {
                    running.add(blueprint.spawn(Stdio.nothing()));
                }
                return rows.of(running);
            } finally {
                running.forEach(Container::kill);
                running.forEach(Container::close);
            }
        }
    }

    /** The share of a core it takes. */
    private static double measure(List<Container> running, int millis, Set<Counter> counters, String name)
            throws InterruptedException {
        LongAdder samples = new LongAdder();
        List<Flow.Subscription> subscriptions = new ArrayList<>();
        for (Container container : running) {
            container.samples(Duration.ofMillis(millis), counters).subscribe(new Counting(samples, subscriptions));
        }
        TimeUnit.SECONDS.sleep(5); // compiled by then
        Cpu before = Cpu.now();
        long thread = thread();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long cpu = threads.getThreadCpuTime(thread);
        long garbage = threads.getThreadAllocatedBytes(thread);
        long begun = System.nanoTime();
        samples.reset();
        TimeUnit.SECONDS.sleep(SECONDS);
        double taken = samples.sum();
        double nanos = threads.getThreadCpuTime(thread) - cpu;
        double bytes = threads.getThreadAllocatedBytes(thread) - garbage;
        double elapsed = System.nanoTime() - begun;
        subscriptions.forEach(Flow.Subscription::cancel);
        TimeUnit.SECONDS.sleep(1); // their files are closed by then
        System.out.printf(
                Locale.ROOT,
                "%-54s %12.0f %12.2f %14.0f %9.1f%% %11.0f%%%n",
                name,
                taken / elapsed * 1e9,
                nanos / taken / 1000,
                bytes / taken,
                nanos / elapsed * 100,
                before.foreignUntil(Cpu.now()) * 100);
        return nanos / elapsed;
    }

    private static long thread() {
        Thread[] all = new Thread[Thread.activeCount() + 50];
        int n = Thread.enumerate(all);
        return Arrays.stream(all, 0, n)
                .filter(thread -> thread.getName().equals(THREAD))
                .findFirst()
                .orElseThrow()
                .getId();
    }

    private record Counting(LongAdder samples, List<Flow.Subscription> subscriptions)
            implements Flow.Subscriber<Sample> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriptions.add(subscription);
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Sample sample) {
            samples.increment();
        }

        @Override
        public void onError(Throwable e) {
            throw new IllegalStateException(e);
        }

        @Override
        public void onComplete() {}
    }
}
