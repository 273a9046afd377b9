package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Wishes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The cgroups that a process enters on its way: what its plan says of them, and the fd of each. */
final class EnteredCgroups implements AutoCloseable {
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
