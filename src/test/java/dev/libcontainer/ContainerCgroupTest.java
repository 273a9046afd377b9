package dev.libcontainer;

import static dev.libcontainer.Patience.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.CgroupVersion;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The cgroups of an OCI container on the real kernel. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class ContainerCgroupTest {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    private final InCgroup host = new InCgroup();

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
                .filteredOn(line -> host.mounts.unified().isPresent() || !line.startsWith("0::"))
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
    void aRelativePathIsBelowTheOwnCgroupOrBesideThatOfVersion2() {
        ContainerCgroup cgroup = ContainerCgroup.make(host.mounts, "", host.name, Optional.empty());
        try {
            host.mounts.hierarchies().forEach(hierarchy -> {
                Path own = Path.of(hierarchy.ownDirectory().orElseThrow());
                boolean beside =
                        hierarchy.version() == CgroupVersion.V2 && !own.equals(Path.of(hierarchy.mountPoint()));
                Path expected = (beside ? own.getParent() : own).resolve(host.name);
                assertThat(cgroup.paths().get(hierarchy.name())).isEqualTo(expected.toString());
                assertThat(expected).isDirectory();
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
            assertThat(sleeper.waitFor(Patience.seconds(5), TimeUnit.SECONDS)).isTrue();
            assertThat(sleeper.exitValue()).isEqualTo(128 + SIGTERM);
        }
    }

    @Test
    void aForkBombDies() throws Exception {
        ContainerCgroup cgroup = host.make("'pids':{'limit':60}");
        Process bomb = host.shell(cgroup, "f() { f & f & sleep 0.01; }; f 2> /dev/null; sleep 1000");
        assertThat(within(5, () -> cgroup.processes().size() > 20)).isTrue();

        cgroup.kill(SIGKILL);

        assertThat(bomb.waitFor(Patience.seconds(5), TimeUnit.SECONDS)).isTrue();
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

        assertThat(sleeper.waitFor(Patience.seconds(5), TimeUnit.SECONDS)).isTrue();
        assertThat(sleeper.exitValue()).isEqualTo(128 + SIGKILL);
        assertThat(cgroup.frozen())
                .as("version 2 kills who is frozen, version 1 thaws first")
                .isEqualTo(host.mounts.hierarchy("freezer").isEmpty());
    }

    @Test
    void aFrozenContainerStaysSoWhenItGetsAnotherSignal() throws Exception {
        ContainerCgroup cgroup = host.make("");
        Process sleeper = host.sleeper(cgroup);
        cgroup.freeze();

        cgroup.kill(SIGTERM);
        assertThat(cgroup.frozen()).isTrue();
        if (host.mounts.hierarchy("freezer").isPresent()) { // version 2 lets what is fatal through
            assertThat(sleeper.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
        }

        cgroup.thaw();
        assertThat(sleeper.waitFor(Patience.seconds(5), TimeUnit.SECONDS)).isTrue();
    }

    // ---- cgroups below ----

    @Test
    void oneControllerMayGoBelowAndTheOthersStay() throws IOException {
        assumeTrue(host.mounts.hierarchies().size() > 1, "needs version 1");
        String cpu = host.mounts.hierarchy("cpu").orElseThrow().name(); // some hosts mount it with cpuacct
        ContainerCgroup cgroup = host.make("");
        Files.createDirectory(Path.of(cgroup.paths().get("memory"), "sub"));
        Files.createDirectory(Path.of(cgroup.paths().get(cpu), "sub"));

        ContainerCgroup below = cgroup.subCgroup(List.of("memory,cpu:sub"));

        assertThat(below.paths().get("memory")).isEqualTo(cgroup.paths().get("memory") + "/sub");
        assertThat(below.paths().get(cpu)).isEqualTo(cgroup.paths().get(cpu) + "/sub");
        assertThat(below.paths().get("pids")).isEqualTo(cgroup.paths().get("pids"));
        assertThat(cgroup.subCgroup(List.of("/")).paths()).isEqualTo(cgroup.paths());
    }

    /** Version 1 before Linux 5.11 counts it only where it was told to. */
    @Test
    @Tag("cgroup-v1")
    void aLimitOfMemoryHoldsForWhatIsBelow() throws IOException {
        ContainerCgroup cgroup = host.make("'memory':{'limit':33554432}");
        String memory = host.mounts.hierarchy("memory").orElseThrow().name();
        Path sub = Files.createDirectory(Path.of(cgroup.paths().get(memory), "sub"));
        String below = "echo $$ > " + sub + "/cgroup.procs; " + Inside.HOST_PATH + " memhog 100; echo $?";

        assertThat(host.output(cgroup, below)).endsWith("137");
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
}
