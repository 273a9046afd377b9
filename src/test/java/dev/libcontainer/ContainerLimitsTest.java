package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupDetails;
import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.OomEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits of an OCI container, their change, and what is counted, on the real kernel. */
@NeedsRoot
@NeedsCgroups
class ContainerLimitsTest {
    private static final int SIGKILL = 9;

    private final InCgroup host = new InCgroup();

    @AfterEach
    void leavesNothing() {
        host.close();
        assertThat(host.directories()).isEmpty();
    }

    // ---- limits ----

    private static final String READ = "for d in zero kmsg; do (: < /dev/$d) 2> /dev/null && echo $d; done";

    @Test
    @Tag("vm")
    void onlyTheUsualDevicesMayBeOpenedUnlessMoreIsAllowed() {
        assertThat(host.output(host.make(""), READ)).isEqualTo("zero");
        assertThat(host.output(host.make("'devices':[{'allow':false}]"), READ)).isEqualTo("zero");
        String kmsg = "{'allow':true,'type':'c','major':1,'minor':11,'access':'rw'}";
        assertThat(host.output(host.make("'devices':[{'allow':false}," + kmsg + "]"), READ)
                        .lines())
                .containsExactly("zero", "kmsg");
    }

    @Test
    @Tag("vm")
    void aDeniedDeviceIsEperm() {
        String denied = "'devices':[{'allow':false},{'allow':false,'type':'c','major':1,'minor':5}]";

        assertThat(host.output(host.make(denied), "head -c 1 /dev/zero")).contains("Operation not permitted");
    }

    @Test
    void aProgramOfVersion2DecidesLikewise() {
        assumeTrue(host.mounts.unified().isPresent(), "needs a mounted cgroup v2");
        try (InCgroup v2 = InCgroup.unifiedOnly()) {
            String kmsg = "{'allow':true,'type':'c','major':1,'minor':11,'access':'r'}";
            ContainerCgroup cgroup = v2.make("'devices':[{'allow':false}]");
            assertThat(cgroup.paths()).containsOnlyKeys("unified");
            assertThat(v2.output(cgroup, READ)).isEqualTo("zero");
            assertThat(v2.output(cgroup, "exec cat /dev/kmsg")).contains("Operation not permitted");

            cgroup = v2.make("'devices':[{'allow':false}," + kmsg + "]"); // in place of the first
            assertThat(v2.output(cgroup, READ).lines()).containsExactly("zero", "kmsg");
            assertThat(v2.output(cgroup, "echo > /dev/kmsg")).contains("Operation not permitted");

            cgroup = v2.make("'devices':[{'allow':false},{'allow':false,'type':'c','major':1,'minor':5}]");
            assertThat(v2.output(cgroup, READ)).isEmpty();
            cgroup.remove();
        }
    }

