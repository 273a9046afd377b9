package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What has to be written to the files of a control group so that the limits of a configuration hold.
 *
 * <p>Memory, CPU time, CPU sets, the number of tasks, and raw files of version 2; {@link #unmapped} names the rest.
 * Pure and thread-safe. Like the reader of configurations, it does without lambdas: each place where one is made costs
 * about a third of a millisecond in a fresh JVM.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#control-groups">Control
 *     groups in config-linux.md</a>
 */
public final class CgroupLimits {
    private CgroupLimits() {}

    /**
     * The writes for a new control group, in order.
     *
     * @throws CgroupException if the host cannot set one of the limits
     */
    public static List<CgroupWrite> forNew(Resources resources, CgroupMounts mounts) {
        return writes(resources, mounts, Optional.empty());
    }

    /**
     * The writes that change the limits of a control group in use, in an order that never makes the kernel refuse a
     * step between the old limits and the new. Limits the configuration does not name stay as they are.
     *
     * @param current what the control group says about itself now
     * @throws CgroupException if the host cannot set one of the limits, or if {@code checkBeforeUpdate} forbids it
     */
    public static List<CgroupWrite> forUpdate(Resources resources, CgroupMounts mounts, CgroupStats current) {
        return writes(resources, mounts, Optional.of(current));
    }

    private static List<CgroupWrite> writes(Resources resources, CgroupMounts mounts, Optional<CgroupStats> current) {
        WriteList writes = new WriteList(mounts);
        if (resources.memory().isPresent()) {
            MemoryController.limits(resources.memory().get(), current, writes);
        }
        if (resources.cpu().isPresent()) {
            CpuController.limits(resources.cpu().get(), current, writes);
            CpusetController.limits(resources.cpu().get(), writes);
        }
        if (resources.pids().isPresent()) {
            PidsController.limits(resources.pids().get(), writes);
        }
        UnifiedFiles.limits(resources.unified(), writes);
        return writes.toList();
    }

    /**
     * The files that each new directory, from the first that had to be made down to the last, has to be given from its
     * parent as long as they are empty, before anything else is written.
     */
    public static List<InheritedFile> inheritedFiles(CgroupMounts mounts) {
        return CpusetController.inheritedFiles(mounts);
    }

    /** The members that ask for limits {@link #forNew} and {@link #forUpdate} say nothing about. */
    public static List<String> unmapped(Resources resources) {
        List<String> paths = new ArrayList<>();
        if (!resources.devices().isEmpty()) {
            paths.add("linux.resources.devices");
        }
        if (resources.blockIO().isPresent()
                && asksForSomething(resources.blockIO().get())) {
            paths.add("linux.resources.blockIO");
        }
        if (!resources.hugepageLimits().isEmpty()) {
            paths.add("linux.resources.hugepageLimits");
        }
        if (resources.network().isPresent()) {
            paths.add("linux.resources.network");
        }
        if (!resources.rdma().isEmpty()) {
            paths.add("linux.resources.rdma");
        }
        return List.copyOf(paths);
    }

    /** Docker always writes a weight of 0, which asks for nothing. */
    private static boolean asksForSomething(Resources.BlockIo blockIo) {
        return blockIo.weight().orElse(0) != 0
                || blockIo.leafWeight().orElse(0) != 0
                || !blockIo.weightDevice().isEmpty()
                || !blockIo.throttleReadBpsDevice().isEmpty()
                || !blockIo.throttleWriteBpsDevice().isEmpty()
                || !blockIo.throttleReadIOPSDevice().isEmpty()
                || !blockIo.throttleWriteIOPSDevice().isEmpty();
    }
}
