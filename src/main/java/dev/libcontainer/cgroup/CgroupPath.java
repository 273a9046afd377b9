package dev.libcontainer.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code linux.cgroupsPath} means: an absolute path counts from the mount point of each hierarchy, a relative one
 * from the runtime's own cgroup there; none at all is the container's id as a relative path.
 *
 * <p>In version 2 a relative path counts from the parent of the runtime's own cgroup: where processes are, no controller
 * can be enabled for cgroups below ("no internal processes").
 *
 * @param names from above to below, at least one; neither {@code .} nor {@code ..} is among them
 */
record CgroupPath(boolean absolute, List<String> names) {
    CgroupPath {
        names = List.copyOf(names);
    }

    /** No path leads out of where it begins: {@code ..} goes up to there at most. */
    static CgroupPath of(String cgroupsPath, String id) {
        List<String> names = names(cgroupsPath);
        boolean absolute = cgroupsPath.startsWith("/");
        if (names.isEmpty() && absolute) {
            throw CgroupException.refused(
                    "linux.cgroupsPath", "", "\"" + cgroupsPath + "\" is the root cgroup, which cannot be limited", "");
        }
        return names.isEmpty() ? new CgroupPath(false, List.of(id)) : new CgroupPath(absolute, names);
    }

    static List<String> names(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/")) {
            if (name.equals("..")) {
                if (!names.isEmpty()) {
                    names.remove(names.size() - 1);
                }
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    /** The directory that the path counts from in a hierarchy. */
    Path base(Hierarchy hierarchy) {
        Path top = Path.of(hierarchy.mountPoint());
        if (absolute) {
            return top;
        }
        Path own = hierarchy.ownDirectory().map(Path::of).orElse(top);
        return hierarchy.version() == CgroupVersion.V2 && !own.equals(top) ? own.resolveSibling("") : own;
    }

    /** The directories from the mount point of a hierarchy, which is the first, to the cgroup, which is the last. */
    List<Path> directories(Hierarchy hierarchy) {
        Path directory = Path.of(hierarchy.mountPoint());
        List<Path> all = new ArrayList<>(List.of(directory));
        for (Path name : directory.relativize(base(hierarchy))) {
            if (!name.toString().isEmpty()) {
                directory = directory.resolve(name);
                all.add(directory);
            }
        }
        for (String name : names) {
            directory = directory.resolve(name);
            all.add(directory);
        }
        return all;
    }
}
