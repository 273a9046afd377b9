package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupSession;
import dev.libcontainer.plan.CgroupPlan;
import dev.libcontainer.plan.Wishes;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which CPUs a container runs on, and which nodes its memory comes from. */
@NeedsRoot
class PlacementTest {
    private static Amended policy(String mode, String nodes, String flags) {
        String member = "{'mode': '" + mode + "'" + (nodes.isEmpty() ? "" : ", 'nodes': '" + nodes + "'")
                + (flags.isEmpty() ? "" : ", 'flags': ['" + flags + "']") + "}";
        return Amended.of(Inside.sandbox("cat /proc/self/numa_maps")).with("linux.memoryPolicy", member);
    }

    @ParameterizedTest
    @CsvSource({
        "MPOL_DEFAULT,'','',default",
        "MPOL_BIND,0,'',bind:0",
        "MPOL_BIND,0,MPOL_F_STATIC_NODES,bind=static:0",
        "MPOL_BIND,0,MPOL_F_RELATIVE_NODES,bind=relative:0",
        "MPOL_PREFERRED,0,'',prefer:0",
        "MPOL_PREFERRED,'','',local",
        "MPOL_PREFERRED_MANY,0,'',prefer (many):0",
        "MPOL_INTERLEAVE,0,'',interleave:0",
        "MPOL_WEIGHTED_INTERLEAVE,0,'',weighted interleave:0",
        "MPOL_LOCAL,'','',local"
    })
    void theMemoryPolicyIsAsTheSpecSays(String mode, String nodes, String flags, String seen) {
        List<String> lines = Inside.see(policy(mode, nodes, flags).build()).lines();

        assertThat(lines).isNotEmpty();
        assertThat(lines).anyMatch(line -> line.contains(" " + seen + " "));
    }

    @Test
    void balancingIsAFlagOfBind() {
        List<String> lines = Inside.see(
                        policy("MPOL_BIND", "0", "MPOL_F_NUMA_BALANCING").build())
                .lines();

        assertThat(lines).anyMatch(line -> line.contains(" bind=balancing:0 "));
    }

    @Test
    void aNodeThatIsNotThereIsAnErrorThatSaysSo() {
        ContainerSpec spec = policy("MPOL_BIND", "900", "").build();

        assertThatThrownBy(() -> Inside.see(spec))
                .isInstanceOf(SpawnFailedException.class)
                .hasMessageContaining("memory policy MPOL_BIND 900: EINVAL")
                .hasMessageContaining("[linux.memoryPolicy]")
                .hasMessageContaining("none of these nodes");
    }

    // ---- CPUs ----

    private static void pinThisThread(String cpus) throws Exception {
        String thread = Path.of("/proc/thread-self").toRealPath().getFileName().toString();
        MountsTest.host("taskset", "-pc", cpus, thread);
    }

    private static String allCpus() {
        return Holdings.text(Path.of("/sys/devices/system/cpu/online")).strip();
    }

