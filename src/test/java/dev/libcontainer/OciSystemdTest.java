package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The systemd cgroup driver, against a real systemd: the first process of a container that jrunc is called in. */
@NeedsRoot
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciSystemdTest {
    private static OciBundle bundle;
    private static SystemdHost host;

    @BeforeAll
    static void boot() throws Exception {
        assumeTrue(Files.isExecutable(SystemdHost.SYSTEMD), "systemd is not installed");
        assumeTrue(
                Files.isDirectory(Path.of("/sys/fs/cgroup/systemd")), "written for a host with version 1 hierarchies");
        bundle = new OciBundle();
        host = new SystemdHost(bundle.directory);
    }

    @AfterAll
    static void shutDown() throws Exception {
        if (host != null) {
            host.close();
            bundle.close();
        }
    }

    /** A file of a cgroup of a unit, seen from the real host. */
    private static Path file(String controller, String unit, String name) {
        return Path.of("/sys/fs/cgroup", controller, host.cgroup, unit, name);
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    private static void run(String id) throws IOException {
        SystemdHost.Ended ran = host.jrunc("run -d --bundle " + bundle.directory + " " + id);
        assertThat(ran).isEqualTo(new SystemdHost.Ended(0, ""));
    }

    @Test
    void aContainerIsAScopeWithLimitsThatSystemdKnows() throws Exception {
        bundle.linux(
                        "'cgroupsPath':'a-b.slice:web:one','resources':{'memory':{'limit':67108864},"
                                + "'cpu':{'shares':512,'quota':51234,'period':100000},'pids':{'limit':50},"
                                + "'devices':[{'allow':false,'access':'rwm'},{'allow':true,'type':'c','major':10,'minor':200,'access':'rw'}]}")
                .runs("sleep 100000");
        run("one");

        String unit = "a.slice/a-b.slice/web-one.scope";
        assertThat(host.properties(
                                "web-one.scope",
                                "ActiveState",
                                "Slice",
                                "ControlGroup",
                                "Delegate",
                                "MemoryLimit",
                                "CPUShares",
                                "CPUQuotaPerSecUSec",
                                "TasksMax",
                                "DevicePolicy",
                                "DeviceAllow")
                        .lines())
                .contains(
                        "ActiveState=active",
                        "Slice=a-b.slice",
                        "ControlGroup=/" + unit,
                        "Delegate=yes",
                        "MemoryLimit=67108864",
                        "CPUShares=512",
                        "CPUQuotaPerSecUSec=520ms", // whole percents, rounded up
                        "TasksMax=50",
                        "DevicePolicy=strict",
                        "DeviceAllow=/dev/char/10:200 rw",
                        "DeviceAllow=char-136 rwm");
        limitsAre(unit, "67108864", "50");
        for (String controller : List.of("systemd", "cpu", "devices", "freezer", "cpuset", "unified")) {
            assertThat(read(file(controller, unit, "cgroup.procs")))
                    .as(controller)
                    .isNotEmpty();
        }

        host.in("systemctl daemon-reload");
        limitsAre(unit, "67108864", "50");
        assertThat(read(file("devices", unit, "devices.list")))
                .contains("c 10:200 rw")
                .doesNotContain("a *:*");

        assertThat(host.jrunc("update --memory 32m --pids-limit 20 one")).isEqualTo(new SystemdHost.Ended(0, ""));
        assertThat(host.properties("web-one.scope", "MemoryLimit", "TasksMax").lines())
                .contains("MemoryLimit=33554432", "TasksMax=20");
        limitsAre(unit, "33554432", "20");

        assertThat(host.jrunc("delete --force one")).isEqualTo(new SystemdHost.Ended(0, ""));
        isGone("web-one.scope", unit);
    }

    @Test
    void annotationsArePropertiesOfTheUnit() throws Exception {
        bundle.linux("'cgroupsPath':':x:eight','resources':{}")
                .with("'annotations':{'org.systemd.property.TimeoutStopSec':'2.5',"
                        + "'org.systemd.property.CollectMode':'\\'inactive-or-failed\\'',"
                        + "'org.systemd.property.SendSIGHUP':'true',"
                        + "'org.systemd.property.CPUShares':'uint64 300',"
                        + "'org.systemd.property.Documentation':'[\\'man:one(1)\\',\\'man:two(2)\\']'}"
                                .replace("\\'", "\\u0027"))
                .runs("sleep 100000");
        SystemdHost.Ended ran = host.jrunc("run -d --bundle " + bundle.directory + " eight");
        bundle.with("'annotations':{}");

        assertThat(ran).isEqualTo(new SystemdHost.Ended(0, ""));
        assertThat(host.properties(
                                "x-eight.scope",
                                "TimeoutStopUSec",
                                "CollectMode",
                                "SendSIGHUP",
                                "CPUShares",
                                "Documentation")
                        .lines())
                .contains(
                        "TimeoutStopUSec=2.500000s",
                        "CollectMode=inactive-or-failed",
                        "SendSIGHUP=yes",
                        "CPUShares=300",
                        "Documentation=\"man:one(1)\" \"man:two(2)\"");
        assertThat(host.jrunc("delete --force eight")).isEqualTo(new SystemdHost.Ended(0, ""));
    }

    @Test
    void anAnnotationThatIsNoPropertyIsRefusedBeforeAnythingIsMade() throws Exception {
        bundle.linux("'cgroupsPath':':x:nine','resources':{}");
        bundle.with("'annotations':{'org.systemd.property.TimeoutStopSec':'soon'}")
                .runs("exit 0");
        SystemdHost.Ended unread = host.jrunc("create --bundle " + bundle.directory + " nine");
        bundle.with("'annotations':{'org.systemd.property.CollectMode':'true'}").runs("exit 0");
        SystemdHost.Ended unknown = host.jrunc("create --bundle " + bundle.directory + " nine");
        bundle.with("'annotations':{}");

        assertThat(unread.code()).isEqualTo(1);
        assertThat(unread.said()).contains("annotations[\"org.systemd.property.TimeoutStopSec\"]: expected a value");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.said()).contains("systemd refuses StartTransientUnit x-nine.scope");
        isGone("x-nine.scope", "system.slice/x-nine.scope");
    }

    private static void limitsAre(String unit, String memory, String pids) throws IOException {
        assertThat(read(file("memory", unit, "memory.limit_in_bytes"))).isEqualTo(memory);
        assertThat(read(file("pids", unit, "pids.max"))).isEqualTo(pids);
        assertThat(read(file("cpu", unit, "cpu.cfs_quota_us")))
                .isIn("51234", "52000"); // systemd rounds, when it writes
    }

    private static void isGone(String name, String unit) throws IOException {
        assertThat(host.properties(name, "LoadState")).isEqualTo("LoadState=not-found\n");
        for (String controller : List.of("systemd", "memory", "cpuset", "unified")) {
            assertThat(file(controller, unit, "")).as(controller).doesNotExist();
        }
    }

    @Test
    void withoutAPathTheIdNamesTheScopeAndItsEndTheUnits() throws Exception {
        bundle.linux("'resources':{}").runs("cgroup -- exit 7");

        SystemdHost.Ended ran = host.jrunc("run --bundle " + bundle.directory + " two");

        assertThat(ran.said().lines()).contains("0::/system.slice/jrunc-two.scope");
        assertThat(ran.code()).isEqualTo(7);
        isGone("jrunc-two.scope", "system.slice/jrunc-two.scope");
    }

    @Test
    void aCreateThatFailsLeavesNoUnit() throws Exception {
        bundle.linux("'cgroupsPath':':x:three'")
                .with("'hooks':{'createRuntime':[{'path':'/bin/false'}]}")
                .runs("exit 0");
        SystemdHost.Ended ran = host.jrunc("create --bundle " + bundle.directory + " three");
        bundle.with("'annotations':{}");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.said()).contains("hooks.createRuntime");
        isGone("x-three.scope", "system.slice/x-three.scope");
    }

    /** What ends by itself takes its unit along, and delete does not mind. */
    @Test
    void aContainerThatHasEndedCanBeDeletedAndItsNameUsedAgain() throws Exception {
        bundle.linux("'cgroupsPath':'-:x:four'").runs("exit 0");
        for (int round = 0; round < 2; round++) {
            run("four");
            host.in("for i in $(seq 100); do test -d /sys/fs/cgroup/systemd/x-four.scope || break; sleep 0.1; done");
            assertThat(host.jrunc("delete four")).isEqualTo(new SystemdHost.Ended(0, ""));
        }
        isGone("x-four.scope", "x-four.scope");
    }

    @Test
    void aPathOfAnotherDriverIsRefused() throws Exception {
        bundle.linux("'cgroupsPath':'/a/b'").runs("exit 0");

        SystemdHost.Ended ran = host.jrunc("create --bundle " + bundle.directory + " five");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.said()).contains("slice:prefix:name");
        assertThat(host.jrunc("list -q")).isEqualTo(new SystemdHost.Ended(0, ""));
    }

    @Test
    void aBusThatIsNotThereIsNamed() throws Exception {
        bundle.linux("'resources':{}").runs("exit 0");
        String command = "export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere\n";

        SystemdHost.Ended ran = host.jrunc(command, "create --bundle " + bundle.directory + " six");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.said()).contains("cannot reach systemd over D-Bus at unix:path=/nowhere");
    }

    /** The launcher's jar has all that the bus needs. */
    @Test
    void theInstalledCommandSpeaksToSystemdToo() throws Exception {
        Path launcher = Path.of("bin/jrunc").toAbsolutePath();
        assertThat(new ProcessBuilder(launcher.toString(), "--version").start().waitFor())
                .isZero(); // builds what is run
        bundle.linux("'resources':{}").runs("cgroup -- exit 8");

        SystemdHost.Ended ran = host.ended(launcher + " --root /run/jrunc --cgroup-manager systemd run --bundle "
                + bundle.directory + " seven < /dev/null");

        assertThat(ran.said()).contains("0::/system.slice/jrunc-seven.scope").doesNotContain("SLF4J");
        assertThat(ran.code()).isEqualTo(8);
    }
}
