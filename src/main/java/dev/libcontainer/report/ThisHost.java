package dev.libcontainer.report;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.KernelFeature;
import dev.libcontainer.kernel.Probe;
import dev.libcontainer.plan.HostFacts;
import dev.libcontainer.security.Arch;
import dev.libcontainer.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What plans for this host depend on, and whether it can run any. */
public final class ThisHost {
    private static final Set<KernelFeature> REQUIRED =
            Set.of(KernelFeature.CLONE3, KernelFeature.OPENAT2, KernelFeature.CLOSE_RANGE, KernelFeature.PIDFD);

    private ThisHost() {}

    public static HostFacts facts(Probe probe, CgroupMounts cgroups) {
        List<String> v1 = new ArrayList<>();
        for (Hierarchy hierarchy : cgroups.hierarchies()) {
            if (hierarchy.version() == CgroupVersion.V1) {
                v1.add(String.join(",", hierarchy.controllers()));
            }
        }
        return new HostFacts(
                arch(),
                probe.euid(),
                probe.has(KernelFeature.MOUNT_SETATTR),
                probe.has(KernelFeature.CLONE_INTO_CGROUP),
                isAtLeast(probe.release(), 6, 4),
                probe.lastCapability(),
                probe.nofileHard(),
                cgroups.mode() == CgroupMode.UNIFIED,
                v1,
                content("/sys/module/apparmor/parameters/enabled").startsWith("Y"),
                !content("/sys/fs/selinux/enforce").isEmpty());
    }

    /**
     * For what no probe can tell without making cgroups: kernel commit eee878537941, "Make cpuset_fork() handle
     * CLONE_INTO_CGROUP properly". Stable kernels that have it too do without a shortcut.
     */
    static boolean isAtLeast(String release, int major, int minor) {
        String[] parts = release.split("[^0-9]+", 3);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            return true;
        }
        int first = Integer.parseInt(parts[0]);
        return first > major || (first == major && Integer.parseInt(parts[1]) >= minor);
    }

    private static String content(String file) {
        try {
            return Kernel.readAt(Kernel.AT_FDCWD, file).orElse("");
        } catch (KernelException e) {
            return ""; // as if it were not there
        }
    }

    /** What the kernel lacks without which nothing works, each with the Linux that has it. */
    public static List<String> missing(Probe probe) {
        List<String> missing = new ArrayList<>();
        for (KernelFeature feature : REQUIRED) {
            if (!probe.has(feature)) {
                missing.add(feature + " (Linux " + feature.since() + ")");
            }
        }
        missing.sort(null);
        return missing;
    }

    /** The architecture that this JVM runs on. */
    public static Arch arch() {
        return Arch.fromOsArch(System.getProperty("os.arch"))
                .orElseThrow(() -> new SpecException("linux.seccomp", "this architecture has no system call table"));
    }
}
