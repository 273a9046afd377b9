package dev.libcontainer.plan;

import java.util.Map;
import java.util.Optional;

/**
 * What the caller of the compiler wants beyond the OCI spec.
 *
 * @param privateRoot an empty tmpfs as root, into which the spec's mounts are put; else the spec's directory
 * @param cgroups see {@link CgroupPlan}
 * @param readyNetwork join a ready network namespace, bound at each spawn, where the spec asks for a new one
 * @param dieWithParent whether the container ends when the spawning process does
 * @param exec whether the process joins a container that runs already, rather than being its first
 */
public record Wishes(
        Optional<PrivateRoot> privateRoot,
        CgroupPlan cgroups,
        boolean readyNetwork,
        boolean dieWithParent,
        boolean exec) {
    public static final Wishes NONE = new Wishes(Optional.empty(), CgroupPlan.NONE, false, true);

    /** For the first process of a container. */
    public Wishes(Optional<PrivateRoot> privateRoot, CgroupPlan cgroups, boolean readyNetwork, boolean dieWithParent) {
        this(privateRoot, cgroups, readyNetwork, dieWithParent, false);
    }

    /**
     * A root of its own.
     *
     * @param size of the tmpfs, as its option has it
     * @param symlinks path → target, made before the mounts
     */
    public record PrivateRoot(String size, Map<String, String> symlinks) {}

    public Wishes withReadyNetwork(boolean ready) {
        return new Wishes(privateRoot, cgroups, ready, dieWithParent, exec);
    }

    public Wishes withExec(boolean joins) {
        return new Wishes(privateRoot, cgroups, readyNetwork, dieWithParent, joins);
    }
}
