package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cgroup.CgroupDetails.Io;
import dev.libcontainer.cgroup.CgroupDetails.Pressure;
import dev.libcontainer.cgroup.CgroupDetails.Stall;
import dev.libcontainer.cgroup.CgroupDetails.Usage;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CgroupDetailsTest {
    private static final OptionalLong ABSENT = OptionalLong.empty();

    @Test
    void version1() {
        CgroupDetails details = CgroupDetails.parse(
                Hosts.hybrid(),
                Map.ofEntries(
                        file("memory", "memory.stat", "cache 8192\nrss 4096\n"),
                        file("memory", "memory.usage_in_bytes", "10\n"),
                        file("memory", "memory.max_usage_in_bytes", "20\n"),
                        file("memory", "memory.limit_in_bytes", "9223372036854771712\n"),
                        file("memory", "memory.failcnt", "3\n"),
                        file("memory", "memory.memsw.usage_in_bytes", "11\n"),
                        file("cpuacct", "cpuacct.usage_percpu", "100 200 \n"),
                        file("cpuacct", "cpuacct.usage_all", "cpu user system\n0 70 30\n1 150 50\n"),
                        file("cpuset", "cpuset.cpus", "0-1\n"),
                        file(
                                "blkio",
                                "blkio.throttle.io_service_bytes_recursive",
                                "8:0 Read 4096\n8:0 Total 4096\nTotal 4096\n"),
                        file("blkio", "blkio.bfq.io_service_bytes_recursive", ""),
                        file("rdma", "rdma.current", "mlx4_0 hca_handle=2 hca_object=max\n")));

        assertThat(details.memory())
                .isEqualTo(Map.of(
                        "memory", new Usage(of(10), of(20), of(-1), of(3)),
                        "swap", new Usage(of(11), ABSENT, ABSENT, ABSENT)));
        assertThat(details.memoryStat()).isEqualTo(Map.of("cache", 8192L, "rss", 4096L));
        assertThat(details.perCpuNanos()).containsExactly(100L, 200L);
        assertThat(details.perCpuUserNanos()).containsExactly(70L, 150L);
        assertThat(details.perCpuKernelNanos()).containsExactly(30L, 50L);
        assertThat(details.cpuset()).isEqualTo(Map.of("cpus", "0-1"));
        assertThat(details.io())
                .isEqualTo(
                        Map.of("io_service_bytes", List.of(new Io(8, 0, "Read", 4096), new Io(8, 0, "Total", 4096))));
        assertThat(details.rdma()).isEqualTo(Map.of("mlx4_0", Map.of("hca_handle", 2L, "hca_object", -1L)));
    }

    @Test
    void version2() {
        CgroupDetails details = CgroupDetails.parse(
                Hosts.unified(),
                Map.ofEntries(
                        file("memory", "memory.current", "100\n"),
                        file("memory", "memory.max", "1000\n"),
                        file("memory", "memory.events", "max 4\noom_kill 1\n"),
                        file("memory", "memory.swap.current", "5\n"),
                        file("memory", "memory.swap.max", "50\n"),
                        file("io", "io.stat", "8:0 rbytes=4096 wbytes=512 rios=1 wios=2 dbytes=0 dios=0\n"),
                        file("hugetlb", "hugetlb.2MB.current", "2097152\n"),
                        file("hugetlb", "hugetlb.2MB.max", "max\n"),
                        file("hugetlb", "hugetlb.2MB.events", "max 7\n"),
                        file("cgroup", "memory.pressure", """
                                some avg10=1.50 avg60=0.20 avg300=0.00 total=12345
                                full avg10=0.50 avg60=0.10 avg300=0.00 total=345
                                """)));

        assertThat(details.memory())
                .isEqualTo(Map.of(
                        "memory", new Usage(of(100), ABSENT, of(1000), of(4)),
                        "swap", new Usage(of(105), ABSENT, of(1050), ABSENT)));
        assertThat(details.io().get("io_serviced"))
                .containsExactly(new Io(8, 0, "Read", 1), new Io(8, 0, "Write", 2), new Io(8, 0, "Discard", 0));
        assertThat(details.io().get("io_service_bytes"))
                .contains(new Io(8, 0, "Read", 4096), new Io(8, 0, "Write", 512));
        assertThat(details.hugetlb()).isEqualTo(Map.of("2MB", new Usage(of(2097152), ABSENT, of(-1), of(7))));
        assertThat(details.pressure())
                .isEqualTo(Map.of("memory", new Pressure(new Stall(1.5, 0.2, 0, 12345), new Stall(0.5, 0.1, 0, 345))));
    }

    private static Map.Entry<StatFile, String> file(String controller, String name, String text) {
        return Map.entry(new StatFile(controller, name), text);
    }

    private static OptionalLong of(long value) {
        return OptionalLong.of(value);
    }
}
