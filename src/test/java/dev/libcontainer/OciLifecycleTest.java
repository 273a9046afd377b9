package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.runtime.CgroupDriver;
import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.runtime.CreateOptions;
import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.Status;
import dev.libcontainer.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The life of OCI containers (runtime.md), step by step. */
@NeedsRoot
class OciLifecycleTest {
    private static final int SIGTERM = 15;
    private static final int SIGKILL = 9;

    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private OciRuntime runtime() {
        return bundle.runtime;
    }

    private void create(String id, String verbs) throws IOException {
        runtime().create(id, bundle.runs(verbs).options());
    }

    private Status status(String id) {
        return runtime().state(id).status();
    }

    private static void within(int seconds, BooleanSupplier condition) {
        assertThat(Patience.within(seconds, condition)).as("it takes too long").isTrue();
    }

    @Test
    @Tag("vm")
    void aCreatedContainerWaitsForItsStart() throws IOException {
        create("one", "touch /out/ran -- sleep 100000");

        ContainerState created = runtime().state("one");
        assertThat(created.status()).isEqualTo(Status.CREATED);
        assertThat(created.pid()).isPositive();
        assertThat(created.bundle()).isEqualTo(bundle.directory);
        assertThat(bundle.out.resolve("ran")).doesNotExist();

        runtime().start("one");
        within(5, () -> Files.exists(bundle.out.resolve("ran")));
        assertThat(status("one")).isEqualTo(Status.RUNNING);

        runtime().kill("one", SIGKILL, false);
        within(5, () -> status("one") == Status.STOPPED);
        assertThat(runtime().state("one").pid()).isZero();
        runtime().delete("one", false);
        assertThat(runtime().list()).isEmpty();
    }

    @Test
    void anotherRuntimeStartsWhatOneHasCreated() throws IOException {
        create("one", "sleep 100000");
        runtime().close();

        try (OciRuntime other = bundle.open()) {
            assertThat(other.state("one").status()).isEqualTo(Status.CREATED);
            other.start("one");
            assertThat(other.state("one").status()).isEqualTo(Status.RUNNING);
        }
    }

