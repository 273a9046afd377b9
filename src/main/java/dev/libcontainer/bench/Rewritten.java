package dev.libcontainer.bench;

import dev.libcontainer.spec.IdMapping;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.NetDevice;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configurations with one member changed that the builder of containers leaves as it is. */
final class Rewritten {
    private Rewritten() {}

    static Linux ids(Linux linux, List<IdMapping> ids) {
        return linux(linux, ids, linux.resources(), linux.maskedPaths(), linux.readonlyPaths(), linux.netDevices());
    }

    static Linux paths(Linux linux, List<String> masked, List<String> readonly) {
        return linux(linux, linux.uidMappings(), linux.resources(), masked, readonly, linux.netDevices());
    }

    static Linux resources(Linux linux, Resources resources) {
        return linux(
                linux,
                linux.uidMappings(),
                Optional.of(resources),
                linux.maskedPaths(),
                linux.readonlyPaths(),
                linux.netDevices());
    }

    static Linux netDevice(Linux linux, String hostName, String name) {
        return linux(
                linux,
                linux.uidMappings(),
                linux.resources(),
                linux.maskedPaths(),
                linux.readonlyPaths(),
                Map.of(hostName, new NetDevice(Optional.of(name))));
    }

    private static Linux linux(
            Linux linux,
            List<IdMapping> ids,
            Optional<Resources> resources,
            List<String> masked,
            List<String> readonly,
            Map<String, NetDevice> netDevices) {
        return new Linux(
                linux.namespaces(),
                ids,
                ids,
                linux.timeOffsets(),
                linux.devices(),
                linux.cgroupsPath(),
                resources,
                linux.rootfsPropagation(),
                linux.seccomp(),
                linux.sysctl(),
                masked,
                readonly,
                linux.mountLabel(),
                linux.intelRdt(),
                linux.personality(),
                netDevices,
                linux.memoryPolicy());
    }

    static Process appArmor(Process process, String profile) {
        return labelled(process, Optional.of(profile), process.selinuxLabel());
    }

    static Process seLinux(Process process, String label) {
        return labelled(process, process.apparmorProfile(), Optional.of(label));
    }

    private static Process labelled(Process process, Optional<String> profile, Optional<String> label) {
        return new Process(
                process.terminal(),
                process.consoleSize(),
                process.user(),
                process.args(),
                process.env(),
                process.cwd(),
                process.capabilities(),
                process.rlimits(),
                process.noNewPrivileges(),
                profile,
                process.oomScoreAdj(),
                process.scheduler(),
                label,
                process.ioPriority(),
                process.execCPUAffinity());
    }
}
