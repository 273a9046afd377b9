package dev.libcontainer;

import static dev.libcontainer.Patience.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.OomEvents;
import dev.libcontainer.runtime.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What limits do where cgroups are of version 2 only: told by what becomes of processes, not by control files. */
@NeedsRoot
@Tag("vm")
@Tag("linux-5.10")
class UnifiedTest {
    private static final int MIB = 1 << 20;
    private static final int SIGKILL = 9;

    @TempDir
    Path files;

    private final InCgroup host = new InCgroup();

    @BeforeEach
    void needsVersion2Only() {
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
    }

    @AfterEach
    void leavesNothing() {
        host.close();
    }

    private static Amended bare(String verbs, String member, String json) {
        return Amended.of(Inside.bare(verbs)).with("linux.resources." + member, json);
    }

    /** Where the container is. */
    private static Path directory(Container container) {
        return CgroupTest.directories("libcontainer", container.id()).get(0);
    }

    private static long number(Path directory, String file, String name) {
        return Holdings.lines(directory.resolve(file)).stream()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static String line(Container container) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = container.stdout().read();
                c != '\n' && c >= 0;
                c = container.stdout().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private static long cpuMicros(Container container) {
        return container.stats().orElseThrow().cpu().micros().orElseThrow();
    }

    // ---- processes ----

    /** Who is put there later is not counted against the limit; who is born there is. */
    @Test
    void aContainerIsBornInItsCgroup() {
        ContainerSpec nobody = bare("exit 0", "pids", "{'limit': 0}").build();
        ContainerSpec one = bare("forks 1", "pids", "{'limit': 1}").build();
        try (Containers containers = Containers.open();
                Blueprint none = containers.compile(nobody);
                Blueprint single = containers.compile(one)) {
            assertThatExceptionOfType(SpawnFailedException.class)
                    .isThrownBy(() -> none.spawn(Stdio.nothing()))
                    .satisfies(e -> assertThat(e.errno().orElse("")).startsWith("EAGAIN "))
                    .satisfies(e -> assertThat(e.syscall()).contains("clone3"));

            assertThat(Inside.see(single, Launch.of(Stdio.capture())).output()).isEqualTo("0 EAGAIN\n");
        }
    }

    @Test
    void aForkBombIsContainedAndKilledWhole() throws Exception {
        ContainerSpec bomb = Inside.bare("bomb").pidsLimit(40).build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(bomb);
                Container container = blueprint.spawn(Stdio.pipes())) {
            assertThat(line(container)).isEqualTo("lit");
            Path directory = directory(container);
            assertThat(within(5, () -> number(directory, "pids.events", "max") > 0))
                    .isTrue();
            assertThat(container.stats().orElseThrow().pids().current()).hasValue(40);

            container.kill();

            assertThat(Inside.exit(container).signal()).hasValue(SIGKILL);
            assertThat(within(
                            5,
                            () -> Holdings.text(directory.resolve("cgroup.procs"))
                                    .isEmpty()))
                    .isTrue();
        }
    }

    // ---- CPUs ----

    @Test
    void cpuTimeIsSharedByWeight() throws Exception {
        String spin = "spin 100000000";
        try (Containers containers = Containers.open();
                Blueprint light = containers.compile(bare(spin, "unified", "{'cpu.weight': '100', 'cpuset.cpus': '0'}")
                        .build());
                Blueprint heavy = containers.compile(bare(spin, "unified", "{'cpu.weight': '300', 'cpuset.cpus': '0'}")
                        .build());
                Container less = light.spawn(Stdio.nothing());
                Container more = heavy.spawn(Stdio.nothing())) {
            within(1, () -> cpuMicros(less) > 100_000);
            double ratio = 0;
            for (int i = 0; i < 4 && Math.abs(ratio - 3) > 0.3; i++) { // others may be there in one window
                long lessBefore = cpuMicros(less);
                long moreBefore = cpuMicros(more);
                Thread.sleep(2500);
                ratio = (double) (cpuMicros(more) - moreBefore) / (cpuMicros(less) - lessBefore);
            }

            assertThat(ratio).isCloseTo(3.0, withinPercentage(10));
        }
    }

