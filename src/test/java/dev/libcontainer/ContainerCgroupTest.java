package dev.libcontainer;

import static dev.libcontainer.InCgroup.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.kernel.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cgroups of an OCI container on the real kernel. */
@NeedsRoot
class ContainerCgroupTest {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    private final InCgroup host = new InCgroup();

    @BeforeEach
    void needsCgroups() {
        assumeTrue(!Holdings.cgroupMounts().isEmpty(), "no cgroups are mounted here");
    }

    @AfterEach
    void leavesNothing() {
        host.close();
        assertThat(host.directories()).isEmpty();
    }

    private int hierarchies() {
        return host.mounts.hierarchies().size();
    }

    // ---- making and removing ----

    @Test
    void thereIsADirectoryInEveryHierarchyAndAProcessCanEnterAll() {
        ContainerCgroup cgroup = host.make("");

        assertThat(host.directories()).hasSize(hierarchies());
        assertThat(host.output(cgroup, "exec cat /proc/self/cgroup").lines())
                .hasSize(hierarchies())
                .allMatch(line -> line.endsWith(":/" + host.name));

        cgroup.remove();
        assertThat(host.directories()).isEmpty();
    }

    @Test
    void anotherProcessFindsItByItsPaths() {
        ContainerCgroup made = host.make("");
        Process sleeper = host.sleeper(made);

        ContainerCgroup opened = ContainerCgroup.open(host.mounts, made.paths());

        assertThat(opened.paths()).isEqualTo(made.paths()).hasSize(hierarchies());
        assertThat(opened.processes()).containsExactly((int) sleeper.pid());
    }

    @Test
    void aRelativePathIsBelowTheOwnCgroup() {
        ContainerCgroup cgroup = ContainerCgroup.make(host.mounts, "", host.name, Optional.empty());
        try {
            host.mounts.hierarchies().forEach(hierarchy -> {
                String own = hierarchy.ownDirectory().orElseThrow();
                assertThat(cgroup.paths().get(hierarchy.name())).isEqualTo(own + "/" + host.name);
                assertThat(Path.of(own, host.name)).isDirectory();
            });
        } finally {
            cgroup.remove();
        }
        assertThat(cgroup.paths().values()).noneMatch(path -> Files.exists(Path.of(path)));
    }

    @Test
    void fdsAreOfTheDirectories() {
        ContainerCgroup cgroup = host.make("");

        List<String> seen = new ArrayList<>();
        List<Fd> fds = new ArrayList<>(cgroup.v1Directories());
        cgroup.unifiedDirectory().ifPresent(fds::add);
        for (Fd fd : fds) {
            seen.add(Processes.link("/proc/self/fd/" + fd.value()));
            fd.close();
        }

        assertThat(seen).containsExactlyInAnyOrderElementsOf(cgroup.paths().values());
    }

    @Test
    void aFailureLeavesNothingAndNamesTheMember() {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> host.make("'pids':{'limit':5},'cpu':{'cpus':'4000'}"))
                .withMessageStartingWith("linux.resources.cpu.cpus: write \"4000\" to ")
                .withMessageContaining("cpuset.cpus");

