package dev.libcontainer.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What is written down about a container.
 *
 * @param process its first one; pid 0 until it is cloned
 * @param created whether create has ended well
 * @param cgroups the directory in each hierarchy, by the hierarchy's name
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
    /** Under these names, beside the cgroups, what resctrl has of the container alone. */
    static final String RESCTRL = "resctrl";

    static final String RESCTRL_MONITORING = "resctrl-monitoring";

    /** Under this name the unit of systemd that it has. */
    static final String UNIT = "systemd-unit";

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

    /** Its class and monitoring group; the kernel puts who is left in them into the default ones. */
    void removeResctrl(Consumer<String> warnings) {
        for (String name : new String[] {RESCTRL_MONITORING, RESCTRL}) {
            try {
                if (cgroups.containsKey(name)) {
                    Files.deleteIfExists(Path.of(cgroups.get(name)));
                }
            } catch (IOException e) {
                warnings.accept("the resctrl directory of " + id + " could not be removed: " + e);
            }
        }
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