    @Test
    void cpuTimeIsBounded() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.bare("spin 100000000").cpus(0.3).build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            long begun = System.nanoTime();
            long before = cpuMicros(container);
            Thread.sleep(3000);
            long used = cpuMicros(container) - before;
            long elapsed = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun);

            assertThat(used).isPositive().isLessThan(elapsed * 33 / 100 + 30_000);
            assertThat(container.stats().orElseThrow().cpu().throttledMicros().orElse(0))
                    .isPositive();
        }
    }

    @Test
    void aProcessStaysOnItsCpus() {
        assertThat(Inside.see(Inside.bare("affinity").cpuset("0")).line()).isEqualTo("0");
        assertThat(Inside.see(Inside.sandbox("affinity").cpuset("1")).line()).isEqualTo("1");
    }

    // ---- memory ----

    @Test
    void whoIsAboveMemoryHighIsHeldBackButNotKilled() throws Exception {
        ContainerSpec spec =
                bare("memhog 48", "unified", "{'memory.high': '16777216'}").build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.pipes())) {
            Path directory = directory(container);
            assertThat(within(5, () -> number(directory, "memory.events", "high") > 10))
                    .isTrue();
            Thread.sleep(1000);
            assertThat(container.isAlive()).isTrue();
            assertThat(container.stats().orElseThrow().memory().bytes().orElse(0))
                    .isBetween(15L * MIB, 24L * MIB);

            Files.writeString(directory.resolve("memory.high"), "max");
            assertThat(line(container)).isEqualTo("ok");
            assertThat(Inside.exit(container).isSuccess()).isTrue();
        }
    }

    @Test
    void theOutOfMemoryKillerStrikesInTheContainerOnly() throws Exception {
        ContainerSpec spec =
                Inside.sandbox("memhog 100").memoryLimitBytes(32 * MIB).build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container neighbour =
                        blueprint.spawn(Launch.of(Stdio.pipes()).args(Inside.verbs("memhog 8 -- sleep 100000")))) {
            assertThat(line(neighbour)).isEqualTo("ok");

            ExitStatus exit = Inside.see(blueprint, Launch.of(Stdio.capture())).exit();

            assertThat(exit.signal()).hasValue(SIGKILL);
            assertThat(exit.oomKilled()).isTrue();
            assertThat(neighbour.isAlive()).isTrue();
            assertThat(neighbour.stats().orElseThrow().memory().oomKills()).hasValue(0);
        }
    }

    // ---- block devices ----

    @Test
    void writingIsThrottled() throws IOException {
        String disk = InCgroup.diskOf(files);
        assumeTrue(!disk.isEmpty(), files + " is on no disk of its own");
        String[] numbers = disk.split(":");
        String limit = "[{'major': " + numbers[0] + ", 'minor': " + numbers[1] + ", 'rate': 1048576}]";
        Amended spec = Amended.of(Inside.sandbox("direct-write /data/file 4").bind(files.toString(), "/data", false))
                .with("linux.resources.blockIO", "{'throttleWriteBpsDevice': " + limit + "}");

        long begun = System.nanoTime();
        assertThat(Inside.see(spec.build()).line()).isEqualTo("ok");

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun))
                .as("4 MiB, one a second")
                .isGreaterThan(2900);
        assertThat(files.resolve("file")).hasSize(4 * MIB);
    }

    // ---- the OCI runtime ----

    private static final String DEVICES =
            "'devices':[{'path':'/dev/kmsg','type':'c','major':1,'minor':11,'fileMode':438}]";

    @Test
    void anOciContainerHasNoDevicesButThoseItIsAllowed() throws IOException {
        try (OciBundle bundle = new OciBundle()) {
            String verbs = "write /dev/null x -- write /dev/kmsg libcontainer-test";
            bundle.linux(DEVICES + ",'resources':{'devices':[{'allow':false}]}").runs(verbs);
            assertThat(bundle.printed()).containsExactly("ok", "EPERM");

            bundle.linux(DEVICES + ",'resources':{'devices':[{'allow':false},"
                            + "{'allow':true,'type':'c','major':1,'minor':11,'access':'w'}]}")
                    .runs(verbs);
            assertThat(bundle.printed()).containsExactly("ok", "ok");
        }
    }

    @Test
    void anOciContainerOutOfMemoryIsKilledAndToldOf() throws IOException {
        try (OciBundle bundle = new OciBundle()) {
            bundle.linux("'resources':{'memory':{'limit':33554432}}").runs("memhog 100");
            bundle.runtime.create("one", bundle.options());
            try (OomEvents events = bundle.runtime.oomEvents("one")) {
                bundle.runtime.start("one");

                assertThat(events.await(Duration.ofSeconds(Patience.seconds(5))))
                        .isEqualTo(OomEvents.Event.OUT_OF_MEMORY);
            }
            assertThat(within(5, () -> bundle.runtime.state("one").status() == Status.STOPPED))
                    .isTrue();
        }
    }

    /** Mounted with nsdelegate, as here and by systemd, nobody gets from outside of a cgroup namespace into what is in it. */
    @Test
    void whoIsExecutedInAContainerIsInItsCgroupAndItsCgroupNamespace() throws IOException {
        try (OciBundle bundle = new OciBundle()) {
            bundle.namespace("cgroup").runs("sleep 100000");
            bundle.runtime.create("one", bundle.options());
            bundle.runtime.start("one");
            long first = bundle.runtime.state("one").pid();

            int code = bundle.runtime.exec("one", OciBundle.exec("sleep 100000", true));

            assertThat(code).isZero();
            List<Integer> all = bundle.runtime.processes("one");
            assertThat(all).hasSize(2).contains((int) first);
            for (int pid : all) {
                assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/cgroup")))
                        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/" + first + "/ns/cgroup")))
                        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/cgroup")));
            }
            bundle.runtime.delete("one", true);
        }
    }

    /** What gives controllers to cgroups below takes no process itself: so it is with systemd in a container. */
    @Test
    void whoIsExecutedInAContainerThatHasMovedBelowItsCgroupIsBesideTheFirstProcess() throws IOException {
        try (OciBundle bundle = new OciBundle()) {
            bundle.linux("'cgroupsPath':'/libcontainer-below'")
                    .namespace("cgroup")
                    .runs("sleep 100000");
            bundle.runtime.create("one", bundle.options());
            bundle.runtime.start("one");
            int first = bundle.runtime.state("one").pid();
            Path cgroup = Path.of("/sys/fs/cgroup/libcontainer-below");
            Path init = Files.createDirectory(cgroup.resolve("init"));
            Files.writeString(init.resolve("cgroup.procs"), "" + first);
            Files.writeString(cgroup.resolve("cgroup.subtree_control"), "+pids");

            assertThat(bundle.runtime.exec("one", OciBundle.exec("sleep 100000", true)))
                    .isZero();

            assertThat(Files.readAllLines(init.resolve("cgroup.procs"))).hasSize(2);
            bundle.runtime.delete("one", true);
            assertThat(cgroup).doesNotExist();
        }
    }

    @Test
    void limitsOfARunningContainerCanBeChanged() throws Exception {
        ContainerCgroup cgroup = host.make("'pids':{'limit':3}");
        Process shell = host.shell(
                cgroup,
                "exec sh -c 'while read line; do sh -c \"sleep .1 & sleep .1 & sleep .1 & wait\" 2>&1; echo end; done'");
        String few = answer(shell);

        cgroup.update(InCgroup.resources("'pids':{'limit':30}"));
        String many = answer(shell);

        assertThat(few).contains("Cannot fork");
        assertThat(many).isEmpty();
        cgroup.update(InCgroup.resources("'memory':{'limit':33554432}"));
        assertThat(host.output(cgroup, "tail /dev/zero; echo $?")).endsWith("137");
    }

    private static String answer(Process shell) throws IOException {
        shell.getOutputStream().write("go\n".getBytes(StandardCharsets.US_ASCII));
        shell.getOutputStream().flush();
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("end\n")) {
            text.append((char) shell.getInputStream().read());
        }
        return text.toString().replace("end\n", "").strip();
    }
}
