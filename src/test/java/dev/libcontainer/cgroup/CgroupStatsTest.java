package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CgroupStatsTest {
    private static final OptionalLong ABSENT = OptionalLong.empty();

    @Test
    void version1AndVersion2SayTheSame() {
        CgroupStats v1 = CgroupStats.parse(
                Hosts.hybrid(),
                Map.ofEntries(
                        file("memory", "memory.usage_in_bytes", "4096\n"),
                        file("memory", "memory.max_usage_in_bytes", "8192\n"),
                        file("memory", "memory.limit_in_bytes", "1048576\n"),
                        file("memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"),
                        file("cpu", "cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_time 123456789\n"),
                        file("cpu", "cpu.cfs_quota_us", "50000\n"),
                        file("cpu", "cpu.cfs_period_us", "100000\n"),
                        file("cpuacct", "cpuacct.usage", "9000999\n"),
                        file("cpuacct", "cpuacct.usage_user", "6000000\n"),
                        file("cpuacct", "cpuacct.usage_sys", "3000999\n"),
                        file("pids", "pids.current", "2\n"),
                        file("pids", "pids.peak", "5\n"),
                        file("pids", "pids.max", "7\n")));
        CgroupStats v2 = CgroupStats.parse(
                Hosts.unified(),
                Map.ofEntries(
                        file("memory", "memory.current", "4096\n"),
                        file("memory", "memory.peak", "8192\n"),
                        file("memory", "memory.max", "1048576\n"),
                        file("memory", "memory.events", "low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\noom_group_kill 0\n"),
                        file("cgroup", "cpu.stat", """
                                usage_usec 9000
                                user_usec 6000
                                system_usec 3000
                                nice_usec 0
                                nr_periods 10
                                nr_throttled 4
                                throttled_usec 123456
                                """),
                        file("cpu", "cpu.max", "50000 100000\n"),
                        file("pids", "pids.current", "2\n"),
                        file("pids", "pids.peak", "5\n"),
                        file("pids", "pids.max", "7\n")));

        for (CgroupStats stats : new CgroupStats[] {v1, v2}) {
            assertThat(stats.memory()).isEqualTo(new CgroupStats.Memory(of(4096), of(8192), of(1048576), of(3)));
            assertThat(stats.cpu())
                    .isEqualTo(new CgroupStats.Cpu(
                            of(9000), of(6000), of(3000), of(10), of(4), of(123456), of(50000), of(100000)));
            assertThat(stats.pids()).isEqualTo(new CgroupStats.Pids(of(2), of(5), of(7)));
        }
    }

    @Test
    void noLimitIsMinusOneWhateverTheKernelCallsIt() {
        for (String unlimited : new String[] {"9223372036854771712", "9223372036854710272"}) { // 4 and 64 KiB pages
            CgroupStats v1 = CgroupStats.parse(
                    Hosts.hybrid(),
                    Map.ofEntries(
                            file("memory", "memory.limit_in_bytes", unlimited),
                            file("cpu", "cpu.cfs_quota_us", "-1"),
                            file("pids", "pids.max", "max")));
            assertThat(v1.memory().limitBytes()).hasValue(CgroupStats.UNLIMITED);
            assertThat(v1.cpu().quotaMicros()).hasValue(CgroupStats.UNLIMITED);
            assertThat(v1.pids().limit()).hasValue(CgroupStats.UNLIMITED);
        }
        CgroupStats v2 = CgroupStats.parse(
                Hosts.unified(),
                Map.ofEntries(file("memory", "memory.max", "max\n"), file("cpu", "cpu.max", "max 100000\n")));
        assertThat(v2.memory().limitBytes()).hasValue(CgroupStats.UNLIMITED);
        assertThat(v2.cpu().quotaMicros()).hasValue(CgroupStats.UNLIMITED);
        assertThat(v2.cpu().periodMicros()).hasValue(100_000);
    }

    @Test
    void aFileThatIsNotThereGivesNoNumber() {
        for (CgroupMounts host : new CgroupMounts[] {Hosts.hybrid(), Hosts.legacy(), Hosts.unified()}) {
            CgroupStats nothing = CgroupStats.parse(host, Map.of());

            assertThat(nothing.memory()).isEqualTo(new CgroupStats.Memory(ABSENT, ABSENT, ABSENT, ABSENT));
            assertThat(nothing.cpu().totalMicros()).isEmpty();
            assertThat(nothing.pids()).isEqualTo(new CgroupStats.Pids(ABSENT, ABSENT, ABSENT));
        }
    }

    @Test
    void aKernelThatDoesNotCountOomKillsGivesNoNumber() {
        CgroupStats stats = CgroupStats.parse(
                Hosts.hybrid(),
                Map.ofEntries(file("memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n")));

        assertThat(stats.memory().oomKills()).isEmpty();
    }

    @Test
    void onlyFilesOfControllersTheHostHasAreAskedFor() {
        assertThat(CgroupStats.files(Hosts.legacy()))
                .containsExactly(
                        new StatFile("memory", "memory.usage_in_bytes"),
                        new StatFile("memory", "memory.max_usage_in_bytes"),
                        new StatFile("memory", "memory.limit_in_bytes"),
                        new StatFile("memory", "memory.oom_control"),
                        new StatFile("cpu", "cpu.stat"),
                        new StatFile("cpu", "cpu.cfs_quota_us"),
                        new StatFile("cpu", "cpu.cfs_period_us"),
                        new StatFile("cpuacct", "cpuacct.usage"),
                        new StatFile("cpuacct", "cpuacct.usage_user"),
                        new StatFile("cpuacct", "cpuacct.usage_sys"));
        assertThat(CgroupStats.files(Hosts.unified("pids")))
                .containsExactly(
                        new StatFile("cgroup", "cpu.stat"),
                        new StatFile("pids", "pids.current"),
                        new StatFile("pids", "pids.peak"),
                        new StatFile("pids", "pids.max"));
    }

    @Test
    void everyFileThatIsAskedForHasAHierarchy() {
        for (CgroupMounts host : new CgroupMounts[] {Hosts.hybrid(), Hosts.legacy(), Hosts.unified()}) {
            assertThat(CgroupStats.files(host))
                    .allSatisfy(file ->
                            assertThat(host.hierarchy(file.controller())).isPresent());
        }
    }

    @Test
    void nonsenseIsAnErrorThatNamesTheFile() {
        assertThatThrownBy(
                        () -> CgroupStats.parse(Hosts.unified(), Map.ofEntries(file("pids", "pids.current", "lots\n"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pids.current: \"lots\" is no number");
    }

    private static Map.Entry<StatFile, String> file(String controller, String name, String text) {
        return Map.entry(new StatFile(controller, name), text);
    }

    private static OptionalLong of(long value) {
        return OptionalLong.of(value);
    }
}