        assertThat(host.directories()).isEmpty();
    }

    @Test
    void parentsThatAFailureHadMadeAreGoneToo() {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> ContainerCgroup.make(
                        host.mounts,
                        "/" + host.name + "/a/b",
                        "c",
                        Optional.of(InCgroup.resources("'cpu':{'cpus':'4000'}"))));

        assertThat(host.directories()).isEmpty();
    }

    @Test
    void aCgroupInUseIsRefusedOrLeftToTheCaller() {
        ContainerCgroup first = host.make("");
        host.sleeper(first);

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> host.make(""))
                .withMessageContaining("container's cgroup is not empty: 1 process(es) found");
        assertThat(host.directories()).as("the other's directories stay").hasSize(hierarchies());

        List<String> warnings = new ArrayList<>();
        ContainerCgroup.make(host.mounts, "/" + host.name, "c", Optional.empty(), warnings::add);
        assertThat(warnings).containsExactly("container's cgroup is not empty: 1 process(es) found");
    }

    @Test
    void aFrozenCgroupIsRefusedAlsoIfOneAboveIsFrozen() {
        ContainerCgroup cgroup = host.make("");
        cgroup.freeze();

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> host.make(""))
                .withMessageContaining("container's cgroup unexpectedly frozen");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> ContainerCgroup.make(host.mounts, "/" + host.name + "/below", "c", Optional.empty()))
                .withMessageContaining("container's cgroup unexpectedly frozen");
        assertThat(host.directories()).noneMatch(directory -> Files.exists(directory.resolve("below")));
    }

    @Test
    void removalTakesWhatTheContainerMadeBelow() throws IOException {
        ContainerCgroup cgroup = host.make("");
        for (Path directory : host.directories()) {
            Files.createDirectories(directory.resolve("inner/most"));
        }

        cgroup.remove();

        assertThat(host.directories()).isEmpty();
        cgroup.remove(); // once more is no error
    }

    @Test
    void removalWaitsForWhoIsOnTheWayOut() {
        ContainerCgroup cgroup = host.make("");
        host.sleeper(cgroup);

        cgroup.kill(SIGKILL);
        cgroup.remove();

        assertThat(host.directories()).isEmpty();
    }

    @Test
    void aCgroupThatSomebodyIsInIsNotRemovedAndNobodyIsKilled() {
        ContainerCgroup cgroup = host.make("");
        Process sleeper = host.sleeper(cgroup);

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(cgroup::remove)
                .withMessageContaining("processes [" + sleeper.pid() + "] are in it");
        assertThat(sleeper.isAlive()).isTrue();
    }

    // ---- processes ----

    @Test
    void processesInCgroupsBelowCount() throws Exception {
        ContainerCgroup cgroup = host.make("");
        Process sleeper = host.sleeper(cgroup);
        Process deeper = host.sleeper(cgroup);
        for (Path directory : host.directories()) {
            Files.createDirectory(directory.resolve("inner"));
        }
        ContainerCgroup inner = cgroup.subCgroup(List.of("inner"));
        for (String path : inner.paths().values()) {
            if (!path.contains("cpuset")) { // a new one has no CPU
                Files.writeString(Path.of(path, "cgroup.procs"), Long.toString(deeper.pid()));
            }
        }

        assertThat(inner.processes()).containsExactly((int) deeper.pid());
        assertThat(cgroup.processes())
                .containsExactlyInAnyOrder((int) sleeper.pid(), (int) deeper.pid())
                .isSorted();
    }

    @Test
    void aSignalReachesAll() throws Exception {
        ContainerCgroup cgroup = host.make("");
        List<Process> sleepers = List.of(host.sleeper(cgroup), host.sleeper(cgroup));

        cgroup.kill(SIGTERM);

        for (Process sleeper : sleepers) {
            assertThat(sleeper.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(sleeper.exitValue()).isEqualTo(128 + SIGTERM);
        }
    }

    @Test
    void aForkBombDies() throws Exception {
        ContainerCgroup cgroup = host.make("'pids':{'limit':60}");
        Process bomb = host.shell(cgroup, "f() { f & f & sleep 0.01; }; f 2> /dev/null; sleep 1000");
        assertThat(within(5, () -> cgroup.processes().size() > 20)).isTrue();

        cgroup.kill(SIGKILL);

        assertThat(bomb.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(within(5, () -> cgroup.processes().isEmpty())).isTrue();
        cgroup.remove();
    }

    // ---- freezing ----

    @Test
    void frozenProcessesStandStillAndGoOnAfterwards() throws Exception {
        ContainerCgroup cgroup = host.make("");
        Process counter = host.shell(cgroup, "while :; do echo x; sleep 0.001; done");
        assertThat(counter.getInputStream().read()).isEqualTo('x');

        cgroup.freeze();
        assertThat(cgroup.frozen()).isTrue();
        counter.getInputStream().skipNBytes(counter.getInputStream().available());
        Thread.sleep(50);
        assertThat(counter.getInputStream().available()).isZero();

        cgroup.thaw();
        assertThat(cgroup.frozen()).isFalse();
        assertThat(counter.getInputStream().read()).isPositive();
    }

    @Test
    void aFrozenContainerCanBeKilled() throws Exception {
        ContainerCgroup cgroup = host.make("");
        Process sleeper = host.sleeper(cgroup);
        cgroup.freeze();

        cgroup.kill(SIGKILL);

        assertThat(sleeper.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(sleeper.exitValue()).isEqualTo(128 + SIGKILL);
        assertThat(cgroup.frozen()).isFalse();
    }

    @Test
    void aFrozenContainerStaysSoWhenItGetsAnotherSignal() throws Exception {
        ContainerCgroup cgroup = host.make("");
        Process sleeper = host.sleeper(cgroup);
        cgroup.freeze();

        cgroup.kill(SIGTERM);
        assertThat(cgroup.frozen()).isTrue();
        assertThat(sleeper.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();

        cgroup.thaw();
        assertThat(sleeper.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }

    // ---- cgroups below ----

    @Test
    void oneControllerMayGoBelowAndTheOthersStay() throws IOException {
        assumeTrue(host.mounts.hierarchies().size() > 1, "needs version 1");
        ContainerCgroup cgroup = host.make("");
        Files.createDirectory(Path.of(cgroup.paths().get("memory"), "sub"));
        Files.createDirectory(Path.of(cgroup.paths().get("cpu"), "sub"));

        ContainerCgroup below = cgroup.subCgroup(List.of("memory,cpu:sub"));

        assertThat(below.paths().get("memory")).isEqualTo(cgroup.paths().get("memory") + "/sub");
        assertThat(below.paths().get("cpu")).isEqualTo(cgroup.paths().get("cpu") + "/sub");
        assertThat(below.paths().get("pids")).isEqualTo(cgroup.paths().get("pids"));
        assertThat(cgroup.subCgroup(List.of("/")).paths()).isEqualTo(cgroup.paths());
    }

    @Test
    void noPathLeadsOutOrToWhatIsNotThere() {
        ContainerCgroup cgroup = host.make("");

        assertSubCgroupRefused(cgroup, "..", ".. is not a sub cgroup path");
        assertSubCgroupRefused(cgroup, "a/../b", "a/../b is not a sub cgroup path");
        assertSubCgroupRefused(cgroup, "nothing", "error adding pid to cgroup: open ");
        assertSubCgroupRefused(cgroup, "nothing", "/nothing/cgroup.procs: no such file or directory");
        assertSubCgroupRefused(cgroup, "whaaat:/", "unknown controller whaaat");
        assertSubCgroupRefused(cgroup, ",memory:/", "empty controller");
    }

    private static void assertSubCgroupRefused(ContainerCgroup cgroup, String spec, String message) {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> cgroup.subCgroup(List.of(spec)))
                .withMessageContaining(message);
    }

    // ---- limits ----

    private static final String READ = "for d in zero kmsg; do (: < /dev/$d) 2> /dev/null && echo $d; done";

    @Test
    void onlyTheUsualDevicesMayBeOpenedUnlessMoreIsAllowed() {
        assertThat(host.output(host.make(""), READ)).isEqualTo("zero");
        assertThat(host.output(host.make("'devices':[{'allow':false}]"), READ)).isEqualTo("zero");
        String kmsg = "{'allow':true,'type':'c','major':1,'minor':11,'access':'rw'}";
        assertThat(host.output(host.make("'devices':[{'allow':false}," + kmsg + "]"), READ)
                        .lines())
                .containsExactly("zero", "kmsg");
    }

    @Test
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
            assertThat(sleeper.waitFor(5, TimeUnit.SECONDS)).isTrue();
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
                + "'pids':{'limit':20},'hugepageLimits':[{'pageSize':'4KB','limit':0}],"
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
    }

    @Test
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
                .filter(v -> v == dev.libcontainer.cgroup.CgroupVersion.V2)
                .isPresent());
        Path control = Path.of(host.mounts.unified().orElseThrow().mountPoint(), "cgroup.subtree_control");
        String before = Files.readString(control);

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> host.make("'hugepageLimits':[{'pageSize':'3MB','limit':100}]"));

        assertThat(Files.readString(control)).isEqualTo(before);
    }
}