    @Test
    void theMaskOfWhoeverSpawnsIsNotInherited() throws Exception {
        String[] verbs = Inside.verbs("cat /proc/self/status");
        pinThisThread("0");
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("cat /proc/self/status").build())) {
            for (int i = 0; i < 3; i++) { // with a template and without
                assertThat(Inside.see(blueprint, Launch.of(Stdio.capture()).args(verbs))
                                .lines())
                        .contains("Cpus_allowed_list:\t" + allCpus());
            }
        } finally {
            pinThisThread(allCpus());
        }
    }

    @Test
    void norIsItInProcess() throws Exception {
        pinThisThread("0");
        try (Containers containers =
                        Containers.open(ContainersOptions.DEFAULT.engine(ContainersOptions.EngineKind.IN_PROCESS));
                Blueprint blueprint =
                        containers.compile(Inside.bare("cat /proc/self/status").build())) {
            assertThat(Inside.see(blueprint, Launch.of(Stdio.capture())).lines())
                    .contains("Cpus_allowed_list:\t" + allCpus());
        } finally {
            pinThisThread(allCpus());
        }
    }

    private static List<String> exec(String affinity) {
        ContainerSpec spec = Amended.of(Inside.bare("cat /proc/self/status"))
                .with("process.execCPUAffinity", affinity)
                .build();
        Wishes wishes = new Wishes(Optional.empty(), CgroupPlan.NONE, false, true);
        Spec oci = spec.oci();
        try (Containers containers = Containers.open();
                CgroupSession session = new CgroupSession(CgroupMounts.read(Path.of("/")), "libcontainer", "none")) {
            CgroupLayout none = CgroupLayout.of(oci.linux().orElseGet(() -> Linux.of(List.of())), session);
            try (Blueprint blueprint = new Blueprint(containers, spec, oci, wishes.withExec(true), none, false)) {
                return Inside.see(blueprint, Launch.of(Stdio.capture())).lines();
            }
        }
    }

    @Test
    void aProcessThatJoinsRunsOnTheCpusItIsGiven() {
        assertThat(exec("{'initial': '0', 'final': '1'}")).contains("Cpus_allowed_list:\t1");
        assertThat(exec("{'final': '0'}")).contains("Cpus_allowed_list:\t0");
        assertThat(exec("{'initial': '0'}"))
                .as("all, without a last word")
                .contains("Cpus_allowed_list:\t" + allCpus());
    }

    @Test
    void theFirstProcessIsNotMeant() {
        ContainerSpec spec = Amended.of(Inside.sandbox("cat /proc/self/status"))
                .with("process.execCPUAffinity", "{'initial': '0', 'final': '0'}")
                .build();

        assertThat(Inside.see(spec).lines()).contains("Cpus_allowed_list:\t" + allCpus());
    }

    @Test
    void cpusThatAreNotThereAreAnErrorThatSaysSo() {
        assertThatThrownBy(() -> exec("{'final': '4000'}"))
                .hasMessageContaining("CPUs 4000: EINVAL")
                .hasMessageContaining("[process.execCPUAffinity.final]")
                .hasMessageContaining("none of these CPUs is there");
    }

    // ---- scheduling ----

    @Test
    void aDeadlineIsAsTheSpecSays() {
        ContainerSpec spec = Amended.of(Inside.sandbox("sched"))
                .with(
                        "process.scheduler",
                        "{'policy': 'SCHED_DEADLINE', 'runtime': 1000000, 'deadline': 20000000, 'period': 50000000,"
                                + " 'flags': ['SCHED_FLAG_RESET_ON_FORK']}")
                .build();

        assertThat(Inside.see(spec).line())
                .startsWith("SCHED_DEADLINE ")
                .endsWith(" 1000000 20000000 50000000 flags 1");
    }

    @Test
    void clampsWithoutKernelSupportAreAnErrorThatSaysSo() throws Exception {
        ContainerSpec spec = Amended.of(Inside.sandbox("sched"))
                .with(
                        "process.scheduler",
                        "{'policy': 'SCHED_OTHER', 'flags': ['SCHED_FLAG_UTIL_CLAMP_MIN', 'SCHED_FLAG_UTIL_CLAMP_MAX']}")
                .build();
        boolean clamps = Files.exists(Path.of("/proc/sys/kernel/sched_util_clamp_min"));

        if (clamps) {
            assertThat(Inside.see(spec).line()).startsWith("SCHED_OTHER ");
        } else {
            assertThatThrownBy(() -> Inside.see(spec))
                    .hasMessageContaining("EOPNOTSUPP")
                    .hasMessageContaining("CONFIG_UCLAMP_TASK");
        }
    }

    @Test
    void flagsOfAPersonalityAreRefused() {
        ContainerSpec spec = Amended.of(Inside.sandbox("personality"))
                .with("linux.personality", "{'domain': 'LINUX', 'flags': ['ADDR_NO_RANDOMIZE']}")
                .build();

        assertThatThrownBy(() -> Inside.see(spec))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("linux.personality.flags[0]");
    }

    @Test
    void cachesThatCannotBeDividedAreNamed() {
        ContainerSpec spec = Amended.of(Inside.sandbox("pid"))
                .with("linux.intelRdt", "{'closID': 'gold'}")
                .build();

        assertThatThrownBy(() -> Inside.see(spec))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("linux.intelRdt: "
                        + (Files.exists(Path.of("/sys/fs/resctrl/schemata"))
                                ? "is not"
                                : "needs the resctrl file system"));
    }

    @Test
    void securityModulesThatAreNotThereAreNamed() {
        for (String[] member : new String[][] {
            {"process.apparmorProfile", "'docker-default'", "needs AppArmor"},
            {"process.selinuxLabel", "'system_u:system_r:container_t:s0'", "needs SELinux"},
            {"linux.mountLabel", "'system_u:object_r:container_file_t:s0'", "needs SELinux"}
        }) {
            boolean apparmor = Files.exists(Path.of("/sys/module/apparmor/parameters/enabled"));
            boolean selinux = Files.exists(Path.of("/sys/fs/selinux/enforce"));
            if (member[2].contains("SELinux") ? selinux : apparmor) {
                continue; // then the tests of the machine that has it say more
            }
            ContainerSpec spec =
                    Amended.of(Inside.sandbox("pid")).with(member[0], member[1]).build();

            assertThatThrownBy(() -> Inside.see(spec))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining(member[0] + ": " + member[2] + ", which this host has not enabled");
        }
    }
}
