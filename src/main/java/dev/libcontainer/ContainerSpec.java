package dev.libcontainer;

import dev.libcontainer.spec.Spec;
import java.util.List;
import java.util.Optional;

/**
 * A description of a container: an OCI spec and what goes beyond it. Immutable; made by {@link #builder()} or from a spec.
 *
 * @param oci the OCI configuration; for a {@link Rootfs.HostView} its root and binds are added when it is compiled
 * @param rootfs overrides the spec's root; absent: the spec's own
 * @param networkPool whether a new network namespace may be taken from those made ahead
 * @param dieWithJvm whether the container ends with the JVM
 * @param managed whether it has a cgroup in every hierarchy ({@link ContainerSpecBuilder#managed})
 * @param delegated that its cgroups are its own ({@link ContainerSpecBuilder#delegated}), and the name of the one below in
 *     which its program starts, empty for none
 */
public record ContainerSpec(
        Spec oci,
        Optional<Rootfs> rootfs,
        boolean networkPool,
        boolean dieWithJvm,
        boolean managed,
        Optional<String> delegated) {

    /** One whose cgroups stay the library's. */
    public ContainerSpec(Spec oci, Optional<Rootfs> rootfs, boolean networkPool, boolean dieWithJvm, boolean managed) {
        this(oci, rootfs, networkPool, dieWithJvm, managed, Optional.empty());
    }

    /** What {@link #builder()} leaves unsaid is as isolated as it can be. */
    public static ContainerSpecBuilder builder() {
        return new ContainerSpecBuilder();
    }

    /** Exactly what an OCI configuration says. Its paths must be absolute. */
    public static ContainerSpec of(Spec oci) {
        return new ContainerSpec(oci, Optional.empty(), true, true, false);
    }

    /** The same, its cgroups delegated as by {@link ContainerSpecBuilder#delegated(String)}. */
    public ContainerSpec withDelegation(String payload) {
        return new ContainerSpec(oci, rootfs, networkPool, dieWithJvm, managed, Optional.of(payload));
    }

    /** The command line that is run. */
    public List<String> command() {
        return oci.process().map(process -> process.args()).orElse(List.of());
    }
}
