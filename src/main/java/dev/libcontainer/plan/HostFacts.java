package dev.libcontainer.plan;

import dev.libcontainer.security.Arch;
import java.util.List;

/**
 * What a plan depends on besides the spec. Plans compiled from equal facts and specs are equal, on any machine.
 *
 * @param arch whose system calls the filter knows
 * @param euid of the process that will spawn
 * @param mountSetattr mount_setattr(2), Linux 5.12
 * @param cloneIntoCgroup CLONE_INTO_CGROUP, Linux 5.7
 * @param cpusetAtBirth whether a process that is born in a cgroup is bound to its CPUs and memory nodes, Linux 6.4
 * @param lastCapability highest capability number of the kernel
 * @param nofileHard hard RLIMIT_NOFILE of the spawning process
 * @param cgroupV2Only whether the unified hierarchy has all controllers
 * @param cgroupV1Hierarchies mount options of each v1 hierarchy, as in {@code cpu,cpuacct} or {@code name=systemd}
 * @param apparmor whether AppArmor is enabled
 * @param selinux whether SELinux is enabled
 */
public record HostFacts(
        Arch arch,
        int euid,
        boolean mountSetattr,
        boolean cloneIntoCgroup,
        boolean cpusetAtBirth,
        int lastCapability,
        long nofileHard,
        boolean cgroupV2Only,
        List<String> cgroupV1Hierarchies,
        boolean apparmor,
        boolean selinux) {
    public HostFacts {
        cgroupV1Hierarchies = List.copyOf(cgroupV1Hierarchies);
    }
}
