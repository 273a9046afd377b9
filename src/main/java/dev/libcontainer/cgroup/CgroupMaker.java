package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes the directories of one container, and remembers which of them there were not before. */
final class CgroupMaker {
    private static final int MODE = 0755;
    private static final int ATTEMPTS = 10;

    private final CgroupMounts mounts;
    private final CgroupPath path;
    private final Set<String> controllers;
    private final List<CgroupDirectory> made = new ArrayList<>();
    /** Controllers this enabled for children of a directory. */
    private final Map<CgroupDirectory, Set<String>> enabled = new LinkedHashMap<>();

    /**
     * Has made nothing yet.
     *
     * @param controllers that limits are set with
     */
    CgroupMaker(CgroupMounts mounts, CgroupPath path, Set<String> controllers) {
        this.mounts = mounts;
        this.path = path;
        this.controllers = Set.copyOf(controllers);
    }

    /** The container's directory in each hierarchy, made where it was missing, limits not yet set. */
    List<CgroupDirectory> make() {
        List<CgroupDirectory> directories = new ArrayList<>();
        for (Hierarchy hierarchy : mounts.hierarchies()) {
            directories.add(make(hierarchy));
        }
        return directories;
    }

    private CgroupDirectory make(Hierarchy hierarchy) {
        List<Path> levels = path.directories(hierarchy);
        for (int attempt = 1; ; attempt++) {
            try {
                CgroupDirectory directory = new CgroupDirectory(hierarchy, levels.get(0));
                for (Path level : levels.subList(1, levels.size())) {
                    directory = below(directory, level);
                }
                return directory;
            } catch (KernelException e) {
                // Another container may have failed, and removed the parents that it had made.
                if (!e.errno().equals(Errno.ENOENT) || attempt == ATTEMPTS) {
                    throw CgroupException.refused(
                            "linux.cgroupsPath",
                            hierarchy.name(),
                            e,
                            "The runtime needs write access to " + levels.get(0) + ".");
                }
            }
        }
    }

    private CgroupDirectory below(CgroupDirectory parent, Path path) {
        CgroupDirectory directory = new CgroupDirectory(parent.hierarchy(), path);
        if (parent.hierarchy().version() == CgroupVersion.V2) {
            enableForChildren(parent);
        }
        if (Kernel.makeDirectory(Kernel.AT_FDCWD, path.toString(), MODE)) {
            made.add(directory);
            MemoryController.countBelow(parent.hierarchy(), Kernel.AT_FDCWD, path.toString());
        }
        for (InheritedFile file : CgroupLimits.inheritedFiles(mounts)) {
            if (parent.hierarchy().controllers().contains(file.controller()) && directory.says(file.file(), "")) {
                directory.write(file.file(), parent.read(file.file()).orElse("").strip());
            }
        }
        return directory;
    }

    /** A hybrid host's version 2 hierarchy is left alone but for what limits need; elsewhere statistics need the rest. */
    private void enableForChildren(CgroupDirectory parent) {
        Set<String> missing = words(parent, "cgroup.controllers");
        missing.removeAll(words(parent, "cgroup.subtree_control"));
        for (String controller : missing) {
            boolean needed = controllers.contains(controller);
            if (!needed && mounts.mode() != CgroupMode.UNIFIED) {
                continue;
            }
            try {
                parent.write("cgroup.subtree_control", "+" + controller);
                enabled.computeIfAbsent(parent, p -> new TreeSet<>()).add(controller);
            } catch (KernelException e) {
                if (needed) {
                    throw CgroupException.refused(
                            "linux.cgroupsPath",
                            controller,
                            e,
                            "The controller is not enabled for cgroups below " + parent.path()
                                    + (e.errno().equals(Errno.EBUSY) ? ", where processes are." : "."));
                }
            }
        }
    }

    private static Set<String> words(CgroupDirectory directory, String file) {
        Set<String> words =
                new TreeSet<>(List.of(directory.read(file).orElse("").strip().split("\\s+")));
        words.remove("");
        return words;
    }

    /** Takes back what this did. */
    void undo() {
        for (int i = made.size(); i-- > 0; ) {
            made.get(i).remove();
        }
        enabled.forEach((directory, names) -> {
            for (String name : names) {
                Kernel.tryWriteAt(
                        Kernel.AT_FDCWD,
                        directory.path().resolve("cgroup.subtree_control").toString(),
                        "-" + name); // EBUSY: by now somebody else uses it
            }
        });
    }
}