    @Test
    void version2FreezesAndKills() throws Exception {
        assumeTrue(host.mounts.unified().isPresent(), "needs a mounted cgroup v2");
        try (InCgroup v2 = InCgroup.unifiedOnly()) {
            ContainerCgroup cgroup = v2.make("");
            Process sleeper = v2.sleeper(cgroup);

            cgroup.freeze();
            assertThat(cgroup.frozen()).isTrue();
            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> v2.make(""))
                    .withMessageContaining("container's cgroup is not empty");
            cgroup.kill(SIGKILL);
            assertThat(sleeper.waitFor(Patience.seconds(5), TimeUnit.SECONDS)).isTrue();
            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> v2.make(""))
                    .withMessageContaining("container's cgroup unexpectedly frozen");
            cgroup.thaw();
            cgroup.remove();
        }
    }

    @Test
    void limitsAreInTheFiles() {
        ContainerCgroup cgroup = host.make("'memory':{'limit':67108864,'reservation':33554432,'swappiness':5,"
                + "'disableOOMKiller':true,'kernel':1000000,'kernelTCP':1048576,'useHierarchy':true},"
                + "'cpu':{'shares':512,'quota':50000,'period':100000,'burst':10000,'cpus':'0','mems':'0'},"
                + "'pids':{'limit':20},'hugepageLimits':[{'pageSize':'2MB','limit':4194304}],"
                + "'blockIO':{'weight':0},'network':{}");
        assumeTrue(cgroup.paths().containsKey("memory"), "written for version 1");

        assertThat(host.file(cgroup, "memory", "memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(host.file(cgroup, "memory", "memory.soft_limit_in_bytes")).isEqualTo("33554432");
        assertThat(host.file(cgroup, "memory", "memory.swappiness")).isEqualTo("5");
        assertThat(host.file(cgroup, "memory", "memory.oom_control")).startsWith("oom_kill_disable 1");
        assertThat(host.file(cgroup, "cpu", "cpu.shares")).isEqualTo("512");
        assertThat(host.file(cgroup, "cpu", "cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(host.file(cgroup, "cpu", "cpu.cfs_burst_us")).isEqualTo("10000");
        assertThat(host.file(cgroup, "cpuset", "cpuset.cpus")).isEqualTo("0");
        assertThat(host.file(cgroup, "pids", "pids.max")).isEqualTo("20");
        boolean isV1 = cgroup.paths().containsKey("hugetlb");
        for (String file : List.of("hugetlb.2MB.", "hugetlb.2MB.rsvd.")) {
            assertThat(host.file(cgroup, isV1 ? "hugetlb" : "unified", file + (isV1 ? "limit_in_bytes" : "max")))
                    .isEqualTo("4194304");
        }
    }

    @Test
    @Tag("vm")
    void limitsAreEnforced() {
        ContainerCgroup cgroup = host.make("'memory':{'limit':33554432},'pids':{'limit':3},'cpu':{'cpus':'0'}");

        assertThat(host.output(cgroup, "exec tail /dev/zero"))
                .as("killed for want of memory")
                .isEmpty();
        assertThat(host.output(cgroup, "sleep 1 & sleep 1 & sleep 1 & sleep 1 & wait"))
                .contains("Resource temporarily unavailable");
        assertThat(host.output(cgroup, "exec grep Cpus_allowed_list /proc/self/status"))
                .endsWith("0");
    }

    @Test
    void readingIsThrottled() throws Exception {
        assumeTrue(host.mounts.hierarchy("blkio").isPresent(), "written for version 1");
        String disk = InCgroup.diskOf(Path.of("target"));
        assumeTrue(!disk.isEmpty(), "target is on no disk of its own");
        String[] numbers = disk.split(":");
        ContainerCgroup cgroup = host.make("'blockIO':{'weight':100,'throttleReadBpsDevice':[{'major':" + numbers[0]
                + ",'minor':" + numbers[1] + ",'rate':1048576}]}");
        Path file = Files.createTempFile(Path.of("target"), "throttled", "");
        try {
            Files.write(file, new byte[2 << 20]);
            assertThat(host.file(cgroup, "blkio", "blkio.throttle.read_bps_device"))
                    .isEqualTo(disk + " 1048576");
            assertThat(host.file(cgroup, "blkio", "blkio.bfq.weight")).isEqualTo("100");

            host.output(cgroup, "sync " + file);
            long begun = System.nanoTime();
            host.output(cgroup, "dd if=" + file + " of=/dev/null bs=256k iflag=direct 2>&1");
            assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    @Tag("vm")
    void aLimitThatTheKernelHasNoFileForIsNamed() {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> host.make("'blockIO':{'leafWeight':100}"))
                .withMessageStartingWith("linux.resources.blockIO.leafWeight: ");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> host.make("'hugepageLimits':[{'pageSize':'3MB','limit':100}]"))
                .withMessageStartingWith("linux.resources.hugepageLimits[0]: needs ");
        assertThat(host.directories()).isEmpty();
    }

    @Test
    void aControllerThatWasLentForAFailureIsGivenBack() throws IOException {
        assumeTrue(host.mounts
                .version("hugetlb")
                .filter(v -> v == CgroupVersion.V2)
                .isPresent());
        Path control = Path.of(host.mounts.unified().orElseThrow().mountPoint(), "cgroup.subtree_control");
        String before = Files.readString(control);

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> host.make("'hugepageLimits':[{'pageSize':'3MB','limit':100}]"));

        assertThat(Files.readString(control)).isEqualTo(before);
    }

    // ---- changing them ----

    @Test
    void anUpdateChangesWhatItNames() {
        assumeTrue(
                host.mounts.version("memory").filter(v -> v == CgroupVersion.V1).isPresent(), "written for version 1");
        ContainerCgroup cgroup = host.make("'memory':{'limit':67108864,'swap':134217728},'pids':{'limit':20},"
                + "'cpu':{'quota':50000,'period':100000}");
        host.sleeper(cgroup);

        cgroup.update(InCgroup.resources("'memory':{'limit':268435456,'swap':536870912},'cpu':{'quota':20000}"));

        assertThat(host.file(cgroup, "memory", "memory.limit_in_bytes")).isEqualTo("268435456");
        assertThat(host.file(cgroup, "memory", "memory.memsw.limit_in_bytes")).isEqualTo("536870912");
        assertThat(host.file(cgroup, "cpu", "cpu.cfs_quota_us")).isEqualTo("20000");
        assertThat(host.file(cgroup, "cpu", "cpu.cfs_period_us")).isEqualTo("100000");
        assertThat(host.file(cgroup, "pids", "pids.max")).isEqualTo("20");
    }

    @Test
    void aRefusedUpdateChangesNothing() {
        assumeTrue(
                host.mounts.version("memory").filter(v -> v == CgroupVersion.V1).isPresent(), "written for version 1");
        ContainerCgroup cgroup = host.make("'memory':{'limit':67108864,'swap':134217728},'pids':{'limit':20},"
                + "'cpu':{'shares':512,'quota':50000,'period':100000,'cpus':'0'},'blockIO':{'weight':300}");
        String[][] files = {
            {"memory", "memory.limit_in_bytes"},
            {"memory", "memory.memsw.limit_in_bytes"},
            {"cpu", "cpu.shares"},
            {"memory", "memory.oom_control"},
            {"memory", "memory.swappiness"},
            {"cpu", "cpu.cfs_quota_us"},
            {"cpu", "cpu.cfs_period_us"},
            {"cpu", "cpu.idle"},
            {"cpuset", "cpuset.cpus"},
            {"pids", "pids.max"},
            {"blkio", "blkio.bfq.weight"},
            {"blkio", "blkio.throttle.read_bps_device"}
        };
        String before = texts(cgroup, files);

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> cgroup.update(InCgroup.resources("'memory':{'limit':268435456,'swap':536870912,"
                        + "'swappiness':7,'disableOOMKiller':true},"
                        + "'cpu':{'idle':1,'quota':20000,'period':50000,'cpus':'0-1'},'pids':{'limit':7},"
                        + "'blockIO':{'weight':100,'throttleReadBpsDevice':[{'major':254,'minor':0,'rate':1000},"
                        + "{'major':4000,'minor':7,'rate':1000}]}")))
                .withMessageStartingWith("linux.resources.blockIO.throttleReadBpsDevice[1]: write ");

        assertThat(texts(cgroup, files)).isEqualTo(before);
    }

    private String texts(ContainerCgroup cgroup, String[][] files) {
        StringBuilder texts = new StringBuilder();
        for (String[] file : files) {
            texts.append(file[1] + ": " + host.file(cgroup, file[0], file[1]) + "\n");
        }
        return texts.toString();
    }

    @Test
    @Tag("vm")
    void devicesCanBeAllowedAndDeniedLater() {
        ContainerCgroup cgroup = host.make("");
        String kmsg = "{'allow':true,'type':'c','major':1,'minor':11,'access':'r'}";

        cgroup.update(InCgroup.resources("'devices':[{'allow':false}," + kmsg + "]"));
        assertThat(host.output(cgroup, READ).lines()).containsExactly("zero", "kmsg");

        cgroup.update(InCgroup.resources("'devices':[{'allow':false}]"));
        assertThat(host.output(cgroup, READ)).isEqualTo("zero");
    }

    @Test
    @Tag("vm")
    void aLimitBelowTheUsageIsRefusedIfAskedFor() throws IOException {
        ContainerCgroup cgroup = host.make("'memory':{'limit':67108864}");
        Process hungry = host.shell(cgroup, "x=$(yes | head -c 8M); echo full; sleep 1000; :");
        assertThat(hungry.getInputStream().read()).isEqualTo('f');

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(
                        () -> cgroup.update(InCgroup.resources("'memory':{'limit':1048576,'checkBeforeUpdate':true}")))
                .withMessageStartingWith("linux.resources.memory.limit: 1048576 is not above the ");
    }

    // ---- what is counted ----

    @Test
    void statisticsHaveWhatOtherRuntimesPrint() {
        assumeTrue(
                host.mounts.version("memory").filter(v -> v == CgroupVersion.V1).isPresent(), "written for version 1");
        ContainerCgroup cgroup = host.make("'memory':{'limit':67108864},'pids':{'limit':20}");
        host.output(cgroup, "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done");
        host.sleeper(cgroup);

        CgroupStats stats = cgroup.stats();
        CgroupDetails details = stats.details();

        assertThat(stats.pids().current()).hasValue(1);
        assertThat(stats.cpu().totalMicros().orElse(0)).isPositive();
        assertThat(details.perCpuNanos())
                .hasSameSizeAs(details.perCpuUserNanos())
                .isNotEmpty();
        assertThat(details.perCpuNanos().stream().mapToLong(n -> n).sum()).isPositive();
        assertThat(details.memory()).containsOnlyKeys("memory", "swap", "kernel", "kernelTCP");
        assertThat(details.memory().get("memory").limit()).hasValue(67108864);
        assertThat(details.memory().get("memory").usage().orElse(0)).isPositive();
        assertThat(details.memoryStat()).containsKeys("cache", "rss", "pgfault");
        assertThat(details.cpuset()).containsKeys("cpus", "mems", "cpu_exclusive", "sched_load_balance");
        assertThat(details.pressure()).containsOnlyKeys("cpu", "memory", "io");
    }

    @Test
    @Tag("vm")
    void memoryThatRunsOutIsTold() {
        assumeTrue(host.mounts.hierarchy("memory").isPresent(), "needs the controller memory");
        ContainerCgroup cgroup = host.make("'memory':{'limit':16777216,'swap':16777216}");
        try (OomEvents events = cgroup.oomEvents()) {
            assertThat(events.await(Duration.ofMillis(50))).isEqualTo(OomEvents.Event.TIME_OUT);

            host.output(cgroup, "exec tail /dev/zero");
            assertThat(events.await(Duration.ofSeconds(Patience.seconds(5)))).isEqualTo(OomEvents.Event.OUT_OF_MEMORY);
            assertThat(events.await(Duration.ofMillis(50))).isEqualTo(OomEvents.Event.TIME_OUT);

            host.output(cgroup, "exec tail /dev/zero");
            assertThat(events.await(Duration.ofSeconds(Patience.seconds(5)))).isEqualTo(OomEvents.Event.OUT_OF_MEMORY);
            assertThat(cgroup.stats().memory().oomKills().orElse(0)).isEqualTo(2);

            cgroup.remove();
            assertThat(events.await(Duration.ofSeconds(Patience.seconds(5)))).isEqualTo(OomEvents.Event.GONE);
        }
    }
}
