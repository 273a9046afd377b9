package dev.libcontainer.runtime;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * What is written down about a container.
 *
 * @param process its first one; pid 0 until it is cloned
 * @param created whether create has ended well
 * @param cgroups the directory in each hierarchy, by the hierarchy's name
 * @param terminal whether its first process has a terminal
 */
record StoredContainer(
        String ociVersion,
        String id,
        ProcessId process,
        boolean created,
        Path bundle,
        Path rootfs,
        Instant createdAt,
        String owner,
        Map<String, String> annotations,
        Map<String, String> cgroups) {
    StoredContainer {
        annotations = Map.copyOf(annotations);
        cgroups = Map.copyOf(cgroups);
    }

    StoredContainer withProcess(ProcessId made) {
        return new StoredContainer(
                ociVersion, id, made, created, bundle, rootfs, createdAt, owner, annotations, cgroups);
    }

    StoredContainer withCgroups(Map<String, String> made) {
        return new StoredContainer(
                ociVersion, id, process, created, bundle, rootfs, createdAt, owner, annotations, made);
    }

    StoredContainer asCreated() {
        return new StoredContainer(
                ociVersion, id, process, true, bundle, rootfs, createdAt, owner, annotations, cgroups);
    }

    ContainerState state(Status status) {
        return new ContainerState(
                ociVersion,
                id,
                status,
                status == Status.STOPPED ? 0 : process.pid(),
                bundle,
                rootfs,
                createdAt,
                owner,
                annotations);
    }
}
