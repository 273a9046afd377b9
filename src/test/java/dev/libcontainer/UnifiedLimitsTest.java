package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.ContainerCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What version 2 alone has, or has otherwise: each limit is where the kernel looks for it, and does something. */
@NeedsRoot
@Tag("vm")
class UnifiedLimitsTest {
    private static final int MIB = 1 << 20;
    private static final int SIGKILL = 9;

    @TempDir
    Path files;

    @BeforeEach
    void needsVersion2Only() {
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
    }

    private static Path directory(Container container) {
        return CgroupTest.directories("libcontainer", container.id()).get(0);
    }

    /** What the files that are expected to say something say. */
    private static Map<String, String> said(Path directory, Map<String, String> expected) {
        Map<String, String> said = new LinkedHashMap<>();
        for (String file : expected.keySet()) {
            said.put(
                    file,
                    Files.exists(directory.resolve(file))
                            ? Holdings.text(directory.resolve(file)).strip()
                            : "no such file");
        }
        return said;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyLimitOfTheLibraryIsInItsFile(boolean whileItRuns) throws IOException {
        String disk = InCgroup.diskOf(files);
        assumeTrue(!disk.isEmpty(), files + " is on no disk of its own");
        Limits all = Limits.none()
                .memoryBytes(64 * MIB)
                .memoryHighBytes(48 * MIB)
                .memoryMinBytes(4 * MIB)
                .memoryLowBytes(8 * MIB)
                .memoryOomGroup(true)
                .zswapBytes(16 * MIB)
                .pids(7)
                .cpus(0.5)
                .cpuBurstMicros(1000)
                .cpuNice(5)
                .cpuset("0")
                .ioMax(disk, "rbps=1048576 wiops=120")
                .ioWeight(50)
                .cgroupsBelow(3);
        Map<String, String> expected = Map.ofEntries(
                Map.entry("memory.max", "67108864"),
                Map.entry("memory.swap.max", "0"),
                Map.entry("memory.high", "50331648"),
                Map.entry("memory.min", "4194304"),
                Map.entry("memory.low", "8388608"),
                Map.entry("memory.oom.group", "1"),
                Map.entry("memory.zswap.max", "16777216"),
                Map.entry("pids.max", "7"),
                Map.entry("cpu.max", "50000 100000"),
                Map.entry("cpu.max.burst", "1000"),
                Map.entry("cpu.weight.nice", "5"),
                Map.entry("cpuset.cpus.effective", "0"),
                Map.entry("io.max", disk + " rbps=1048576 wbps=max riops=max wiops=120"),
                Map.entry("io.weight", "default 50"),
                Map.entry("cgroup.max.descendants", "3"));
        ContainerSpecBuilder spec = Inside.sandbox("sleep 100000").managed();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile((whileItRuns ? spec : spec.limits(all)).build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            if (whileItRuns) {
                container.update(all);
            }

            assertThat(said(directory(container), expected)).containsExactlyInAnyOrderEntriesOf(expected);
        }
    }

    @Test
    void everyMemberOfTheConfigurationIsInItsFile() throws IOException {
        String disk = InCgroup.diskOf(files);
        assumeTrue(!disk.isEmpty(), files + " is on no disk of its own");
        String device = "'major':" + disk.replace(":", ",'minor':");
        Map<String, String> expected = Map.ofEntries(
                Map.entry("memory.max", "67108864"),
                Map.entry("memory.swap.max", "16777216"),
                Map.entry("memory.low", "33554432"),
                Map.entry("memory.high", "50331648"),
                Map.entry("cpu.weight", "59"),
                Map.entry("cpu.max", "50000 200000"),
                Map.entry("cpu.max.burst", "10000"),
                Map.entry("cpuset.cpus", "0-1"),
                Map.entry("cpuset.mems", "0"),
                Map.entry("pids.max", "20"),
                Map.entry("hugetlb.2MB.max", "4194304"),
                Map.entry("hugetlb.2MB.rsvd.max", "4194304"),
                Map.entry("io.weight", "default 910"),
                Map.entry("io.max", disk + " rbps=1000000 wbps=2000000 riops=300 wiops=400"));
        try (InCgroup host = new InCgroup()) {
            ContainerCgroup cgroup = host.make("'memory':{'limit':67108864,'reservation':33554432,'swap':83886080},"
                    + "'cpu':{'shares':512,'quota':50000,'period':200000,'burst':10000,'cpus':'0-1','mems':'0'},"
                    + "'pids':{'limit':20},'hugepageLimits':[{'pageSize':'2MB','limit':4194304}],'blockIO':{'weight':100,"
                    + "'throttleReadBpsDevice':[{" + device + ",'rate':1000000}],"
                    + "'throttleWriteBpsDevice':[{" + device + ",'rate':2000000}],"
                    + "'throttleReadIOPSDevice':[{" + device + ",'rate':300}],"
                    + "'throttleWriteIOPSDevice':[{" + device + ",'rate':400}]},'unified':{'memory.high':'50331648'}");
            Path directory = Path.of(cgroup.paths().get("unified"));

            assertThat(said(directory, expected)).containsExactlyInAnyOrderEntriesOf(expected);

            cgroup.update(InCgroup.resources("'cpu':{'idle':1}"));
            assertThat(said(directory, Map.of("cpu.idle", ""))).containsEntry("cpu.idle", "1");
            cgroup.remove();
        }
    }

    /** The machine's loopback as an adapter for remote memory, in software. */
    @Test
    void remoteMemoryIsLimitedByAdapterAndCounted() {
        try (InCgroup host = new InCgroup()) {
            assumeTrue(Files.exists(Path.of("/sys/class/infiniband/rxe0")), "no adapter for remote memory here");
            ContainerCgroup cgroup = host.make("'rdma':{'rxe0':{'hcaHandles':3,'hcaObjects':10000}}");
            Path directory = Path.of(cgroup.paths().get("unified"));

            assertThat(Holdings.text(directory.resolve("rdma.max"))).contains("rxe0 hca_handle=3 hca_object=10000");
            assertThat(cgroup.stats().details().rdma()).containsKey("rxe0");
            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> cgroup.update(InCgroup.resources("'rdma':{'rxe7':{'hcaHandles':3}}")))
                    .satisfies(e -> assertThat(e.jsonPath()).startsWith("linux.resources.rdma"))
                    .withMessageContaining("rxe7 hca_handle=3");
            cgroup.remove();
        }
    }

