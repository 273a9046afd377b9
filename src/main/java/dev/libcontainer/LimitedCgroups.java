package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;

/** The cgroups of a container with limits of its own: made before its spawn, the container's after it, else removed. */
final class LimitedCgroups implements AutoCloseable {
    private static final LimitedCgroups NONE = new LimitedCgroups(new int[0]);

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
            return new LimitedCgroups(cgroups.make(
                    Blueprint.checkedName(name), launch.limits().get().toResources()));
        } catch (CgroupException | KernelException e) {
            throw Failures.running(e);
        }
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
