package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupMountsTest {

    @Test
    void aHybridHostHasControllersInBothVersions() {
        CgroupMounts host = Hosts.hybrid();

        assertThat(host.mode()).isEqualTo(CgroupMode.HYBRID);
        assertThat(host.version("memory")).contains(CgroupVersion.V1);
        assertThat(host.version("hugetlb")).contains(CgroupVersion.V2);
        assertThat(host.version("io")).isEmpty();
        assertThat(host.unified().orElseThrow().mountPoint()).isEqualTo("/sys/fs/cgroup/unified");
        assertThat(host.hierarchies())
                .extracting(Hierarchy::mountPoint)
                .containsExactly(
                        "/sys/fs/cgroup/systemd",
                        "/sys/fs/cgroup/pids",
                        "/sys/fs/cgroup/blkio",
                        "/sys/fs/cgroup/rdma",
                        "/sys/fs/cgroup/memory",
                        "/sys/fs/cgroup/cpuset",
                        "/sys/fs/cgroup/cpuacct",
                        "/sys/fs/cgroup/cpu",
                        "/sys/fs/cgroup/unified");
    }

    @Test
    void aHybridHostKnowsWhereThisProcessIs() {
        Hierarchy memory = Hosts.hybrid().hierarchy("memory").orElseThrow();

        assertThat(memory)
                .isEqualTo(new Hierarchy(
                        CgroupVersion.V1, Set.of("memory"), "/sys/fs/cgroup/memory", "/", "/service/e4f5"));
        assertThat(memory.ownDirectory()).contains("/sys/fs/cgroup/memory/service/e4f5");
    }

    @Test
    void aLegacyHostMayHaveSeveralControllersInOneHierarchy() {
        CgroupMounts host = Hosts.legacy();

        assertThat(host.mode()).isEqualTo(CgroupMode.LEGACY);
        assertThat(host.hierarchy("cpuacct")).isEqualTo(host.hierarchy("cpu"));
        assertThat(host.hierarchy("cpu").orElseThrow().controllers()).containsExactly("cpu", "cpuacct");
        assertThat(host.hierarchy("name=systemd").orElseThrow().mountPoint()).isEqualTo("/sys/fs/cgroup/systemd");
        assertThat(host.unified()).isEmpty();
    }

    @Test
    void aControllerThatIsNotMountedIsNotThere() {
        assertThat(Hosts.legacy().hierarchy("pids")).isEmpty();
    }

    @Test
    void aUnifiedHostHasOneHierarchyForAll() {
        CgroupMounts host = Hosts.unified();

        assertThat(host.mode()).isEqualTo(CgroupMode.UNIFIED);
        assertThat(host.hierarchies()).hasSize(1);
        assertThat(host.hierarchy("memory")).isEqualTo(host.unified());
        assertThat(host.hierarchy(CgroupMounts.CORE)).isEqualTo(host.unified());
        assertThat(host.unified().orElseThrow().ownDirectory()).contains("/sys/fs/cgroup/user.slice/user-1000.slice");
    }

    @Test
    void aHostMayHaveNoControlGroupsAtAll() {
        CgroupMounts host = CgroupMounts.parse("23 1 254:0 / / rw - ext4 /dev/root rw\n", "0::/\n", "");

        assertThat(host.mode()).isEqualTo(CgroupMode.NONE);
        assertThat(host.hierarchies()).isEmpty();
    }

    @Test
    void ofSeveralMountsTheOneWeAreInCounts() {
        String mounts = """
                30 23 0:32 /docker/other /mnt/other rw - cgroup cgroup rw,memory
                31 23 0:32 /docker/mine /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                """;

        Hierarchy memory = CgroupMounts.parse(mounts, "4:memory:/docker/mine/inner\n", "")
                .hierarchy("memory")
                .orElseThrow();

        assertThat(memory.mountRoot()).isEqualTo("/docker/mine");
        assertThat(memory.ownDirectory()).contains("/sys/fs/cgroup/memory/inner");
    }

    @Test
    void aProcessOutsideOfWhatIsMountedHasNoDirectory() {
        String mounts = "31 23 0:32 /docker/mine /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

        assertThat(CgroupMounts.parse(mounts, "0::/docker/minecraft\n", "")
                        .unified()
                        .orElseThrow()
                        .ownDirectory())
                .isEmpty();
        assertThat(CgroupMounts.parse(mounts, "0::/../other\n", "")
                        .unified()
                        .orElseThrow()
                        .ownDirectory())
                .isEmpty();
    }

    @Test
    void blanksInAMountPointAreRecognised() {
        String mounts = "31 23 0:32 / /my\\040groups\\134x rw - cgroup2 cgroup2 rw\n";

        Hierarchy unified = CgroupMounts.parse(mounts, "0::/\n", "").unified().orElseThrow();

        assertThat(unified.directory("/a/b")).isEqualTo("/my groups\\x/a/b");
        assertThat(unified.directory("")).isEqualTo("/my groups\\x");
    }

    @Test
    void aHostIsReadBelowAnyRootDirectory(@TempDir Path root) throws IOException {
        Path proc = Files.createDirectories(root.resolve("proc/self"));
        Path unified = Files.createDirectories(root.resolve("sys/fs/cgroup/unified"));
        Files.writeString(proc.resolve("mountinfo"), Hosts.HYBRID_MOUNTS);
        Files.writeString(proc.resolve("cgroup"), Hosts.HYBRID_MEMBERSHIP);
        Files.writeString(unified.resolve("cgroup.controllers"), "hugetlb\n");

        assertThat(CgroupMounts.read(root)).isEqualTo(Hosts.hybrid());
    }

    @Test
    void aHostWithoutProcCannotBeRead(@TempDir Path root) {
        assertThatThrownBy(() -> CgroupMounts.read(root)).isInstanceOf(UncheckedIOException.class);
    }
}
