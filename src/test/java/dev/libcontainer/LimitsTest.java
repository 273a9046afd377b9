package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.CgroupLimits;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.spec.Resources;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each limit is the write that it says; no root is needed, nothing is written. */
class LimitsTest {
    private static final CgroupMounts V2 = CgroupMounts.parse(
            "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
            "0::/\n",
            "cpuset cpu io memory hugetlb pids rdma misc");
    private static final CgroupMounts V1 = CgroupMounts.parse(
            "30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                    + "31 23 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n",
            "2:memory:/\n1:cpu:/\n",
            "");

    private static List<String> writes(Limits limits, CgroupMounts host) {
        return CgroupLimits.forNew(limits.toResources(), host).stream()
                .map(write -> write.file() + " = " + write.value())
                .toList();
    }

    @Test
    void everyLimitOfVersion2IsItsFile() {
        Limits all = Limits.none()
                .memoryBytes(1 << 20)
                .memoryHighBytes(900_000)
                .memoryMinBytes(4096)
                .memoryLowBytes(8192)
                .memoryOomGroup(true)
                .zswapBytes(-1)
                .pids(7)
                .cpus(0.5)
                .cpuBurstMicros(1000)
                .cpuNice(5)
                .ioMax("8:0", "rbps=1048576 wiops=120")
                .ioMax("8:16", "rbps=max")
                .ioLatencyMicros("8:0", 75)
                .ioWeight(50)
                .cgroupsBelow(3);

        assertThat(writes(all, V2))
                .contains(
                        "memory.max = 1048576",
                        "memory.swap.max = 0",
                        "memory.high = 900000",
                        "memory.min = 4096",
                        "memory.low = 8192",
                        "memory.oom.group = 1",
                        "memory.zswap.max = max",
                        "pids.max = 7",
                        "cpu.max = 50000 100000",
                        "cpu.max.burst = 1000",
                        "cpu.weight.nice = 5",
                        "io.max = 8:0 rbps=1048576 wiops=120",
                        "io.max = 8:16 rbps=max",
                        "io.latency = 8:0 target=75",
                        "io.weight = default 50",
                        "cgroup.max.descendants = 3");
    }

    @Test
    void idleAndSharesAreInBothVersions() {
        assertThat(writes(Limits.none().cpuIdle(true), V2)).containsExactly("cpu.idle = 1");
        assertThat(writes(Limits.none().cpuIdle(true), V1)).containsExactly("cpu.idle = 1");
        assertThat(writes(Limits.none().cpuShares(512), V1)).containsExactly("cpu.shares = 512");
        assertThat(writes(Limits.none().cpus(-1), V1)).contains("cpu.cfs_quota_us = -1");
    }

    @Test
    void aFileOfVersion2IsRefusedByNameInVersion1() {
        assertThatThrownBy(() -> writes(Limits.none().memoryHighBytes(1), V1))
                .isInstanceOfSatisfying(CgroupException.class, e -> {
                    assertThat(e.jsonPath()).isEqualTo("linux.resources.unified[\"memory.high\"]");
                    assertThat(e.controller()).isEqualTo("memory");
                })
                .hasMessageContaining("is a file of cgroup v2");
    }

    @Test
    void valuesAreImmutableAndNothingSaidIsNothing() {
        Limits some = Limits.none().pids(5);
        some.pids(6).memoryHighBytes(1);

        assertThat(writes(some, V2)).containsExactly("pids.max = 5");
        assertThat(Limits.none().toResources()).isEqualTo(Resources.none());
        assertThatThrownBy(() -> some.ioMax("sda", "rbps=1")).hasMessageContaining("MAJOR:MINOR");
    }
}
