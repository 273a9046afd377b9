package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cli.Jrunc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The systemd cgroup driver called by somebody who is not root, against a systemd of that user's own. */
@NeedsRoot
@Tag("vm")
class OciSystemdUserTest {
    private static final int USER = 1000;
    private static final String RUNTIME = "/run/user/" + USER;
    private static final String AS_USER =
            "setpriv --reuid 1000 --regid 1000 --clear-groups env -u DBUS_SESSION_BUS_ADDRESS"
                    + " HOME=/tmp USER=user XDG_RUNTIME_DIR=" + RUNTIME + " ";
    private static final String MANAGER =
            "[Unit]\nDefaultDependencies=no\n[Service]\nType=notify\nUser=1000\nGroup=1000\n"
                    + "Delegate=yes\nEnvironment=HOME=/tmp USER=user XDG_RUNTIME_DIR=" + RUNTIME
                    + "\nExecStart=/usr/lib/systemd/systemd --user\nKillMode=mixed\n";

    @Test
    void aContainerIsAScopeOfTheUsersOwnManager() throws Exception {
        assumeTrue(Files.isExecutable(SystemdHost.SYSTEMD), "systemd is not installed");
        assumeTrue(Files.exists(Path.of("/usr/lib/systemd/user/dbus.socket")), "no bus for users is installed");
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
        try (OciBundle bundle = new OciBundle();
                SystemdHost host = new SystemdHost(bundle.directory)) {
            OtherUser user = new OtherUser(Files.createDirectory(bundle.directory.resolve("user")), USER);
            startManager(host);
            bundle.linux("'cgroupsPath':':web:one','resources':{'memory':{'limit':67108864},'pids':{'limit':50}},"
                            + "'uidMappings':[{'containerID':0,'hostID':1000,'size':1}],"
                            + "'gidMappings':[{'containerID':0,'hostID':1000,'size':1}]")
                    .namespace("user")
                    .runs("sleep 100000");
            own(bundle.directory);

            assertThat(jrunc(host, user, "run -d --bundle " + bundle.directory + " one"))
                    .isEqualTo(new SystemdHost.Ended(0, ""));

            String cgroup = host.in(AS_USER + "systemctl --user show web-one.scope -p ControlGroup --value")
                    .strip();
            assertThat(cgroup).endsWith("/user-manager.service/user.slice/web-one.scope");
            assertThat(host.in(AS_USER + "systemctl --user show web-one.scope -p MemoryMax -p TasksMax -p Delegate")
                            .lines())
                    .containsExactlyInAnyOrder("MemoryMax=67108864", "TasksMax=50", "Delegate=yes");
            Path scope = Path.of("/sys/fs/cgroup" + host.cgroup + cgroup);
            assertThat(Files.readString(scope.resolve("memory.max")).strip()).isEqualTo("67108864");
            assertThat(Files.readString(scope.resolve("pids.max")).strip()).isEqualTo("50");
            assertThat(Files.readAllLines(scope.resolve("cgroup.procs"))).isNotEmpty();

            assertThat(jrunc(host, user, "update --pids-limit 20 one")).isEqualTo(new SystemdHost.Ended(0, ""));
            assertThat(host.in(AS_USER + "systemctl --user show web-one.scope -p TasksMax --value")
                            .strip())
                    .isEqualTo("20");
            assertThat(Files.readString(scope.resolve("pids.max")).strip()).isEqualTo("20");

            assertThat(jrunc(host, user, "delete --force one")).isEqualTo(new SystemdHost.Ended(0, ""));
            assertThat(scope).doesNotExist();
            assertThat(host.in(AS_USER + "systemctl --user show web-one.scope -p LoadState --value")
                            .strip())
                    .isEqualTo("not-found");
        }
    }

    private static void own(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", USER);
            }
        }
    }

    private static void startManager(SystemdHost host) throws IOException {
        host.in(
                "umount /proc/sys\n" // or a user namespace gets no procfs
                        + "echo 'user:x:1000:1000::/tmp:/bin/sh' >> /etc/passwd\necho 'user:x:1000:' >> /etc/group\n"
                        + "mkdir -p " + RUNTIME + " /run/systemd/system\nchown 1000:1000 " + RUNTIME + "\nchmod 700 "
                        + RUNTIME
                        + "\ncat > /run/systemd/system/user-manager.service << 'END'\n" + MANAGER + "END\n"
                        + "systemctl daemon-reload\nsystemctl start user-manager.service\n"
                        + "for i in $(seq 600); do " + AS_USER
                        + "busctl --user list 2> /dev/null | grep -q org.freedesktop.systemd1 && exit\nsleep 0.1; done\n"
                        + "systemctl status user-manager.service; exit 1");
    }

    /** From a service of the user's: who may move a process into a cgroup is asked where both have come from. */
    private static SystemdHost.Ended jrunc(SystemdHost host, OtherUser user, String words) throws IOException {
        String all = "--root " + RUNTIME + "/jrunc --systemd-cgroup " + words;
        List<String> command = user.command(Jrunc.class, all.split(" "));
        return host.ended(
                AS_USER + "systemd-run --user --quiet --wait --pipe '" + String.join("' '", command) + "' < /dev/null");
    }
}
