package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.Inside.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The default root: the host's programs, and what a container must not see or write of the system. */
@NeedsRoot
class HostViewTest {
    @TempDir
    Path files;

    private static ContainerSpecBuilder sandbox(String verbs) {
        return Inside.sandbox(verbs);
    }

    private static String see(String verbs) {
        return Inside.see(sandbox(verbs)).line();
    }

    @Test
    @Tag("vm")
    void onlyTheContainersOwnFileSystemsAreWritable() {
        Seen seen = Inside.see(sandbox("mounts"));

        assertThat(seen.lines().stream()
                        .filter(line -> line.split(" ")[2].startsWith("rw"))
                        .map(line -> line.split(" ")[0]))
                .containsExactlyInAnyOrder("/proc", "/dev/pts", "/dev/shm", "/dev/mqueue", "/tmp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/usr", "/usr/bin", "/etc", "/dev", "/sys", "/sys/fs/cgroup", "/etc/ssl/certs"})
    void nothingCanBeMadeIn(String directory) {
        assertThat(see("touch " + directory + "/made")).isEqualTo("EROFS");
        assertThat(see("mkdir " + directory + "/made")).isEqualTo("EROFS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp", "/dev/shm"})
    void thereIsRoomForTemporaryFilesIn(String directory) {
        Seen seen =
                Inside.see(sandbox("write " + directory + "/x hello -- cat " + directory + "/x -- stat " + directory));

        assertThat(seen.output()).startsWith("ok\nhellodir 1777 0 0 ");
        assertThat(Inside.see(sandbox("ls " + directory)).output())
                .as("another container's")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/shadow",
                "/etc/gshadow",
                "/etc/sudoers",
                "/etc/ssh",
                "/etc/hosts",
                "/root",
                "/home",
                "/var",
                "/srv",
                "/opt",
                "/mnt",
                "/boot",
                "/run"
            })
    void whatIsNobodysBusinessIsNotThere(String path) {
        assertThat(see("stat " + path)).isEqualTo("ENOENT");
    }

    @ParameterizedTest
    @CsvSource({"/tmp/x,64", "/dev/shm/x,64"})
    void temporaryFilesAreBounded(String file, int mib) {
        assertThat(see("tmpfs-write " + file + " 100")).isEqualTo(mib + " ENOSPC");
    }

    @Test
    @Tag("vm")
    void theRootItselfTakesNextToNothing() {
        Seen seen = Inside.see(sandbox("mounts"));

        assertThat(seen.lines().get(0)).startsWith("/ tmpfs ro,nosuid").contains("size=1024k");
    }

    @Test
    @Tag("vm")
    void programsOfTheHostRun() {
        Seen seen = Inside.see(sandbox("")
                .command("sh", "-c", "printf 'c\nb\na\n' | sort | head -n 2; cd /tmp && echo \"$(pwd) $0\" && id -u"));

        assertThat(seen.lines()).containsExactly("a", "b", "/tmp sh", "0");
        assertThat(seen.exit().isSuccess()).isTrue();
    }

    @Test
    void moreOfTheHostCanBeShown() {
        Rootfs root = Rootfs.hostView().with("/etc/hostname").with("/var/lib/dpkg");

        Seen seen = Inside.see(
                sandbox("cat /etc/hostname -- touch /var/lib/dpkg/x -- ls /var").rootfs(root));

        assertThat(seen.output()).isEqualTo(Holdings.text(Path.of("/etc/hostname")) + "EROFS\nlib\n");
    }

    @Test
    void whatIsShownBelowAnOwnFileSystemIsNotHiddenByIt() throws IOException {
        Files.writeString(files.resolve("shown"), "hello");
        Rootfs root = Rootfs.hostView().with(files.toString());

        Seen seen = Inside.see(sandbox("cat " + files + "/shown").rootfs(root));

        assertThat(seen.output()).isEqualTo("hello");
    }

    // ---- /proc and /sys ----

    @Test
    void processesOfTheHostAreNotVisible() {
        assertThat(Inside.see(sandbox("ls /proc")).lines().stream().filter(name -> name.matches("\\d+")))
                .containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/sys/kernel/hostname",
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/vm/drop_caches",
                "/proc/sys/net/ipv4/ip_forward",
                "/proc/sysrq-trigger",
                "/proc/irq/default_smp_affinity",
                "/sys/kernel/mm/transparent_hugepage/enabled",
                "/sys/power/state",
            })
    void whatChangesTheHostCannotBeWritten(String file) {
        String expected = Files.exists(Path.of(file)) ? "EROFS" : "ENOENT";

        assertThat(see("write " + file + " 1")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/keys",
                "/proc/timer_list",
                "/proc/interrupts",
                "/proc/kcore",
                "/proc/sched_debug",
                "/proc/latency_stats"
            })
    void whatTellsOfTheHostIsEmpty(String file) {
        Seen seen = Inside.see(sandbox("cat " + file));

        assertThat(seen.output()).isEqualTo(Files.exists(Path.of(file)) ? "" : "ENOENT\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/sys/firmware", "/proc/acpi", "/proc/scsi", "/proc/asound", "/sys/devices/virtual/powercap"})
    void whatTellsOfHardwareIsAnEmptyDirectory(String directory) {
        boolean there = Files.exists(Path.of(directory));

        Seen seen = Inside.see(sandbox("ls " + directory + " -- touch " + directory + "/x"));

        assertThat(seen.lines())
                .isEqualTo(
                        there
                                ? List.of("EROFS")
                                : List.of("ENOENT", seen.lines().get(1)));
    }

    @Test
    @Tag("vm")
    void whatIsMaskedCannotBeUncovered() {
        Seen seen =
                Inside.see(sandbox("").command("sh", "-c", "umount /proc/keys; umount /sys/firmware; cat /proc/keys"));

        assertThat(seen.output()).isEmpty();
        assertThat(seen.errors()).contains("umount");
    }

    // ---- /dev ----

    @ParameterizedTest
    @CsvSource({"null,1:3", "zero,1:5", "full,1:7", "random,1:8", "urandom,1:9", "tty,5:0"})
    void aDeviceThatProgramsExpectIsThere(String name, String number) {
        assertThat(see("stat /dev/" + name)).startsWith("chr 0666 0 0 0 " + number + " ");
    }

    @ParameterizedTest
    @CsvSource({
        "fd,/proc/self/fd",
        "stdin,/proc/self/fd/0",
        "stdout,/proc/self/fd/1",
        "stderr,/proc/self/fd/2",
        "core,/proc/kcore",
        "ptmx,pts/ptmx"
    })
    void aLinkThatProgramsExpectIsThere(String name, String target) {
        assertThat(see("readlink /dev/" + name)).isEqualTo(target);
    }

    @Test
    void thereIsNoOtherDevice() {
        assertThat(Inside.see(sandbox("ls /dev")).lines())
                .containsExactly(
                        "console", "core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr",
                        "stdin", "stdout", "tty", "urandom", "zero");
    }

    @Test
    @Tag("vm")
    void devicesWork() {
        Seen seen = Inside.see(sandbox("write /dev/null x -- write /dev/full x -- write /dev/zero x -- cat /dev/null"
                + " -- write /dev/stdout hello"));

        assertThat(seen.output()).isEqualTo("ok\nENOSPC\nok\nhellook\n");
    }

    @Test
    @Tag("vm")
    void terminalsAreTheContainersOwn() {
        assertThat(Inside.see(sandbox("ls /dev/pts")).lines()).containsExactly("ptmx");
        assertThat(see("stat /dev/pts/ptmx")).startsWith("chr 0666 0 0 0 5:2 ");
    }

    @Test
    void devicesOfTheSpecAreMadeAsItSays() {
        ContainerSpec spec = Amended.of(
                        sandbox("stat /dev/fuse -- stat /dev/pipe -- stat /dev/disk -- stat /dev/sub/mem"))
                .with(
                        "linux.devices",
                        "[{'type': 'c', 'path': '/dev/fuse', 'major': 10, 'minor': 229, 'fileMode': 416, 'uid': 3, 'gid': 4},"
                                + "{'type': 'p', 'path': '/dev/pipe'},"
                                + "{'type': 'b', 'path': '/dev/disk', 'major': 259, 'minor': 70000, 'fileMode': 384},"
                                + "{'type': 'u', 'path': '/dev/sub/mem', 'major': 1, 'minor': 3}]")
                .build();

        List<String> lines = Inside.see(spec).lines();

        assertThat(lines.get(0)).startsWith("chr 0640 3 4 0 10:229 ");
        assertThat(lines.get(1)).startsWith("fifo 0666 0 0 0 0:0 ");
        assertThat(lines.get(2)).startsWith("blk 0600 0 0 0 259:70000 ");
        assertThat(lines.get(3)).startsWith("chr 0666 0 0 0 1:3 ");
    }
}
