package dev.libcontainer.plan;

import java.util.List;
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
 * @param life of a container or process that an OCI runtime makes; such a plan is spawned once
 * @param ahead whether the container is made before anybody knows what it is to run, and waits for that
 */
public record Wishes(
        Optional<PrivateRoot> privateRoot,
        CgroupPlan cgroups,
        boolean readyNetwork,
        boolean dieWithParent,
        boolean exec,
        Optional<Life> life,
        boolean ahead) {
    public static final Wishes NONE =
            new Wishes(Optional.empty(), CgroupPlan.NONE, false, true, false, Optional.empty(), false);

    /** As an OCI runtime wants it. */
    public static Wishes of(Life life) {
        return new Wishes(Optional.empty(), CgroupPlan.NONE, false, false, false, Optional.of(life), false);
    }

    /**
     * What an OCI runtime wants of a process.
     *
     * @param awaitsStart whether it waits for its start and outlives the runtime
     * @param noPivot move the root instead of pivoting into it
     * @param keyring the name of a new session keyring
     * @param preservedFds the numbers of the fds that it gets besides its streams, ascending from 3
     * @param cgroups that are there already, to be entered
     */
    public record Life(
            boolean awaitsStart,
            boolean noPivot,
            Optional<String> keyring,
            List<Integer> preservedFds,
            List<Cgroup> cgroups) {
        public Life {
            cgroups = List.copyOf(cgroups);
        }
    }

    /**
     * A cgroup in one hierarchy.
     *
     * @param name of the hierarchy's controllers
     * @param v2 whether it is the unified one
     * @param directory its absolute path on the host
     */
    public record Cgroup(String name, boolean v2, String directory) {}

    /** For the first process of a container. */
    public Wishes(Optional<PrivateRoot> privateRoot, CgroupPlan cgroups, boolean readyNetwork, boolean dieWithParent) {
        this(privateRoot, cgroups, readyNetwork, dieWithParent, false, Optional.empty(), false);
    }

    /**
     * A root of its own.
     *
     * @param size of the tmpfs, as its option has it
     * @param symlinks path → target, made before the mounts
     */
    public record PrivateRoot(String size, Map<String, String> symlinks) {}

    public Wishes withReadyNetwork(boolean ready) {
        return new Wishes(privateRoot, cgroups, ready, dieWithParent, exec, life, ahead);
    }

    public Wishes withExec(boolean joins) {
        return new Wishes(privateRoot, cgroups, readyNetwork, dieWithParent, joins, life, ahead);
    }

    public Wishes withAhead(boolean waits) {
        return new Wishes(privateRoot, cgroups, readyNetwork, dieWithParent, exec, life, waits);
    }
}