    /** No machine that is emulated has encrypted guests to count. */
    @Test
    void whatTheHostHasNoneOfIsRefusedByName() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Amended.of(Inside.bare("exit 0"))
                        .with("linux.resources.unified", "{'misc.max': 'sev 1'}")
                        .build())) {
            assertThatThrownBy(() -> blueprint.spawn(Stdio.nothing()))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("misc.max")
                    .hasMessageContaining("EINVAL");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outOfMemoryKillsOneOrAll(boolean all) throws Exception {
        ContainerSpec spec = ContainerSpec.builder()
                .command("/bin/sh", "-c", "/inside memhog 100; echo lives on; exit 5")
                .bind(Inside.HOST_PATH, Inside.PATH, true)
                .env(Holdings.OWNER_VARIABLE, Inside.owner())
                .limits(Limits.none().memoryBytes(32 * MIB).memoryOomGroup(all))
                .build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.capture())) {
            ExitStatus exit = container.waitFor();

            assertThat(exit.oomKilled()).isTrue();
            if (all) {
                assertThat(exit.signal()).hasValue(SIGKILL);
            } else {
                assertThat(exit.exitCode()).hasValue(5);
                assertThat(container.output()).contains("lives on");
            }
        }
    }

    @Test
    void noMoreCgroupsAreMadeBelowThanAreAllowed() throws IOException {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("sleep 100000")
                        .managed()
                        .limits(Limits.none().cgroupsBelow(1))
                        .build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            Path directory = directory(container);
            Files.createDirectory(directory.resolve("one"));

            assertThatThrownBy(() -> Files.createDirectory(directory.resolve("two")))
                    .hasMessageContaining("Resource temporarily unavailable");

            container.update(Limits.none().cgroupsBelow(-1));
            Files.createDirectory(directory.resolve("two"));
        }
    }
}
