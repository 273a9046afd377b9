package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.Delegation;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Spec;
import java.util.Optional;

/**
 * Whose a container's cgroup is: the user its program runs as, if that is none of the host's, and if the container sees
 * nothing but its own cgroup, in a file system that it may write to.
 */
final class CgroupOwner {
    private CgroupOwner() {}

    /** The user's id on the host; empty if the cgroup stays root's. */
    static Optional<Long> of(Spec spec) {
        if (spec.linux().isEmpty() || spec.process().isEmpty()) {
            return Optional.empty();
        }
        Linux linux = spec.linux().get();
        boolean own = linux.namespaces().stream()
                .anyMatch(namespace -> namespace.type() == NamespaceType.CGROUP
                        && namespace.path().isEmpty());
        boolean writable = spec.mounts().stream().anyMatch(CgroupOwner::isWritableCgroup);
        if (!own || !writable) {
            return Optional.empty();
        }
        long uid = spec.process().get().user().uid();
        return Delegation.onHost(uid, linux.uidMappings());
    }

    private static boolean isWritableCgroup(Mount mount) {
        boolean cgroup = mount.type().filter(type -> type.startsWith("cgroup")).isPresent();
        return cgroup && !mount.options().contains("ro") && !mount.options().contains("rro");
    }
}
