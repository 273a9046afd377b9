package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.List;
import java.util.Optional;

/**
 * What has to be written to the files of a control group so that the limits of a configuration hold.
 *
 * <p>Every member of {@code linux.resources}; {@link #deviceWrites} and {@link #deviceProgram} have the devices. Pure and
 * thread-safe. Like the reader of configurations, it does without lambdas: each place where one is made costs
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
        if (resources.blockIO().isPresent()) {
            BlockIoController.limits(resources.blockIO().get(), writes);
        }
        HugetlbController.limits(resources.hugepageLimits(), writes);
        RdmaController.limits(resources.rdma(), writes);
        if (resources.network().isPresent()) {
            NetworkController.limits(resources.network().get(), writes);
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

    /**
     * The writes for a new control group that allow devices and deny the others, where the host has version 1 for them.
     *
     * @throws CgroupException if version 1 cannot express the rules
     */
    public static List<CgroupWrite> deviceWrites(List<Resources.DeviceRule> rules, CgroupMounts mounts) {
        return mounts.hierarchy(DevicesController.NAME).isPresent()
                ? DevicesController.of(DeviceRules.of(rules)).writes()
                : List.of();
    }

    /** The weight of version 2 for CPU shares of version 1. */
    public static long cpuWeight(long shares) {
        return CpuController.weight(shares);
    }

    /**
     * The eBPF program that allows devices and denies the others, where the host has only version 2 for them.
     *
     * @throws CgroupException if the host has neither
     */
    public static Optional<byte[]> deviceProgram(List<Resources.DeviceRule> rules, CgroupMounts mounts) {
        if (mounts.hierarchy(DevicesController.NAME).isPresent()) {
            return Optional.empty();
        }
        if (mounts.unified().isEmpty()) {
            throw CgroupException.missing("linux.resources.devices", DevicesController.NAME, mounts);
        }
        return Optional.of(DeviceProgram.bytes(DeviceProgram.of(DeviceRules.of(rules))));
    }
}
