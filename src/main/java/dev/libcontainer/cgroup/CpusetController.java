package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.List;
import java.util.Optional;

/**
 * The CPUs and memory nodes a group may use. It has no statistics.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html">The kernel on cpusets</a>
 */
final class CpusetController {
    private static final String NAME = "cpuset";
    private static final String PATH = "linux.resources.cpu.";

    private CpusetController() {}

    static void limits(Resources.Cpu cpu, WriteList out) {
        add("cpuset.cpus", cpu.cpus().orElse(""), "cpus", out);
        add("cpuset.mems", cpu.mems().orElse(""), "mems", out);
    }

    private static void add(String file, String list, String member, WriteList out) {
        if (!list.isEmpty()) {
            out.add(NAME, file, list, PATH + member);
        }
    }

    /** In version 1 a new group has no CPU and no memory node, and no process may enter it. */
    static List<InheritedFile> inheritedFiles(CgroupMounts mounts) {
        boolean v1 = mounts.version(NAME).equals(Optional.of(CgroupVersion.V1));
        return v1 ? List.of(new InheritedFile(NAME, "cpuset.cpus"), new InheritedFile(NAME, "cpuset.mems")) : List.of();
    }
}
