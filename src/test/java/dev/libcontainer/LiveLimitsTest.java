package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Sample;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits change and processes stop while a container runs; and even a fork bomb is killed. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class LiveLimitsTest {
    private static final int MIB = 1 << 20;
    private static final Duration TENTH = Duration.ofMillis(100);

    @RegisterExtension
    private final OpenContainers library = new OpenContainers();

    private Container spawn(ContainerSpecBuilder builder) {
        return library.compile(builder).spawn(Stdio.nothing());
    }

    /** CPUs kept busy over a second and a half. */
    private static double cpus(Container container) throws InterruptedException {
        Collected<Sample> samples = Collected.all(container.samples(TENTH, Counter.USUAL));
        List<Sample> taken = samples.await(16);
        samples.cancel();
        double used = taken.stream()
                .skip(1)
                .mapToLong(s -> s.change(Counter.CPU_MICROS).orElseThrow() * 1000)
                .sum();
        return used
                / taken.stream().skip(1).mapToLong(s -> s.interval().toNanos()).sum();
    }

    @Test
    void aShareOfCpuIsChangedWhileItRuns() throws InterruptedException {
        try (Container container = spawn(Inside.sandbox("spin 100000").managed().cpus(0.4))) {
            double used = 0;
            for (int i = 0; i < 5 && used < 0.12; i++) { // the machine may be busy
                used = cpus(container);
            }
            assertThat(used).isBetween(0.12, 0.44);

            container.update(Limits.none().cpus(0.1));

            assertThat(cpus(container)).isLessThan(0.11);
        }
    }

    @Test
    void aChangeIsWholeOrNotAtAll() {
        try (Container container =
                spawn(Inside.sandbox("sleep 100000").managed().pidsLimit(10).memoryLimitBytes(64 * MIB))) {
            container.update(Limits.none().pids(20).memoryBytes(32 * MIB));
            assertThat(container.stats().orElseThrow().pids().limit()).hasValue(20);
            assertThat(container.stats().orElseThrow().memory().limitBytes()).hasValue(32 * MIB);

            assertThatThrownBy(() -> container.update(
                            Limits.none().memoryBytes(48 * MIB).pids(30).cpuset("0-4095")))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("linux.resources.cpu.cpus");

            assertThat(container.stats().orElseThrow().pids().limit()).hasValue(20);
            assertThat(container.stats().orElseThrow().memory().limitBytes()).hasValue(32 * MIB);
        }
    }

    @Test
    void aChangedDirectoryServesNobodyElse() throws InterruptedException {
        try (Blueprint blueprint =
                library.compile(Inside.sandbox("sleep 100000").pidsLimit(10))) {
            try (Container container = blueprint.spawn(Stdio.nothing())) {
                container.update(Limits.none().pids(3));
            }
            try (Container next = blueprint.spawn(Stdio.nothing())) {
                assertThat(next.stats().orElseThrow().pids().limit()).hasValue(10);
            }
        }
    }

    @Test
    void whatItHasNoCgroupForIsRefused() {
        assumeTrue(
                Holdings.cgroupMounts().stream().anyMatch(mount -> Files.exists(mount.resolve("memory.use_hierarchy"))),
                "all controllers are in one hierarchy");
        try (Container container = spawn(Inside.sandbox("sleep 100000").pidsLimit(10))) {
            assertThatThrownBy(() -> container.update(Limits.none().memoryBytes(MIB)))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("linux.resources.memory.limit: the container has no cgroup for this");
            assertThatThrownBy(container::freeze)
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("no cgroup that could be frozen");
        }
    }

    @Test
    void aFileOfVersion2IsRefusedWhereTheControllerIsInVersion1() {
        assumeTrue(
                Holdings.cgroupMounts().stream().anyMatch(mount -> Files.exists(mount.resolve("memory.use_hierarchy"))),
                "memory is in version 2");
        ContainerSpec spec = Inside.sandbox("exit 0")
                .limits(Limits.none().memoryHighBytes(MIB))
                .build();

        assertThatThrownBy(() -> library.containers().compile(spec))
                .isInstanceOf(UnsupportedByHostException.class)
                .hasMessageContaining("linux.resources.unified[\"memory.high\"]")
                .hasMessageContaining("cgroup v1");
    }

    @Test
    @Tag("cgroup-v1")
    void aFrozenContainerUsesNoTimeAndGoesOnAfter() throws InterruptedException {
        try (Container container = spawn(Inside.sandbox("spin 100000").managed())) {
            container.freeze();
            double frozen = cpus(container);
            container.thaw();

            assertThat(frozen).isLessThan(0.005);
            assertThat(cpus(container)).isGreaterThan(0.05);
        }
    }

    @Test
    void whoeverHasEndedCannotBeChanged() throws InterruptedException {
        try (Container container = spawn(Inside.sandbox("exit 0").managed())) {
            container.waitFor();

            assertThatThrownBy(() -> container.update(Limits.none().pids(3))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aForkBombBelowALimitOfProcessesIsKilled() throws InterruptedException {
        for (ContainerSpecBuilder kind : List.of(
                Inside.bare("forkbomb").pidsLimit(200),
                Inside.bare("forkbomb").pidsLimit(200).managed(),
                Inside.sandbox("forkbomb").pidsLimit(200))) {
            Container container = spawn(kind);
            TimeUnit.MILLISECONDS.sleep(300);
            long begun = System.nanoTime();

            container.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(Patience.seconds(8)));
            long self = ProcessHandle.current().pid();
            assertThat(Patience.within(2, () -> Processes.ownedBy(self).isEmpty()))
                    .isTrue();
        }
    }
}
