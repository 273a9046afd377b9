package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a container changes by what it does is read again when it has done enough for it, and each second. */
@NeedsRoot
@Tag("vm")
class RestingSamplesTest {
    private static final Duration TENTH = Duration.ofMillis(100);
    private static final int MIB = 1 << 20;
    private static final int COUNT = 20;

    private final Containers containers = Containers.open();

    @TempDir
    Path data;

    @BeforeEach
    void needsCgroups() {
        assumeTrue(!Holdings.cgroupMounts().isEmpty(), "no cgroups are mounted here");
    }

    @AfterEach
    void close() {
        containers.close();
    }

    /** Reads by the sampling thread in so many ticks, for each container and tick. */
    private double reads(String verbs, Set<Counter> counters) throws Exception {
        List<Container> all = new ArrayList<>();
        List<Collected<Sample>> streams = new ArrayList<>();
        try (Blueprint blueprint =
                containers.compile(Inside.sandbox(verbs).managed().build())) {
            for (int i = 0; i < COUNT; i++) {
                all.add(blueprint.spawn(Stdio.nothing()));
                streams.add(Collected.all(all.get(i).samples(TENTH, counters)));
            }
            streams.get(COUNT - 1).await(5);
            int samples = streams.get(0).items().size();
            long before = readCalls();
            streams.get(0).await(samples + 20);
            long calls = readCalls() - before;
            return (double) calls / COUNT / (streams.get(0).items().size() - samples);
        } finally {
            all.forEach(Container::close);
        }
    }

    private static long readCalls() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            Path thread = threads.filter(
                            task -> Holdings.text(task.resolve("comm")).startsWith("libcontainer-st"))
                    .findFirst()
                    .orElseThrow();
            return Holdings.lines(thread.resolve("io")).stream()
                    .filter(line -> line.startsWith("syscr:"))
                    .mapToLong(line -> Long.parseLong(line.substring("syscr: ".length())))
                    .sum();
        }
    }

    @Test
    void whileAContainerSleepsItsMemoryAndProcessesAreReadOnceASecond() throws Exception {
        Set<Counter> counters = EnumSet.of(Counter.CPU_MICROS, Counter.MEMORY_BYTES, Counter.PIDS);

        assertThat(reads("sleep 100000", counters))
                .as("one file at each tick, three at each tenth")
                .isBetween(1.0, 1.6);
        assertThat(reads("sleep 100000", EnumSet.of(Counter.MEMORY_BYTES, Counter.PIDS)))
                .as("without its CPU time nobody knows that it sleeps")
                .isGreaterThan(1.8);
    }

    @Test
    @Tag("not-vm")
    void whoWakesUpForAMomentIsReadAsOneWhoSleeps() throws Exception {
        assertThat(reads("sleep 60 -- ".repeat(800) + "sleep 1", Counter.USUAL))
                .as("a wake or two at each tick, of a few microseconds each")
                .isBetween(1.0, 1.6);
    }

    @Test
    void whoWorksIsReadAtEachTick() throws Exception {
        double reads = 0;
        for (int i = 0; i < 3 && reads <= 1.8; i++) { // on a busy machine not all have their turn in each tick
            reads = reads("spin 1 -- sleep 20 -- ".repeat(700) + "sleep 1", Counter.USUAL);
        }
        assertThat(reads).as("some milliseconds of work at each tick").isGreaterThan(1.8);
    }

    @Test
    void whatAContainerDoesIsInTheSampleAfter() throws Exception {
        ContainerSpec spec = ContainerSpec.builder()
                .command("/bin/sh", "-c", "sleep 1.5; head -c 16M /dev/zero > /tmp/file; exec sleep 100000")
                .managed()
                .build();
        try (Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.nothing())) {
            var samples = Collected.all(container.samples(TENTH, Counter.USUAL));
            assertThat(Patience.within(10, () -> memory(samples) >= 16 * MIB)).isTrue();

            List<Sample> all = samples.items();
            int grown = 0;
            while (all.get(grown).change(Counter.MEMORY_BYTES).orElse(0) < 2 * MIB) {
                grown++;
            }
            assertThat(grown).as("samples before").isGreaterThan(5);
            assertThat(all.get(grown).change(Counter.CPU_MICROS).orElse(0)).isPositive();
            assertThat(all.get(grown - 1).value(Counter.MEMORY_BYTES).orElse(0)).isPositive();
        }
    }

    private static long memory(Collected<Sample> samples) {
        List<Sample> all = samples.items();
        return all.isEmpty()
                ? -1
                : all.get(all.size() - 1).value(Counter.MEMORY_BYTES).orElse(-1);
    }

    @Test
    void whatTheKernelTakesBackFromASleeperIsSeenASecondLater() throws Exception {
        ContainerSpec spec = ContainerSpec.builder()
                .command(
                        "/bin/sh", "-c", "dd if=/dev/zero of=/data/file bs=1M count=32 conv=fsync && exec sleep 100000")
                .bind(data.toString(), "/data", false)
                .managed()
                .build();
        try (Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.nothing())) {
            assumeTrue(
                    Patience.within(
                            10,
                            () -> Files.exists(data.resolve("file"))
                                    && container
                                                    .stats()
                                                    .orElseThrow()
                                                    .memory()
                                                    .bytes()
                                                    .orElse(0)
                                            > 32 * MIB),
                    "this file system's pages are not charged");
            TimeUnit.SECONDS.sleep(1); // it sleeps by now
            var samples = Collected.all(container.samples(TENTH, Counter.USUAL));
            samples.await(3);
            assertThat(memory(samples)).isGreaterThan(32 * MIB);

            reclaim(container);

            assertThat(Patience.within(3, () -> memory(samples) < 8 * MIB)).isTrue();
        }
    }

    private static void reclaim(Container container) throws IOException {
        for (Path directory : CgroupTest.directories("libcontainer", container.id())) {
            Path all = directory.resolve("memory.force_empty");
            Path some = directory.resolve("memory.reclaim");
            if (Files.exists(all)) {
                Files.writeString(all, "0");
            } else if (Files.exists(some)) {
                // fails with EAGAIN where there is not so much, when it has taken what there is
                Kernel.tryWriteAt(Kernel.AT_FDCWD, some.toString(), "64M");
            }
        }
    }
}
