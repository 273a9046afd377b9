package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Wishes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cgroups that a process enters on its way: what its plan says of them, and the fd of each. */
final class EnteredCgroups implements AutoCloseable {
    private static final String UNIFIED = "0::"; // cgroups(7), /proc/PID/cgroup

    private final List<Wishes.Cgroup> wishes = new ArrayList<>();
    private final List<Fd> fds = new ArrayList<>();

    /** Opens the directories; paths by the names of hierarchies, those that are not mounted are left out. */
    EnteredCgroups(CgroupMounts mounts, Map<String, String> paths) {
        boolean done = false;
        try {
            for (Hierarchy hierarchy : mounts.hierarchies()) {
                String directory = paths.get(hierarchy.name());
                if (directory != null) {
                    boolean v2 = hierarchy.version() == CgroupVersion.V2;
                    wishes.add(new Wishes.Cgroup(hierarchy.name(), v2, directory));
                    fds.add(Kernel.open(directory, Kernel.O_PATH | Kernel.O_DIRECTORY));
                }
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /**
     * Paths for one more process of a container. In version 2 a cgroup that gives controllers to those below takes no
     * process, and one with a process gives none (EBUSY); so a container whose first process, such as systemd, has left its
     * cgroup empty and is below it is entered where that process is.
     */
    static Map<String, String> besideFirst(CgroupMounts mounts, Map<String, String> paths, int first) {
        Map<String, String> beside = new LinkedHashMap<>(paths);
        for (Hierarchy hierarchy : mounts.hierarchies()) {
            String own = paths.get(hierarchy.name());
            if (own != null
                    && hierarchy.version() == CgroupVersion.V2
                    && text(Path.of(own, "cgroup.procs")).isBlank()) {
                text(Path.of("/proc/" + first + "/cgroup"))
                        .lines()
                        .filter(line -> line.startsWith(UNIFIED))
                        .flatMap(line -> in(hierarchy, line.substring(UNIFIED.length())).stream())
                        .filter(directory -> directory.startsWith(own + "/"))
                        .forEach(directory -> beside.put(hierarchy.name(), directory));
            }
        }
        return beside;
    }

    private static Optional<String> in(Hierarchy hierarchy, String path) {
        return new Hierarchy(
                        hierarchy.version(),
                        hierarchy.controllers(),
                        hierarchy.mountPoint(),
                        hierarchy.mountRoot(),
                        path)
                .ownDirectory();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // it is gone: who enters it is told so
        }
    }

    List<Wishes.Cgroup> wishes() {
        return wishes;
    }

    /** Borrowed. */
    int fd(Binding.ReadyCgroup ready) {
        return fds.get(ready.index()).value();
    }

    @Override
    public void close() {
        fds.forEach(Fd::close);
    }
}
