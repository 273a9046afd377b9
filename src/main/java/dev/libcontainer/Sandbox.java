package dev.libcontainer;

import dev.libcontainer.report.ThisHost;
import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.security.DefaultSeccompProfile;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The defaults of {@link ContainerSpecBuilder}, as data. */
final class Sandbox {
    static final List<NamespaceType> NAMESPACES = List.of(
            NamespaceType.PID,
            NamespaceType.MOUNT,
            NamespaceType.UTS,
            NamespaceType.IPC,
            NamespaceType.NETWORK,
            NamespaceType.CGROUP,
            NamespaceType.TIME);

    /** What tells of the host, or can be used against it. */
    static final List<String> MASKED_PATHS = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    static final List<String> READONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private static final List<String> LOCKED = List.of("nosuid", "noexec", "nodev");

    private Sandbox() {}

    private static Mount mount(String destination, String type, List<String> options) {
        return new Mount(destination, Optional.of(type), Optional.of(type), options, List.of(), List.of());
    }

    private static List<String> locked(String... more) {
        List<String> all = new ArrayList<>(LOCKED);
        all.addAll(List.of(more));
        return all;
    }

    /** The system's own file systems. /dev is read-only, so that all containers of a blueprint can share one. */
    static List<Mount> mounts(Set<NamespaceType> namespaces) {
        List<Mount> all = new ArrayList<>();
        if (namespaces.contains(NamespaceType.PID)) {
            all.add(mount("/proc", "proc", LOCKED));
        }
        all.add(mount("/dev", "tmpfs", List.of("nosuid", "noexec", "strictatime", "mode=755", "size=64k", "ro")));
        all.add(mount(
                "/dev/pts",
                "devpts",
                List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")));
        all.add(mount("/dev/shm", "tmpfs", locked("mode=1777", "size=64m")));
        if (namespaces.contains(NamespaceType.IPC)) {
            all.add(mount("/dev/mqueue", "mqueue", LOCKED));
        }
        if (namespaces.contains(NamespaceType.NETWORK)) {
            all.add(mount("/sys", "sysfs", locked("ro")));
            if (namespaces.contains(NamespaceType.CGROUP)) {
                all.add(mount("/sys/fs/cgroup", "cgroup2", locked("ro")));
            }
        }
        all.add(mount("/tmp", "tmpfs", List.of("nosuid", "nodev", "mode=1777", "size=64m")));
        return all;
    }

    static Mount writableCgroups() {
        return mount("/sys/fs/cgroup", "cgroup", LOCKED);
    }

    /** The ids of this process; root's where there is no procfs to ask. */
    static User self() {
        try {
            Map<String, Object> ids = Files.readAttributes(Path.of("/proc/self"), "unix:uid,gid");
            return new User(
                    ((Number) Objects.requireNonNull(ids.get("uid"))).longValue(),
                    ((Number) Objects.requireNonNull(ids.get("gid"))).longValue(),
                    OptionalInt.empty(),
                    List.of());
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return User.ROOT;
        }
    }

    static Seccomp seccomp(CapabilitySet capabilities) {
        return DefaultSeccompProfile.forCapabilities(capabilities, ThisHost.arch());
    }
}
