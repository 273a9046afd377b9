package dev.libcontainer.cgroup;

import dev.libcontainer.spec.IdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Handing a version 2 cgroup to whoever is in it: that user may then make cgroups below and divide what it has, but not
 * change its own limits. Exactly the files that the kernel names for this change their owner.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#delegation">Delegation</a>
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#cgroup-ownership">Cgroup
 *     ownership in config-linux.md</a>
 */
public final class Delegation {
    private static final Path LIST = Path.of("/sys/kernel/cgroup/delegate");
    /** What kernels before 4.15 do not say. */
    private static final List<String> ALWAYS = List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control");

    private Delegation() {}

    /**
     * Hands over the cgroup in the version 2 hierarchy; does nothing without one.
     *
     * @param uid on the host
     * @throws CgroupException if an owner cannot be changed
     */
    public static void handOver(ContainerCgroup cgroup, long uid) {
        Optional<CgroupDirectory> unified = cgroup.directory(CgroupMounts.CORE);
        if (unified.isEmpty()) {
            return;
        }
        Path directory = unified.get().path();
        try {
            own(directory, uid);
            for (String file : files()) {
                if (unified.get().has(file)) { // its controller may not be enabled
                    own(directory.resolve(file), uid);
                }
            }
        } catch (IOException e) {
            throw CgroupException.failed(
                    CgroupMounts.CORE, "cannot hand " + directory + " over to user " + uid + ": " + e.getMessage(), "");
        }
    }

    /**
     * Controllers of version 1 whose limits hold for what is below, whatever is written there. Those of blkio do not count
     * what a child reads and writes, and a child chooses its own network class.
     */
    private static final Set<String> SAFE =
            Set.of("cpu", "cpuacct", "cpuset", "memory", "pids", "freezer", "hugetlb", "devices");

    /** What is given of a container's directory, {@code .} for itself; empty if it must not be. */
    public static List<String> files(Hierarchy hierarchy) {
        List<String> all = new ArrayList<>(List.of("."));
        if (hierarchy.version() == CgroupVersion.V2) {
            all.addAll(files());
            return all;
        }
        if (hierarchy.controllers().isEmpty() || !SAFE.containsAll(hierarchy.controllers())) {
            return List.of();
        }
        all.add("cgroup.procs"); // not "tasks", by which the container itself enters
        return all;
    }

    /** Whether the kernel itself keeps the root of a cgroup namespace from changing its own limits. */
    public static boolean isGuarded() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .anyMatch(line -> line.contains(" - cgroup2 ") && line.contains("nsdelegate"));
        } catch (IOException e) {
            return false;
        }
    }

    /** The host's id of a user of a user namespace; empty if it has none. */
    public static Optional<Long> onHost(long uid, List<IdMapping> mappings) {
        for (IdMapping mapping : mappings) {
            if (uid >= mapping.containerID() && uid - mapping.containerID() < mapping.size()) {
                return Optional.of(mapping.hostID() + uid - mapping.containerID());
            }
        }
        return Optional.empty();
    }

    /** There is nobody to whom they could be given. */
    public static CgroupException refused(String problem) {
        return CgroupException.refused(
                "linux.cgroupsPath",
                CgroupMounts.CORE,
                problem,
                "Another user with no_new_privs and no capabilities, a user namespace, or version 2 alone mounted with nsdelegate.");
    }

    private static List<String> files() {
        try {
            return Files.readAllLines(LIST);
        } catch (IOException e) {
            return ALWAYS;
        }
    }

    private static void own(Path path, long uid) throws IOException {
        Files.setAttribute(path, "unix:uid", (int) uid, LinkOption.NOFOLLOW_LINKS);
    }
}