    @Test
    void whatIsOutOfOrderIsRefused() throws IOException {
        create("one", "sleep 100000");
        assertThatThrownBy(() -> runtime().create("one", bundle.options()))
                .isInstanceOf(OciException.class)
                .hasMessageContaining("already exists");
        runtime().start("one");

        assertThatThrownBy(() -> runtime().start("one")).hasMessageContaining("already running");
        assertThatThrownBy(() -> runtime().delete("one", false)).hasMessageContaining("is not stopped: running");
        assertThatThrownBy(() -> runtime().resume("one")).hasMessageContaining("not paused");
        assertThatThrownBy(() -> runtime().state("other")).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> runtime().start("other")).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> runtime().delete("other", false)).hasMessageContaining("does not exist");
        runtime().delete("other", true);

        runtime().kill("one", SIGKILL, false);
        within(5, () -> status("one") == Status.STOPPED);
        assertThatThrownBy(() -> runtime().start("one")).hasMessageContaining("has stopped");
        assertThatThrownBy(() -> runtime().kill("one", SIGTERM, false)).hasMessageContaining("not running");
        assertThatThrownBy(() -> runtime().exec("one", OciBundle.exec("exit 0", false)))
                .hasMessageContaining("stopped");
    }

    @Test
    void anIdIsNoPath() {
        for (String id : List.of("", ".", "..", "a/b", "../x", "-a", "a b", "a\0b")) {
            assertThatThrownBy(() -> runtime().create(id, bundle.runs("exit 0").options()))
                    .as(id)
                    .isInstanceOf(OciException.class)
                    .hasMessageContaining("invalid container id");
        }
    }

    @Test
    @Tag("vm")
    void aFailedCreateLeavesNothing() throws IOException {
        bundle.mount("{'destination':'/x','source':'/nowhere','options':['bind']}")
                .runs("exit 0");
        assertThatThrownBy(() -> runtime().create("one", bundle.options()))
                .isInstanceOf(OciException.class)
                .hasMessageContaining("open_tree /nowhere")
                .hasMessageContaining("[mounts[3].source]");
        assertThat(runtime().list()).isEmpty();

        bundle.mount("{'destination':'/x','type':'tmpfs','options':['size=1m']}")
                .linux("'sysctl':{'vm.swappiness':'1'}");
        bundle.runs("exit 0");
        assertThatThrownBy(() -> runtime().create("one", bundle.options()))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("linux.sysctl");
        assertThat(bundle.directory.resolve("state/one")).doesNotExist();
    }

    @Test
    void whoWantsSystemdToMakeCgroupsIsRefusedWhereThereIsNone() throws IOException {
        assumeTrue(!Files.isDirectory(Path.of("/run/systemd/system")), "this host runs systemd");
        bundle.runs("exit 0");
        try (OciRuntime systemd = bundle.open(CgroupDriver.SYSTEMD)) {
            assertThatThrownBy(() -> systemd.create("one", bundle.options()))
                    .hasMessageContaining("this host does not run systemd");
        }
        assertThat(runtime().list()).isEmpty();
    }

    @Test
    void aMissingProgramIsAnErrorOfCreate() throws IOException {
        bundle.runs("exit 0");
        Path config = bundle.directory.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("/inside", "/missing"));

        assertThatThrownBy(() -> runtime().create("one", bundle.options()))
                .hasMessageContaining("find program /missing: no such file or directory");
    }

    @Test
    @Tag("vm")
    void runGivesTheProgramsOwnEnd() throws IOException {
        assertThat(runtime().run("one", bundle.runs("exit 7").options(), false, false))
                .isEqualTo(7);
        assertThat(runtime().run("one", bundle.runs("kill 15").options(), false, false))
                .isEqualTo(0); // pid 1
        assertThat(runtime().run("one", bundle.runs("exit 0").options(), false, true))
                .isZero();
        assertThat(status("one")).isEqualTo(Status.STOPPED);
    }

    @Test
    @Tag("vm")
    void execJoinsTheContainer() throws IOException {
        bundle.process("'capabilities':{'bounding':['CAP_KILL'],'effective':['CAP_KILL'],'permitted':['CAP_KILL']},"
                + "'noNewPrivileges':true,'env':['A=1']");
        create("one", "sleep 100000");
        runtime().start("one");

        assertThat(runtime().exec("one", OciBundle.exec("exit 9", false))).isEqualTo(9);
        assertThatThrownBy(() -> runtime().exec("one", OciBundle.exec(List.of("/nowhere"), false, Optional.empty())))
                .hasMessageContaining("find program /nowhere");
        runtime().exec("one", OciBundle.exec("sleep 100000", true));
        assertThat(runtime().processes("one")).hasSize(2);
        int second = runtime().processes("one").get(1);
        for (String type : List.of("pid", "mnt", "ipc", "uts", "net")) {
            assertThat(link(second, "ns/" + type))
                    .isEqualTo(link(runtime().state("one").pid(), "ns/" + type));
        }
        String status = Files.readString(Path.of("/proc/" + second + "/status"));
        assertThat(status).contains("CapEff:\t0000000000000020").contains("NoNewPrivs:\t1");
        assertThat(status).contains("CapInh:\t0000000000000000");
        assertThat(Files.readString(Path.of("/proc/" + second + "/cgroup")))
                .isEqualTo(Files.readString(
                        Path.of("/proc/" + runtime().state("one").pid() + "/cgroup")));
    }

    private static String link(int pid, String name) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/" + name)).toString();
    }

    @Test
    @Tag("vm")
    void aPausedContainerIsKilledAllTheSame() throws IOException {
        create("one", "sleep 100000");
        runtime().start("one");
        runtime().pause("one");
        assertThat(status("one")).isEqualTo(Status.PAUSED);
        assertThatThrownBy(() -> runtime().exec("one", OciBundle.exec("exit 0", false)))
                .hasMessageContaining("cannot exec in a paused container");

        runtime().kill("one", SIGKILL, false);
        within(5, () -> status("one") == Status.STOPPED);
        runtime().delete("one", false);
    }

    @Test
    @Tag("vm")
    void pausedContainersGoOn() throws IOException {
        create("one", "sleep 100000");
        runtime().start("one");
        runtime().pause("one");
        runtime().resume("one");
        assertThat(status("one")).isEqualTo(Status.RUNNING);
        assertThat(runtime().exec("one", OciBundle.exec("exit 3", false))).isEqualTo(3);
    }

    @Test
    @Tag("vm")
    void aContainerPausedBeforeItsStartIsPausedAndGoesOn() throws IOException {
        create("one", "sleep 100000");
        runtime().pause("one");
        assertThat(status("one")).isEqualTo(Status.PAUSED);
        assertThatThrownBy(() -> runtime().start("one")).hasMessageContaining("paused");

        runtime().resume("one");
        assertThat(status("one")).isEqualTo(Status.CREATED);
        runtime().start("one");
        assertThat(status("one")).isEqualTo(Status.RUNNING);
    }

    @Test
    @Tag("vm")
    void aContainerPausedBeforeItsStartIsKilledAllTheSame() throws IOException {
        create("one", "sleep 100000");
        runtime().pause("one");

        runtime().kill("one", SIGKILL, false);

        within(5, () -> status("one") == Status.STOPPED);
    }

    @Test
    @Tag("vm")
    void aContainerWithoutPidsOfItsOwnIsKilledWhole() throws IOException {
        bundle.runs("orphan -- sleep 100000");
        Path config = bundle.directory.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("{\"type\":\"pid\"},", ""));
        runtime().create("one", bundle.options());
        runtime().start("one");
        within(5, () -> runtime().processes("one").size() == 2);
        List<Integer> all = runtime().processes("one");

        runtime().delete("one", true);
        within(
                5,
                () -> all.stream()
                        .noneMatch(pid -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isPresent()));
    }

    /** Somebody else's process in the cgroup that a container is to use is nobody's to kill. */
    @Test
    void othersInTheCgroupLiveOn() throws Exception {
        Path shared = Path.of("/sys/fs/cgroup/pids/libcontainer-shared-"
                + ProcessHandle.current().pid());
        assumeTrue(Files.isDirectory(shared.getParent()), "written for version 1");
        Files.createDirectory(shared);
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            Files.writeString(shared.resolve("cgroup.procs"), Long.toString(other.pid()));
            bundle.linux("'cgroupsPath':'/" + shared.getFileName() + "'").runs("exit 0");
            Path config = bundle.directory.resolve("config.json");
            String good = Files.readString(config);
            Files.writeString(config, good.replace("/inside", "/missing"));
            assertThatThrownBy(() -> runtime().create("one", bundle.options())).hasMessageContaining("/missing");
            assertThat(other.isAlive()).isTrue();

            Files.writeString(config, good);
            assertThat(runtime().run("one", bundle.options(), false, false)).isZero();
            assertThat(other.isAlive()).isTrue();
            assertThat(bundle.warnings).anyMatch(warning -> warning.contains("cgroup is not empty"));
        } finally {
            OtherJvm.end(other);
            within(5, () -> shared.toFile().delete());
            removeSiblings(shared);
        }
    }

    private static void removeSiblings(Path shared) throws IOException {
        for (Path hierarchy : Holdings.cgroupMounts()) {
            Files.deleteIfExists(hierarchy.resolve(shared.getFileName()));
        }
    }

    @Test
    void theRootCanBeMovedInsteadOfPivotedInto() throws IOException {
        bundle.runs("write /out/x there -- exit 4");
        Files.createFile(bundle.out.resolve("x"));
        CreateOptions moved = new CreateOptions(
                bundle.directory,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                false,
                List.of(),
                List.of());

        assertThat(runtime().run("one", moved, false, false)).isEqualTo(4);
        assertThat(bundle.written("x")).isEqualTo("there");
    }

    @Test
    void waitingEndsWithTheContainer() throws Exception {
        create("one", "sleep 200 -- exit 0");
        runtime().start("one");
        runtime().await("one");
        assertThat(status("one")).isEqualTo(Status.STOPPED);
    }
}
