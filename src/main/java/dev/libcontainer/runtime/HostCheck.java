package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelFeature;
import dev.libcontainer.kernel.Probe;
import dev.libcontainer.security.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What this host and this caller can do, feature by feature. Asks the kernel; makes nothing. */
public final class HostCheck {
    /**
     * One answer.
     *
     * @param required whether nothing works without it
     * @param detail what was found, or what is missing and who could give it
     */
    public record Finding(String area, String feature, boolean present, boolean required, String detail) {}

    private static final Set<KernelFeature> REQUIRED =
            Set.of(KernelFeature.CLONE3, KernelFeature.OPENAT2, KernelFeature.CLOSE_RANGE, KernelFeature.PIDFD);

    /** The capabilities that a caller without a user namespace needs, and for what. */
    private static final List<String> NEEDED = List.of(
            "SYS_ADMIN namespaces and mounts",
            "SETUID users of containers",
            "SETGID groups of containers",
            "SETPCAP capabilities of containers",
            "MKNOD device nodes",
            "NET_ADMIN network devices",
            "SYS_CHROOT pivot_root's last step",
            "KILL processes of other users",
            "SYS_RESOURCE raising hard rlimits, a lower oom score");

    private static final List<String> CONTROLLERS = List.of(
            "memory",
            "cpu",
            "cpuset",
            "pids",
            "devices",
            "io",
            "blkio",
            "freezer",
            "hugetlb",
            "rdma",
            "net_cls",
            "net_prio");

    private final Path root;
    private final List<Finding> findings = new ArrayList<>();

    private HostCheck(Path root) {
        this.root = root;
    }

    /** Looks at this host. */
    public static List<Finding> run() {
        Kernel.load();
        return run(Path.of("/"), Kernel.probe(), CgroupMounts.read(Path.of("/")));
    }

    static List<Finding> run(Path root, Probe probe, CgroupMounts cgroups) {
        HostCheck check = new HostCheck(root);
        check.kernel(probe);
        check.caller(probe);
        check.cgroups(cgroups);
        check.security();
        return List.copyOf(check.findings);
    }

    private void add(String area, String feature, boolean present, String detail) {
        findings.add(new Finding(area, feature, present, false, detail));
    }

    private void kernel(Probe probe) {
        for (KernelFeature feature : KernelFeature.values()) {
            boolean present = probe.has(feature);
            findings.add(new Finding(
                    "kernel",
                    feature.name().toLowerCase(Locale.ROOT),
                    present,
                    REQUIRED.contains(feature),
                    present
                            ? "Linux " + probe.release()
                            : "needs Linux " + feature.since() + ", this is " + probe.release()
                                    + ", or a container's seccomp filter hides it"));
        }
    }

    private void caller(Probe probe) {
        add("caller", "root", probe.euid() == 0, "effective uid " + probe.euid());
        for (String need : NEEDED) {
            String name = need.substring(0, need.indexOf(' '));
            boolean present =
                    (probe.capabilities() & Capability.fromName("CAP_" + name).mask()) != 0;
            String what = need.substring(need.indexOf(' ') + 1);
            add("caller", "CAP_" + name, present, present ? "for " + what : "missing: no " + what);
        }
        add("caller", "open files", probe.nofileHard() >= 1024, "hard RLIMIT_NOFILE is " + probe.nofileHard());
    }

    private void cgroups(CgroupMounts cgroups) {
        for (String controller : CONTROLLERS) {
            Optional<Hierarchy> hierarchy = cgroups.hierarchy(controller);
            if (hierarchy.isPresent()) {
                boolean writable = Files.isWritable(Path.of(hierarchy.get().mountPoint()));
                add(
                        "cgroup",
                        controller,
                        writable,
                        (hierarchy.get().version() == CgroupVersion.V1 ? "v1 at " : "v2 at ")
                                + hierarchy.get().mountPoint()
                                + (writable ? "" : ", not writable for this caller"));
            } else {
                add("cgroup", controller, false, "no hierarchy has this controller");
            }
        }
        boolean systemd = Files.isDirectory(root.resolve("run/systemd/system"));
        add("cgroup", "systemd", systemd, systemd ? "systemd manages this host" : "this host does not run systemd");
    }

    private void security() {
        String modules = content("sys/kernel/security/lsm");
        boolean apparmor = content("sys/module/apparmor/parameters/enabled").startsWith("Y");
        boolean selinux = Files.exists(root.resolve("sys/fs/selinux/enforce"));
        String active = modules.isEmpty() ? "" : ", active are " + modules;
        add("security", "apparmor", apparmor, apparmor ? "enabled" : "not enabled in this kernel" + active);
        add("security", "selinux", selinux, selinux ? "enabled" : "not enabled in this kernel" + active);
        String actions = content("proc/sys/kernel/seccomp/actions_avail");
        add("security", "seccomp", !actions.isEmpty(), actions.isEmpty() ? "not in this kernel" : actions);
        boolean resctrl = Files.exists(root.resolve("sys/fs/resctrl/schemata"));
        add("security", "intelRdt", resctrl, resctrl ? "resctrl is mounted" : "/sys/fs/resctrl is not mounted");
    }

    private String content(String file) {
        try {
            return Files.readString(root.resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
