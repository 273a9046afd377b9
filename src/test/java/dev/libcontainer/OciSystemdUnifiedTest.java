package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The systemd cgroup driver where cgroups are of version 2 only, against a real systemd. */
@NeedsRoot
@Tag("vm")
class OciSystemdUnifiedTest {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    @Test
    void limitsArePropertiesOfTheScopeAndInItsFiles() throws Exception {
        assumeTrue(Files.isExecutable(SystemdHost.SYSTEMD), "systemd is not installed");
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
        try (OciBundle bundle = new OciBundle();
                SystemdHost host = new SystemdHost(bundle.directory)) {
            bundle.linux("'cgroupsPath':'a-b.slice:web:one','resources':{'memory':{'limit':67108864,"
                            + "'reservation':33554432},'cpu':{'shares':512},'pids':{'limit':50},"
                            + "'unified':{'memory.high':'50331648'}}")
                    .with("'annotations':{'org.systemd.property.TimeoutStopSec':'7'}")
                    .runs("sleep 100000");
            assertThat(host.jrunc("run -d --bundle " + bundle.directory + " one"))
                    .isEqualTo(new SystemdHost.Ended(0, ""));

            assertThat(host.properties(
                                    "web-one.scope",
                                    "ControlGroup",
                                    "Delegate",
                                    "MemoryMax",
                                    "MemoryLow",
                                    "MemoryHigh",
                                    "CPUWeight",
                                    "TasksMax",
                                    "TimeoutStopUSec")
                            .lines())
                    .containsExactlyInAnyOrder(
                            "ControlGroup=/a.slice/a-b.slice/web-one.scope",
                            "Delegate=yes",
                            "MemoryMax=67108864",
                            "MemoryLow=33554432",
                            "MemoryHigh=50331648",
                            "CPUWeight=59", // of 512 shares, where 1024 are 100
                            "TasksMax=50",
                            "TimeoutStopUSec=7s");
            limitsAre(host, "67108864", "50");
            host.in("systemctl daemon-reload");
            limitsAre(host, "67108864", "50");

            assertThat(host.jrunc("update --memory 60m --pids-limit 20 one")).isEqualTo(new SystemdHost.Ended(0, ""));
            assertThat(host.properties("web-one.scope", "MemoryMax", "TasksMax").lines())
                    .containsExactlyInAnyOrder("MemoryMax=62914560", "TasksMax=20");
            limitsAre(host, "62914560", "20");

            assertThat(host.jrunc("delete --force one")).isEqualTo(new SystemdHost.Ended(0, ""));
            assertThat(host.properties("web-one.scope", "LoadState")).isEqualTo("LoadState=not-found\n");
        }
    }

    /** Files of the scope, seen from outside of the host. */
    private static void limitsAre(SystemdHost host, String memory, String pids) throws IOException {
        Path scope = Path.of(CGROUPS + host.cgroup + "/a.slice/a-b.slice/web-one.scope");
        assertThat(Files.readString(scope.resolve("memory.max")).strip()).isEqualTo(memory);
        assertThat(Files.readString(scope.resolve("pids.max")).strip()).isEqualTo(pids);
        assertThat(Files.readString(scope.resolve("memory.high")).strip()).isEqualTo("50331648");
        assertThat(Files.readString(scope.resolve("cpu.weight")).strip()).isEqualTo("59");
        assertThat(Files.readAllLines(scope.resolve("cgroup.procs"))).isNotEmpty();
    }
}
