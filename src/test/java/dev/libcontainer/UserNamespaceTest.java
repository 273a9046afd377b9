package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.Inside.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsRoot
@Tag("vm")
class UserNamespaceTest {
    @TempDir
    Path files;

    private static Amended mapped(ContainerSpecBuilder builder) {
        return Amended.of(builder)
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 200000, 'size': 65536}]");
    }

    private static List<String> status(long pid, String field) {
        return Holdings.lines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .toList();
    }

    @Test
    void rootInsideIsAnotherUserOutside() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        mapped(Inside.sandbox("ids -- sleep 100000")).build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            assertThat(status(container.pid(), "Uid")).containsExactly("100000\t100000\t100000\t100000");
            assertThat(status(container.pid(), "Gid")).containsExactly("200000\t200000\t200000\t200000");
            assertThat(status(container.pid(), "Groups")).containsExactly("");

            assertThat(Inside.see(blueprint, "ids").lines()).containsExactly("uid 0 0 0 0", "gid 0 0 0 0");
        }
    }

    @Test
    void itCanBeJoinedWithARootOfOnesOwn() {
        try (Containers containers = Containers.open();
                Blueprint first = containers.compile(
                        mapped(Inside.sandbox("sleep 100000")).build());
                Container holder = first.spawn(Stdio.nothing())) {
            String path = "/proc/" + holder.pid() + "/ns/user";
            ContainerSpec spec = Amended.of(Inside.sandbox("ids -- touch /tmp/x -- touch /usr/x -- readlink /bin"))
                    .plus("linux.namespaces", "{'type': 'user', 'path': '" + path + "'}")
                    .build();
            try (Blueprint second = containers.compile(spec)) {
                assertThat(Inside.see(second, Launch.of(Stdio.capture())).lines())
                        .containsExactly("uid 0 0 0 0", "gid 0 0 0 0", "ok", "EROFS", "usr/bin");
            }
        }
    }

    @Test
    void aJoinedOneThatDoesNotMapRootIsToldAsSuch() {
        try (Containers containers = Containers.open();
                Blueprint first = containers.compile(mapped(ContainerSpec.builder()
                                .noIsolation()
                                .user(5, 5)
                                .command("/bin/sleep", "1000")
                                .env(Holdings.OWNER_VARIABLE, Inside.owner()))
                        .with("linux.uidMappings", "[{'containerID': 5, 'hostID': 100000, 'size': 1}]")
                        .with("linux.gidMappings", "[{'containerID': 5, 'hostID': 100000, 'size': 1}]")
                        .build());
                Container holder = first.spawn(Stdio.nothing())) {
            String path = "/proc/" + holder.pid() + "/ns/user";
            ContainerSpec spec = Amended.of(Inside.sandbox("exit 0"))
                    .plus("linux.namespaces", "{'type': 'user', 'path': '" + path + "'}")
                    .build();
            try (Blueprint second = containers.compile(spec)) {
                assertThatThrownBy(() -> second.spawn(Stdio.nothing()))
                        .hasMessageContaining("EINVAL")
                        .hasMessageContaining("an id has no mapping");
            }
        }
    }

    @Test
    void anyMappedUserCanBeInside() {
        ContainerSpec spec =
                mapped(Inside.sandbox("ids -- groups").user(1000, 1001, 3L, 4L)).build();

        assertThat(Inside.see(spec).lines())
                .containsExactly("uid 1000 1000 1000 1000", "gid 1001 1001 1001 1001", "3 4");
    }

    @Test
    void mapsCanHaveSeveralRanges() {
        ContainerSpec spec = mapped(Inside.sandbox("cat /proc/self/uid_map -- cat /proc/self/setgroups"))
                .with(
                        "linux.uidMappings",
                        "[{'containerID': 0, 'hostID': 5000, 'size': 1}, {'containerID': 1, 'hostID': 0, 'size': 1},"
                                + "{'containerID': 100, 'hostID': 70000, 'size': 50}]")
                .build();

        assertThat(Inside.see(spec).lines().stream().map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactly("0 5000 1", "1 0 1", "100 70000 50", "allow");
    }

    @Test
    void filesAreOwnedByTheMappedUser() throws IOException {
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxrwxrwx"));
        ContainerSpec spec = mapped(Inside.sandbox("touch /data/made -- stat /data/made -- stat /data")
                        .bind(files.toString(), "/data", false))
                .build();

        List<String> lines = Inside.see(spec).lines();

        assertThat(lines.get(0)).isEqualTo("ok");
        assertThat(lines.get(1)).startsWith("regular 0644 0 0 ");
        assertThat(lines.get(2)).as("owned by a user without mapping").startsWith("dir 0777 65534 65534 ");
        assertThat(Files.getAttribute(files.resolve("made"), "unix:uid")).isEqualTo(100000);
        assertThat(Files.getAttribute(files.resolve("made"), "unix:gid")).isEqualTo(200000);
    }

    @Test
    void filesOfTheHostsRootCannotBeWritten() throws IOException {
        Files.writeString(files.resolve("secret"), "x");
        Files.setPosixFilePermissions(files.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
        ContainerSpec spec = mapped(Inside.sandbox("cat /data/secret -- write /data/secret y")
                        .bind(files.toString(), "/data", false))
                .build();
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(Inside.see(spec).lines()).containsExactly("EACCES", "EACCES");
    }

    @Test
    void theUsualDevicesAreThereAndWork() {
        ContainerSpec spec = mapped(Inside.sandbox(
                        "stat /dev/null -- stat /dev/zero -- write /dev/null x -- write /dev/full x -- stat /dev/tty"))
                .build();

        List<String> lines = Inside.see(spec).lines();

        assertThat(lines.get(0)).startsWith("chr 0666 ").contains(" 1:3 ");
        assertThat(lines.get(1)).startsWith("chr 0666 ").contains(" 1:5 ");
        assertThat(lines.subList(2, 4)).containsExactly("ok", "ENOSPC");
        assertThat(lines.get(4)).contains(" 5:0 ");
    }

    @Test
    void whatIsReadOnlyAndMaskedInASandboxIsSoHereToo() {
        Seen seen = Inside.see(mapped(
                        Inside.sandbox(
                                "write /proc/sys/vm/swappiness 1 -- touch /x -- touch /usr/x"
                                        + " -- write /proc/irq/default_smp_affinity 1 -- touch /tmp/x -- touch /dev/shm/x -- touch /dev/x -- ls /sys/firmware"))
                .build());

        assertThat(seen.lines()).containsExactly("EROFS", "EROFS", "EROFS", "EROFS", "ok", "ok", "EROFS");
    }

    @Test
    void networkNamesAndSysctlsAreTheContainersOwn() {
        ContainerSpec spec = mapped(Inside.sandbox("links -- hostname -- cat /proc/sys/net/ipv4/ip_forward")
                        .hostname("mapped")
                        .sysctl("net.ipv4.ip_forward", "1"))
                .build();

        assertThat(Inside.see(spec).lines()).containsExactly("lo up", "mapped", "1");
    }
}
