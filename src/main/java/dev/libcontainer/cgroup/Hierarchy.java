package dev.libcontainer.cgroup;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A mounted tree of control groups.
 *
 * @param version its interface
 * @param controllers the controllers that are bound to it; a version 1 hierarchy without any has its own name here,
 *     e.g. {@code name=systemd}
 * @param mountPoint the directory where it is mounted
 * @param mountRoot the control group that is seen at the mount point, {@code /} unless only a part is mounted
 * @param ownPath the control group of this process, from the root of the tree, as in {@code /proc/self/cgroup}
 */
public record Hierarchy(
        CgroupVersion version, Set<String> controllers, String mountPoint, String mountRoot, String ownPath) {

    /** Keeps an unmodifiable copy of its set. */
    public Hierarchy {
        controllers = Collections.unmodifiableSet(new LinkedHashSet<>(controllers));
    }

    /** What the hierarchy is called in a list of paths: its controllers, or {@code unified} for version 2. */
    public String name() {
        return version == CgroupVersion.V2 ? "unified" : String.join(",", controllers);
    }

    /**
     * The directory of a control group below the mount point.
     *
     * @param cgroup its path from the mount point, with or without a slash in front
     */
    public String directory(String cgroup) {
        String relative = cgroup.startsWith("/") ? cgroup.substring(1) : cgroup;
        return relative.isEmpty() ? mountPoint : join(mountPoint, relative);
    }

    /** The directory of this process's own control group; empty if it is outside of what is mounted. */
    public Optional<String> ownDirectory() {
        if (ownPath.startsWith("/..")) {
            return Optional.empty(); // above the root of our cgroup namespace
        }
        if (mountRoot.equals("/")) {
            return Optional.of(directory(ownPath));
        }
        boolean seen = ownPath.equals(mountRoot) || ownPath.startsWith(mountRoot + "/");
        return seen ? Optional.of(directory(ownPath.substring(mountRoot.length()))) : Optional.empty();
    }

    private static String join(String directory, String relative) {
        return directory.endsWith("/") ? directory + relative : directory + "/" + relative;
    }
}
