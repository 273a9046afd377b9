package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupLimits;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.stats.Statistics;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers that take all the time they get, get what they were promised: no more, and no less. */
@Tag("vm")
class CpuShareTest {
    private static final int WINDOW_MILLIS = 2000;
    private static final int WINDOWS = 6;
    private static final double PERCENT = 10;

    private Optional<CgroupVersion> version = Optional.empty();

    @BeforeEach
    void needsTheController() {
        version = CgroupMounts.read(Path.of("/")).version("cpu");
        assumeTrue(version.isPresent(), "no controller of CPU time");
    }

    private static ContainerSpecBuilder spinner() {
        return ContainerSpec.builder()
                .rootfs(Rootfs.hostView())
                .command("/bin/sh", "-c", "while :; do :; done")
                .managed();
    }

    private static long micros(Container container) {
        return container.stats().orElseThrow().cpu().micros().orElseThrow();
    }

    /** Where others leave it too little time it is not the quota that stops it: then another window is looked at. */
    @Test
    void aQuotaIsUsedUpAndNotExceeded() throws Exception {
        double quota = 0.25;
        try (Containers containers = Containers.open();
                Container container =
                        containers.compile(spinner().cpus(quota).build()).spawn(Stdio.nothing())) {
            for (int i = 0; i < WINDOWS; i++) {
                Statistics.Cpu before = container.stats().orElseThrow().cpu();
                long begun = System.nanoTime();
                Thread.sleep(WINDOW_MILLIS);
                Statistics.Cpu after = container.stats().orElseThrow().cpu();
                double wall = (System.nanoTime() - begun) / 1e3;

                double share = (after.micros().orElseThrow() - before.micros().orElseThrow()) / wall;
                long periods = after.periods().orElseThrow() - before.periods().orElseThrow();
                long stopped = after.throttledPeriods().orElseThrow()
                        - before.throttledPeriods().orElseThrow();
                assertThat(share).isLessThan(quota * (1 + PERCENT / 100));
                if (stopped >= periods - 1) {
                    assertThat(share).isCloseTo(quota, withinPercentage(PERCENT));
                    return;
                }
            }
            abort("others use so much of this machine that a quarter of a CPU is not to be had");
        }
    }

    @Test
    void whoCompetesForACpuGetsTimeByWeight() throws Exception {
        int few = 256;
        int many = 3 * few;
        boolean isV1 = version.filter(CgroupVersion.V1::equals).isPresent();
        double expected = isV1 ? 3 : (double) CgroupLimits.cpuWeight(many) / CgroupLimits.cpuWeight(few);
        assertThat(expected).isGreaterThan(1.5);
        Limits onOneCpu = Limits.none().cpuset("0");
        try (Containers containers = Containers.open();
                Container one = containers
                        .compile(spinner().limits(onOneCpu.cpuShares(few)).build())
                        .spawn(Stdio.nothing());
                Container three = containers
                        .compile(spinner().limits(onOneCpu.cpuShares(many)).build())
                        .spawn(Stdio.nothing())) {
            double ratio = 0;
            for (int i = 0; i < WINDOWS && Math.abs(ratio - expected) > expected * PERCENT / 100; i++) {
                long ofOne = micros(one);
                long ofThree = micros(three);
                Thread.sleep(WINDOW_MILLIS);
                ratio = (double) (micros(three) - ofThree) / (micros(one) - ofOne);
            }
            assertThat(ratio).isCloseTo(expected, withinPercentage(PERCENT));
        }
    }
}
