package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupSession;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.stats.Statistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits are visible in the control files and enforced; the directories are gone with the container. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class CgroupTest {
    private static final int MIB = 1 << 20;
    private static final int SIGKILL = 9;

    /** Directories of that name below the library's, in all hierarchies. */
    static List<Path> directories(String parent, String name) {
        List<Path> found = new ArrayList<>();
        for (Path mount : Holdings.cgroupMounts()) {
            Path top = mount.resolve(parent);
            if (Files.isDirectory(top)) {
                try (Stream<Path> owners = Files.list(top)) {
                    owners.filter(owner -> owner.getFileName().toString().startsWith(Inside.owner() + "-"))
                            .map(owner -> owner.resolve(name))
                            .filter(Files::isDirectory)
                            .forEach(found::add);
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return found;
    }

    /** The content of the first of these control files that there is: version 1 and 2 have different names. */
    private static String control(String name, String... files) {
        return Stream.of(files)
                .flatMap(file -> directories("libcontainer", name).stream().map(directory -> directory.resolve(file)))
                .filter(Files::exists)
                .map(file -> Holdings.text(file).strip())
                .findFirst()
                .orElse("no such file");
    }

    @Test
    void limitsAreInTheControlFiles() {
        ContainerSpec spec = Inside.sandbox("sleep 100000")
                .memoryLimitBytes(64 * MIB)
                .pidsLimit(17)
                .cpus(0.5)
                .cpuset("0")
                .build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Launch.of(Stdio.nothing()).id("limited"))) {
            String id = container.id();

            assertThat(control(id, "memory.limit_in_bytes", "memory.max")).isEqualTo("67108864");
            assertThat(control(id, "pids.max")).isEqualTo("17");
            assertThat(control(id, "cpu.cfs_quota_us", "cpu.max")).isIn("50000", "50000 100000");
            assertThat(control(id, "cpuset.cpus")).isEqualTo("0");
            assertThat(directories("libcontainer", id))
                    .allSatisfy(directory -> assertThat(Holdings.text(directory.resolve("cgroup.procs"))
                                    .strip())
                            .isEqualTo(Long.toString(container.pid())));
        }
    }

    @Test
    void theContainerIsInItFromTheStartAlsoThroughATemplate() {
        ContainerSpec spec = Inside.sandbox("cgroup").pidsLimit(17).build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec)) {
            for (int i = 0; i < 3; i++) {
                assertThat(Inside.see(blueprint, "cgroup").lines())
                        .as("the root of its cgroup namespace is its own cgroup")
                        .anyMatch(line -> line.matches("\\d+:(pids)?:/"));
            }
        }
        Seen bare = Inside.see(Inside.bare("cgroup").pidsLimit(17));
        assertThat(bare.lines()).anyMatch(line -> line.matches(".*:/libcontainer/" + Inside.owner() + "-.*/c1"));
    }

    @Test
    @Tag("cgroup-v1")
    void whoNeedsMoreMemoryIsKilledAndItIsSaidWhy() {
        Seen seen = Inside.see(Inside.sandbox("memhog 10 -- memhog 100").memoryLimitBytes(32 * MIB));

        assertThat(seen.lines()).containsExactly("ok");
        assertThat(seen.exit().signal()).hasValue(SIGKILL);
        assertThat(seen.exit().oomKilled()).isTrue();
        assertThat(seen.exit().toString()).contains("out of memory");
        assertThat(seen.exit().peakMemoryBytes().orElse(0)).isCloseTo(32L * MIB, within((long) MIB));
    }

    @Test
    void whoNeedsLessIsNot() {
        Seen seen = Inside.see(Inside.sandbox("memhog 20").memoryLimitBytes(64 * MIB));

        assertThat(seen.line()).isEqualTo("ok");
        assertThat(seen.exit().oomKilled()).isFalse();
        assertThat(seen.exit().peakMemoryBytes().orElse(0)).isBetween(20L * MIB, 64L * MIB);
    }

    @Test
    void aKilledContainerIsNotTakenForOneOutOfMemory() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("sleep 100000")
                        .memoryLimitBytes(64 * MIB)
                        .build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            container.kill();

            assertThat(Inside.exit(container).oomKilled()).isFalse();
        }
    }

    @Test
    @Tag("cgroup-v1")
    void processesBeyondTheLimitCannotBeForked() {
        assertThat(Inside.see(Inside.sandbox("forks 20").pidsLimit(5)).line()).isEqualTo("4 EAGAIN");
        assertThat(Inside.see(Inside.sandbox("forks 20").pidsLimit(50)).line()).isEqualTo("20");
    }

    @Test
    @Tag("cgroup-v1")
    void cpuTimeIsBounded() {
        long begun = System.nanoTime();
        Seen seen = Inside.see(Inside.sandbox("spin 500").cpus(0.2));
        Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);

        Duration used = seen.exit().userTime().plus(seen.exit().systemTime());
        assertThat(used).isLessThan(elapsed.dividedBy(5).plusMillis(150));
    }

    @Test
    void statisticsOfARunningContainer() throws Exception {
        ContainerSpec spec = Inside.sandbox("memhog 16 -- sleep 100000")
                .memoryLimitBytes(64 * MIB)
                .pidsLimit(5)
                .cpus(0.5)
                .build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.nothing())) {
            Patience.within(
                    2,
                    () -> container.stats().orElseThrow().memory().peakBytes().orElse(0) >= 16 * MIB);
            Statistics stats = container.stats().orElseThrow();

            assertThat(stats.memory().limitBytes()).hasValue(64L * MIB);
            assertThat(stats.memory().peakBytes().orElse(0)).isBetween(16L * MIB, 64L * MIB);
            assertThat(stats.memory().bytes().orElse(-1)).isBetween(0L, 64L * MIB);
            assertThat(stats.pids().current()).hasValue(1);
            assertThat(stats.cpu().micros().isPresent()).isEqualTo(isAccountedWithCpu());
            assertThat(stats.cpu().micros().orElse(1)).isPositive();
            assertThat(stats.cpu().throttledMicros()).isPresent();
            assertThat(stats.memory().oomKills()).hasValue(0);
        }
    }

    /** Version 2 accounts for CPU time anyway, version 1 where that controller is mounted together with cpu. */
    private static boolean isAccountedWithCpu() {
        return Holdings.cgroupMounts().stream()
                .anyMatch(mount -> Files.exists(mount.resolve("cpuacct.usage"))
                        ? Files.exists(mount.resolve("cpu.shares"))
                        : Files.exists(mount.resolve("cgroup.controllers"))
                                && List.of(Holdings.text(mount.resolve("cgroup.controllers"))
                                                .strip()
                                                .split(" "))
                                        .contains("cpu"));
    }

    @Test
    void withoutACgroupThereAreNoStatistics() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 100000").build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            assertThat(container.stats()).isEqualTo(Optional.empty());
        }
    }

    @Test
    @Tag("cgroup-v1")
    void devicesAreAllowedAndDenied() {
        ContainerSpec spec = Amended.of(Inside.bare("write /dev/null x -- write /dev/kmsg x"))
                .with("linux.resources.devices", "[{'allow': false}]")
                .build();
        assertThat(Inside.see(spec).lines()).containsExactly("ok", "EPERM");

        ContainerSpec more = Amended.of(Inside.bare("write /dev/null x -- write /dev/kmsg x"))
                .with(
                        "linux.resources.devices",
                        "[{'allow': false}, {'allow': true, 'type': 'c', 'major': 1, 'minor': 11, 'access': 'w'}]")
                .build();
        assertThat(Inside.see(more).lines()).containsExactly("ok", "ok");
    }

    @Test
    void rulesForDevicesHoldInADirectoryOfTheirOwnOnVersion2() throws IOException {
        CgroupMounts mounts = CgroupMounts.read(Path.of("/"));
        assumeTrue(mounts.unified().isPresent(), "needs a mounted cgroup v2");
        CgroupMounts v2 = new CgroupMounts(CgroupMode.UNIFIED, Map.of(), mounts.unified());
        Linux linux = Amended.of(Inside.bare("exit 0"))
                .with("linux.resources.devices", "[{'allow': false}]")
                .build()
                .oci()
                .linux()
                .orElseThrow();
        String owner = Inside.owner() + "-devices";
        try (CgroupSession session = new CgroupSession(v2, "libcontainer", owner)) {
            CgroupLayout layout = CgroupLayout.of(linux, session);
            Path own = Path.of(mounts.unified().get().mountPoint(), "libcontainer", owner, "_devices-1");
            assertThat(own).isDirectory();

            String seen = InCgroup.output(new ProcessBuilder(
                            "/bin/bash",
                            "-c",
                            "echo $$ > " + own + "/cgroup.procs; echo > /dev/null && echo > /dev/kmsg")
                    .redirectErrorStream(true)
                    .start());
            assertThat(seen).contains("/dev/kmsg: Operation not permitted");

            layout.close();
            assertThat(own).doesNotExist();
        }
    }

    @Test
    void everySpawnHasADirectoryOfItsOwnName() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("sleep 100000").pidsLimit(5).build())) {
            Launch launch = Launch.of(Stdio.nothing());
            Container first = blueprint.spawn(launch.id("one"));
            Container second = blueprint.spawn(launch.cgroupName("two"));

            assertThat(directories("libcontainer", "one")).hasSize(1);
            assertThat(directories("libcontainer", "two")).hasSize(1);

            first.close();
            second.close();
            assertThat(directories("libcontainer", "one")).isEmpty();
            assertThat(directories("libcontainer", "two")).isEmpty();
            try (Container again = blueprint.spawn(launch.id("one"))) {
                assertThat(again.isAlive()).isTrue();
            }
        }
    }

    @Test
    void aBlueprintThatIsClosedFirstLeavesNoCgroup() {
        try (Containers containers = Containers.open()) {
            Blueprint blueprint = containers.compile(
                    Inside.sandbox("sleep 100000").pidsLimit(5).build());
            Container container = blueprint.spawn(Launch.of(Stdio.nothing()));

            blueprint.close();
            container.close();
        }
    }

    @Test
    void whatFormerContainersDidIsNotThatOfOneWhoKeepsTheDirectories() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("sleep 100000")
                        .memoryLimitBytes(32 * MIB)
                        .build())) {
            assertThat(Inside.see(blueprint, "memhog 100").exit().oomKilled()).isTrue();

            Container kept = blueprint.spawn(Stdio.nothing());
            kept.update(Limits.none().memoryBytes(48 * MIB));
            kept.close();

            assertThat(kept.onExit().join().oomKilled()).isFalse();
        }
    }

    @Test
    void oneContainersFiguresAreNotTheNextOnes() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("exit 0").memoryLimitBytes(32 * MIB).build())) {
            for (int i = 0; i < 3; i++) {
                ExitStatus hungry = Inside.see(blueprint, "memhog 100").exit();
                assertThat(hungry.oomKilled()).isTrue();

                ExitStatus modest = Inside.see(blueprint, "memhog 1").exit();
                assertThat(modest.oomKilled()).isFalse();
                assertThat(modest.isSuccess()).isTrue();
                assertThat(modest.peakMemoryBytes().orElse(0)).isLessThan(16L * MIB);
            }
        }
    }

    @Test
    void theParentCanBeChosen() {
        String parent = "libcontainer/" + Inside.owner() + "-chosen";
        ContainersOptions options = ContainersOptions.DEFAULT.cgroupParent(parent);
        // the audit looks for directories of this name; the inner one is the library's to remove
        Holdings.cgroupMounts()
                .forEach(mount -> mount.resolve("libcontainer").toFile().mkdir());
        try (Containers containers = Containers.open(options);
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("sleep 100000").pidsLimit(5).build());
                Container container = blueprint.spawn(Launch.of(Stdio.nothing()).id("chosen"))) {
            assertThat(directories(parent, container.id())).hasSize(1);
        } finally {
            Holdings.cgroupMounts()
                    .forEach(mount -> mount.resolve("libcontainer").toFile().delete());
        }
    }

    // ---- what a container leaves behind ----

    private static boolean isThere(String pid) {
        String stat = Holdings.text(Path.of("/proc/" + pid + "/stat"));
        return !stat.isEmpty() && !stat.contains(") Z ");
    }

    private static void waitUntilGone(String pid) {
        assertThat(Patience.within(1, () -> !isThere(pid))).isTrue();
    }

    @Test
    @Tag("cgroup-v1")
    void killingAContainerWithoutAPidNamespaceKillsItsOrphans() throws Exception {
        for (ContainerSpecBuilder builder : List.of(
                Inside.bare("orphan -- sleep 100000").cgroup(),
                Inside.bare("orphan -- sleep 100000").pidsLimit(10))) {
            try (Containers containers = Containers.open();
                    Blueprint blueprint = containers.compile(builder.build());
                    Container container = blueprint.spawn(Stdio.pipes())) {
                String orphan = line(container);
                assertThat(isThere(orphan)).isTrue();

                container.kill();

                assertThat(Inside.exit(container).signal()).hasValue(SIGKILL);
                waitUntilGone(orphan);
            }
        }
    }

    private static String line(Container container) throws java.io.IOException {
        StringBuilder line = new StringBuilder();
        for (int c = container.stdout().read();
                c != '\n';
                c = container.stdout().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    @Test
    void orphansOfAContainerThatEndedByItselfAreKilledWithItsCgroup() throws Exception {
        for (ContainerSpecBuilder builder :
                List.of(Inside.bare("orphan").cgroup(), Inside.bare("orphan").pidsLimit(10))) {
            Seen seen = Inside.see(builder);

            assertThat(seen.exit().isSuccess()).isTrue();
            waitUntilGone(seen.line());
        }
    }

    @Test
    void orphansInAPidNamespaceDieWithItsFirstProcess() {
        Seen seen = Inside.see(Inside.sandbox("orphan").pidsLimit(10));

        assertThat(seen.exit().isSuccess()).isTrue();
    }

    @Test
    void cgroupsThatTheContainerMadeAreRemovedToo() {
        CgroupMounts mounts = CgroupMounts.read(Path.of("/"));
        String own = mounts.version("pids").filter(CgroupVersion.V2::equals).isPresent() ? "/cg" : "/cg/pids";
        ContainerSpec spec = Amended.of(Inside.sandbox("mkdir OWN/inner -- mkdir OWN/inner/most".replace("OWN", own))
                        .pidsLimit(10))
                .plus("mounts", "{'destination': '/cg', 'type': 'cgroup', 'source': 'cgroup', 'options': ['rw']}")
                .build();

        assertThat(Inside.see(spec).lines()).containsExactly("ok", "ok");
    }
}
