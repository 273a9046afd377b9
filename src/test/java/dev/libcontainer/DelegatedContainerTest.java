package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.events.ContainerEvent.OutOfMemory;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Statistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers that own their cgroups: they divide what they have, and cannot have more. */
@NeedsRoot
@Tag("vm")
class DelegatedContainerTest {
    private static final int MIB = 1 << 20;

    private final Delegated delegated = Delegated.here();
    private final boolean isUnified = delegated.isUnified();
    private final String top = delegated.top();

    @BeforeEach
    void needsCgroups() {
        assumeTrue(delegated.isPossible(), "no controller of processes");
    }

    private static ContainerSpecBuilder shell(String script) {
        return Delegated.shell(script);
    }

    private String divide() {
        return delegated.divide();
    }

    private static List<String> lines(ContainerSpec spec) throws InterruptedException {
        try (Containers containers = Containers.open();
                Container container = containers.compile(spec).spawn(Stdio.capture())) {
            container.waitFor();
            return (container.output() + container.errorOutput()).lines().toList();
        }
    }

    @Test
    void whatIsDelegatedIsDividedButNotEnlarged() throws Exception {
        assertThat(lines(shell(divide()).delegated("payload").build())).containsExactly("8", "1", "refused", "50");
    }

    @Test
    void aUserNamespacesRootDividesToo() throws Exception {
        ContainerSpec spec = Amended.of(shell(divide())
                        .user(0, 0)
                        .namespaces(EnumSet.allOf(NamespaceType.class))
                        .delegated("payload"))
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 200000, 'size': 65536}]")
                .build();

        assertThat(lines(spec)).containsExactly("8", "1", "refused", "50");
    }

    @Test
    void withoutAPayloadVersion2HandsNothingDown() throws Exception {
        assumeTrue(isUnified, "version 1 lets processes be anywhere");
        // those that divide threads, like pids, are handed down all the same
        String script = "(echo +memory > " + top + "/cgroup.subtree_control) 2>/dev/null || echo busy";

        assertThat(lines(shell(script).delegated().build())).containsExactly("busy");
        assertThat(lines(shell(script).delegated("payload").build())).isEmpty();
    }

    @Test
    void theProgramIsInThePayloadAndItsContainersCgroupIsTheTop() throws Exception {
        List<String> delegated =
                lines(shell("cat /proc/self/cgroup").delegated("payload").build());
        List<String> plain = lines(shell("cat /proc/self/cgroup").delegated().build());

        String pids = isUnified ? "0::" : ":pids:";
        assertThat(delegated).anyMatch(line -> line.contains(pids) && line.endsWith(":/payload"));
        assertThat(plain).anyMatch(line -> line.contains(pids) && line.endsWith(":/"));
    }

    @Test
    void aLaunchWithLimitsOfItsOwnHasItsPayloadToo() throws Exception {
        ContainerSpec spec = shell("cat " + top + "/pids.max; grep -c payload /proc/self/cgroup")
                .delegated("payload")
                .build();
        Launch launch = Launch.of(Stdio.capture()).limits(Limits.none().pids(20));

        try (Containers containers = Containers.open();
                Container container = containers.compile(spec).spawn(launch)) {
            container.waitFor();
            List<String> lines = container.output().lines().toList();
            assertThat(lines).hasSize(2).startsWith("20");
            assertThat(Integer.parseInt(lines.get(1))).isPositive();
        }
    }

    @Test
    void itOwnsWhatTheKernelNamesAndNothingElse() throws Exception {
        try (Containers containers = Containers.open();
                Container container = containers
                        .compile(shell("exec sleep 100000").delegated("payload").build())
                        .spawn(Stdio.nothing())) {

            Path payload = delegated.cgroupOf(container.pid());
            Path own = payload.getParent();

            assertThat(payload.getFileName()).hasToString("payload");
            assertThat(Files.getAttribute(own, "unix:uid")).isEqualTo((int) Delegated.USER);
            assertThat(Files.getAttribute(payload, "unix:uid")).isEqualTo((int) Delegated.USER);
            assertThat(Delegated.ownedFiles(own)).isEqualTo(delegated.givenFiles(own));
        }
    }

    /** Version 1 counts that where the process is, and nowhere above. */
    @Test
    @Tag("cgroup-v1")
    void outOfMemoryInThePayloadIsTheContainers() throws Exception {
        for (String payload : List.of("", "payload")) {
            ContainerSpec spec = shell("exec tail /dev/zero").delegated(payload).build();
            try (Containers containers = Containers.open();
                    Container container = containers.compile(spec).spawn(Stdio.nothing())) {
                ExitStatus exit = container.waitFor();
                assertThat(exit.oomKilled())
                        .as(exit + " in \"" + payload + "\"")
                        .isTrue();
                assertThat(exit.peakMemoryBytes().orElse(0)).isBetween(60L * MIB, 64L * MIB);
            }
        }
    }

    /** Version 1 counts kills, and refused processes, where the process is; what is watched is the container. */
    @Test
    void figuresAndEventsTellOfThePayload() throws Exception {
        ContainerSpec spec = shell("read x; tail /dev/zero; read x; tail /dev/zero; read x")
                .managed()
                .delegated("payload")
                .build();
        try (Containers containers = Containers.open();
                Container container = containers.compile(spec).spawn(Stdio.pipes())) {
            var events = Collected.all(container.events());
            var samples = Collected.all(container.samples(
                    Duration.ofMillis(20), Set.of(Counter.OOM_KILLS, Counter.PAGE_FAULTS, Counter.CPU_MICROS)));
            go(container);
            events.await(e -> e instanceof OutOfMemory);

            samples.await(sample -> sample.value(Counter.OOM_KILLS).orElse(0) == 1);
            Statistics.Memory memory = container.stats().orElseThrow().memory();
            assertThat(memory.oomKills()).hasValue(1);
            assertThat(memory.events()).containsEntry("oom_kill", 1L);
            assertThat(container.stats().orElseThrow().cpu().micros().orElse(0)).isPositive();
            samples.await(sample -> sample.value(Counter.PAGE_FAULTS).orElse(0) > 1000);

            if (!isUnified) {
                limitPayload(container); // what runs out then is not the container
            }
            go(container);
            events.await(e -> e instanceof OutOfMemory o && o.kills() == 2);
            // version 1 tells as the kernel begins to kill, and counts when it has
            samples.await(sample -> sample.value(Counter.OOM_KILLS).orElse(0) == 2);
            assertThat(container.stats().orElseThrow().memory().oomKills()).hasValue(2);
            container.kill();
            assertThat(events.isOver()).isTrue();
            assertThat(events.items().stream().filter(e -> e instanceof OutOfMemory))
                    .hasSize(2);
        }
    }

    private static void go(Container container) throws IOException {
        container.stdin().write('\n');
        container.stdin().flush();
    }

    private void limitPayload(Container container) throws IOException {
        String path = Holdings.lines(Path.of("/proc/" + container.pid() + "/cgroup")).stream()
                .filter(line -> line.contains(":memory:"))
                .map(line -> line.split(":", 3)[2])
                .findFirst()
                .orElseThrow();
        assertThat(path).endsWith("/payload");
        Path directory =
                Path.of(delegated.mounts().hierarchy("memory").orElseThrow().directory(path));
        Files.writeString(directory.resolve("memory.limit_in_bytes"), Integer.toString(32 * MIB));
    }

    /** Deeper than any stack for walking down: nothing is left of it, and the library goes on. */
    @Test
    void whatItNestsHoweverDeepIsRemoved() throws Exception {
        String script =
                "cd " + top + " && for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3 4 5 6 7 8 9 10; do mkdir n && cd n"
                        + " || exit 1; done; done; echo deep";
        try (Containers containers = Containers.open(ContainersOptions.DEFAULT.cgroupParent("libcontainer-nested"));
                Blueprint blueprint =
                        containers.compile(shell(script).delegated("payload").build())) {
            for (int i = 0; i < 2; i++) {
                try (Container container = blueprint.spawn(Stdio.capture())) {
                    container.waitFor();
                    assertThat(container.output()).isEqualTo("deep\n");
                }
            }
        }
        for (Path mount : Holdings.cgroupMounts()) {
            assertThat(mount.resolve("libcontainer-nested")).doesNotExist();
        }
    }

    /** Where only the ids of files would guard the limits, root is not given them. */
    @Test
    void theHostsRootIsNotGivenCgroupsThatItCouldWiden() throws Exception {
        ContainerSpec spec = shell(divide()).user(0, 0).delegated("payload").build();
        if (isUnified && Holdings.text(Path.of("/proc/self/mountinfo")).contains("nsdelegate")) {
            assertThat(lines(spec)).containsExactly("8", "1", "refused", "50");
            return;
        }
        try (Containers containers = Containers.open()) {
            assertThatThrownBy(() -> containers.compile(spec))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("linux.cgroupsPath: cgroups cannot be delegated to the host's root");
        }
    }

    @Test
    void withoutACgroupNamespaceThereIsNothingToOwn() {
        ContainerSpec spec =
                shell("true").namespaces(Set.of()).delegated("payload").build();
        try (Containers containers = Containers.open()) {
            assertThatThrownBy(() -> containers.compile(spec))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining("need a cgroup namespace");
            assertThatThrownBy(() ->
                            containers.compile(shell("true").delegated("a/b").build()))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining("is no name for a cgroup");
        }
    }
}
