package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Sample;
import dev.libcontainer.stats.Statistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Statistics are the kernel's, in one shape for both versions, at once and as a stream. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class StatisticsTest {
    private static final int MIB = 1 << 20;
    private static final Duration TENTH = Duration.ofMillis(100);

    @RegisterExtension
    private final OpenContainers library = new OpenContainers();

    private Container spawn(ContainerSpecBuilder builder) {
        return library.compile(builder).spawn(Stdio.nothing());
    }

    private static boolean isStopped(Statistics.Cpu cpu) {
        return cpu.micros().orElse(0) >= 250_000
                && cpu.throttledPeriods().orElse(0) > 0
                && cpu.throttledMicros().orElse(0) > 0;
    }

    @Test
    void aManagedContainerHasStatisticsOfEverything() throws InterruptedException {
        try (Container container = spawn(Inside.sandbox("memhog 20 -- spin 3000 -- sleep 100000")
                .managed()
                .memoryLimitBytes(64 * MIB)
                .pidsLimit(7)
                .cpus(0.5))) {
            Statistics stats = container.stats().orElseThrow();
            for (int i = 0;
                    i < 500 && !(isStopped(stats.cpu()) && hasPeaked(stats));
                    i++) { // where others leave it its quota
                TimeUnit.MILLISECONDS.sleep(20);
                stats = container.stats().orElseThrow();
            }

            assertThat(stats.cpu().micros().orElseThrow()).isBetween(250_000L, 3_000_000L);
            assertThat(stats.cpu().throttledPeriods().orElseThrow()).isPositive();
            assertThat(stats.cpu().throttledMicros().orElseThrow()).isPositive();
            assertThat(stats.cpu().bursts()).hasValue(0);
            assertThat(stats.memory().peakBytes().orElseThrow()).isBetween(20L * MIB, 64L * MIB);
            assertThat(stats.memory().limitBytes()).hasValue(64 * MIB);
            assertThat(stats.memory().events()).containsEntry("oom_kill", 0L).containsKey("max");
            assertThat(stats.memory().detail()).containsKey("pgfault");
            assertThat(stats.memory().nodes())
                    .isNotEmpty()
                    .allSatisfy((kind, nodes) -> assertThat(nodes).containsKey(0));
            assertThat(stats.pids().current()).hasValue(1);
            assertThat(stats.pids().limit()).hasValue(7);
            assertThat(stats.network()).containsKey("lo");
            assertThat(stats.network().get("lo").receivedBytes()).isZero();
        }
    }

    private static boolean hasPeaked(Statistics stats) {
        return stats.memory().peakBytes().orElse(0) >= 20L * MIB;
    }

    @Test
    void oneWithoutCgroupHasNone() {
        try (Container container = spawn(Inside.sandbox("sleep 100000"))) {
            assertThat(container.stats()).isEmpty();
        }
    }

    @Test
    void samplesTellWhatASpinnerUses() throws InterruptedException {
        try (Container container =
                spawn(Inside.sandbox("spin 60000").managed().cpus(0.2).memoryLimitBytes(64 * MIB))) {
            var samples = Collected.all(container.samples(TENTH, EnumSet.allOf(Counter.class)));

            List<Sample> taken = samples.await(30);

            List<Sample> steady = taken.subList(5, taken.size());
            double seconds =
                    steady.stream().mapToLong(s -> s.interval().toNanos()).sum() / 1e9;
            double share = sum(steady, Counter.CPU_MICROS) / 1e6 / seconds;
            double limited = sum(steady, Counter.CPU_THROTTLED_PERIODS) / sum(steady, Counter.CPU_PERIODS);
            assertThat(share).as("share of a CPU").isLessThan(0.22);
            assertThat(share).as("in periods when nobody else took the CPU").isGreaterThan(0.18 * limited);
            assertThat(taken.get(9).value(Counter.MEMORY_BYTES).orElseThrow()).isBetween(1L, 64L * MIB);
            assertThat(taken.get(9).value(Counter.PIDS)).hasValue(1);
            assertThat(taken.stream()
                            .mapToLong(
                                    s -> s.change(Counter.CPU_THROTTLED_PERIODS).orElseThrow())
                            .sum())
                    .isPositive();
            assertThat(taken.get(9).change(Counter.NETWORK_SENT_BYTES)).hasValue(0);
            assertThat(taken.get(9).toString()).contains("pids=1").contains("cpu_micros+");
        }
    }

    private static double sum(List<Sample> samples, Counter counter) {
        return samples.stream().mapToLong(s -> s.change(counter).orElseThrow()).sum();
    }

    @Test
    void aStreamEndsWithItsContainer() throws InterruptedException {
        try (Container container = spawn(Inside.sandbox("sleep 100000").managed())) {
            var samples = Collected.all(container.samples(Duration.ofMillis(10), Counter.USUAL));
            samples.await(3);

            container.kill();

            assertThat(samples.isOver()).isTrue();
            assertThat(samples.trouble()).isEmpty();
            assertThat(Collected.all(container.samples(TENTH, Counter.USUAL)).isOver())
                    .as("one that has ended already")
                    .isTrue();
        }
    }

    @Test
    void noMoreSamplesComeThanWereAskedFor() throws InterruptedException {
        try (Container container = spawn(Inside.sandbox("sleep 100000").managed())) {
            Collected<Sample> samples = new Collected<>(2);
            container.samples(Duration.ofMillis(5), Counter.USUAL).subscribe(samples);
            samples.await(2);
            TimeUnit.MILLISECONDS.sleep(200);

            assertThat(samples.items()).hasSize(2);
            samples.request(1);

            List<Sample> all = samples.await(3);
            assertThat(all.get(2).interval()).as("since the last one").isGreaterThan(Duration.ofMillis(150));
            samples.cancel();
        }
    }

    @Test
    void oneThreadServesManyContainersAndKeepsNoFile() throws Exception {
        Blueprint blueprint = library.compile(Inside.sandbox("sleep 100000").managed());
        List<Container> containers = new ArrayList<>();
        List<Collected<Sample>> streams = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                containers.add(blueprint.spawn(Stdio.nothing()));
            }
            for (Container container : containers) {
                streams.add(Collected.all(container.samples(TENTH, Counter.USUAL)));
            }
            for (Collected<Sample> stream : streams) {
                stream.await(5);
            }

            assertThat(threads("libcontainer-statistics")).isEqualTo(1);
        } finally {
            containers.forEach(Container::close);
        }
        for (Collected<Sample> stream : streams) {
            assertThat(stream.isOver()).isTrue();
        }
        assertThat(openFiles()).isEmpty();
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }

    /** Of containers' cgroups, after a moment in which the thread may close them. */
    private static Set<String> openFiles() throws Exception {
        Set<String> open = Set.of();
        for (int i = 0; i < 100; i++) {
            try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
                open = fds.map(Holdings::target)
                        .filter(target ->
                                target.matches(".*/(cpuacct\\.usage|memory\\.usage_in_bytes|pids\\.current).*"))
                        .collect(Collectors.toSet());
            }
            if (open.isEmpty()) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return open;
    }

    @Test
    void samplesOfNothingAreRefused() {
        try (Container container = spawn(Inside.sandbox("sleep 100000"))) {
            assertThatThrownBy(() -> container.samples(Duration.ZERO, Counter.USUAL))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> container.samples(TENTH, Set.of())).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
