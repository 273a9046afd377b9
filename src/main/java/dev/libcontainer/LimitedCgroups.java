package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.plan.CgroupPlan;
import java.util.Arrays;
import java.util.List;

/** The cgroups of a container with limits of its own: made before its spawn, the container's after it, else removed. */
final class LimitedCgroups implements AutoCloseable {
    private static final LimitedCgroups NONE = new LimitedCgroups(new int[0]);

    private static final int MODE = 0755;

    private int[] directories;

    private LimitedCgroups(int[] directories) {
        this.directories = directories;
    }

    /**
     * Makes them, if the launch has limits.
     *
     * @throws ContainerException if one cannot be set; then nothing is left
     */
    static LimitedCgroups of(Launch launch, CgroupLayout cgroups, String name) {
        if (launch.limits().isEmpty()) {
            return NONE;
        }
        try {
            return new LimitedCgroups(
                    make(cgroups, Blueprint.checkedName(name), launch.limits().get()));
        } catch (CgroupException | KernelException e) {
            throw Failures.running(e);
        }
    }

    /** With the blueprint's limits first, as those of the launch may name a part of them. */
    private static int[] make(CgroupLayout cgroups, String name, Limits limits) {
        List<CgroupPlan.Hierarchy> hierarchies = cgroups.plan().hierarchies();
        int[] made = new int[hierarchies.size()];
        int count = 0;
        boolean done = false;
        try {
            for (CgroupPlan.Hierarchy hierarchy : hierarchies) {
                int directory = make(cgroups.parent(count), name);
                made[count++] = directory;
                hierarchy.writes().forEach(write -> Kernel.writeAt(directory, write.file(), write.value()));
            }
            cgroups.cgroup(made).update(limits.toResources());
            done = true;
            return made;
        } finally {
            if (!done) {
                Kernel.removeCgroups(Arrays.copyOf(made, count));
            }
        }
    }

    private static int make(int parent, String name) {
        if (!Kernel.makeDirectory(parent, name, MODE)) {
            throw new KernelException("mkdir", name, Errno.EEXIST);
        }
        return Kernel.open(parent, name, Kernel.O_RDONLY | Kernel.O_DIRECTORY).release();
    }

    boolean isMade() {
        return directories.length > 0;
    }

    /** The spawn has opened them itself. */
    void handOver() {
        for (int directory : directories) {
            Kernel.close(directory);
        }
        if (isMade()) {
            directories = NONE.directories;
        }
    }

    @Override
    public void close() {
        if (isMade()) {
            Kernel.removeCgroups(directories);
        }
    }
}
