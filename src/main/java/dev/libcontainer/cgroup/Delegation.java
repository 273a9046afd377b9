package dev.libcontainer.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
