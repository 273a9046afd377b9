package dev.libcontainer.runtime;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * What is known of a container from outside.
 *
 * @param pid of its first process as this process sees it, 0 once it is gone
 * @param rootfs the directory that its root was made from
 * @param owner the name of the user who created it
 */
public record ContainerState(
        String ociVersion,
        String id,
        Status status,
        int pid,
        Path bundle,
        Path rootfs,
        Instant created,
        String owner,
        Map<String, String> annotations) {
    public ContainerState {
        annotations = Map.copyOf(annotations);
    }
}
