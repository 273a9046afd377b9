package dev.libcontainer.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Linux part of a configuration.
 *
 * @param namespaces new and joined namespaces, at most one of each type; the others are the runtime's own
 * @param uidMappings user ids of a new user namespace
 * @param gidMappings group ids of a new user namespace
 * @param timeOffsets of a new time namespace; keys are {@code boottime} and {@code monotonic}
 * @param devices device nodes besides the default ones
 * @param cgroupsPath the cgroup: absolute from the root of the hierarchy, or relative to a place the runtime chooses
 * @param resources limits of that cgroup
 * @param rootfsPropagation {@code shared}, {@code slave}, {@code private} or {@code unbindable}, or with an {@code r}
 *     in front to reach the mounts below
 * @param seccomp the system call filter
 * @param sysctl kernel parameters of the container's namespaces
 * @param maskedPaths absolute paths of the container that cannot be read
 * @param readonlyPaths absolute paths of the container that cannot be written
 * @param mountLabel the SELinux context of the mounts
 * @param intelRdt a class of Intel Resource Director Technology
 * @param personality the execution domain
 * @param netDevices network devices of the host, by name, that move into the container
 * @param memoryPolicy the NUMA policy of the first process
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md">config-linux.md</a>
 */
public record Linux(
        List<Namespace> namespaces,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, TimeOffset> timeOffsets,
        List<Device> devices,
        Optional<String> cgroupsPath,
        Optional<Resources> resources,
        Optional<String> rootfsPropagation,
        Optional<Seccomp> seccomp,
        Map<String, String> sysctl,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        Optional<String> mountLabel,
        Optional<IntelRdt> intelRdt,
        Optional<Personality> personality,
        Map<String, NetDevice> netDevices,
        Optional<MemoryPolicy> memoryPolicy) {

    /** Keeps unmodifiable copies of its lists and maps. */
    public Linux {
        namespaces = List.copyOf(namespaces);
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
        timeOffsets = Ordered.copyOf(timeOffsets);
        devices = List.copyOf(devices);
        sysctl = Ordered.copyOf(sysctl);
        maskedPaths = List.copyOf(maskedPaths);
        readonlyPaths = List.copyOf(readonlyPaths);
        netDevices = Ordered.copyOf(netDevices);
    }

    /** Only namespaces, nothing else. */
    public static Linux of(List<Namespace> namespaces) {
        return new Linux(
                namespaces,
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }

    /** The same with a filter. */
    public Linux withSeccomp(Seccomp filter) {
        return new Linux(
                namespaces,
                uidMappings,
                gidMappings,
                timeOffsets,
                devices,
                cgroupsPath,
                resources,
                rootfsPropagation,
                Optional.of(filter),
                sysctl,
                maskedPaths,
                readonlyPaths,
                mountLabel,
                intelRdt,
                personality,
                netDevices,
                memoryPolicy);
    }

    /** The namespace of that type, new or joined; empty if the container shares the runtime's. */
    public Optional<Namespace> namespace(NamespaceType type) {
        for (Namespace namespace : namespaces) {
            if (namespace.type() == type) {
                return Optional.of(namespace);
            }
        }
        return Optional.empty();
    }
}
