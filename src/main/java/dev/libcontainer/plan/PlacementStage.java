package dev.libcontainer.plan;

import dev.libcontainer.spec.ExecCpuAffinity;
import dev.libcontainer.spec.MemoryPolicy;
import dev.libcontainer.spec.SpecException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the process runs and where its memory comes from. A container's first process runs wherever its cpuset allows:
 * the mask of whoever spawns is no concern of its, so the spawner has none.
 */
final class PlacementStage {
    /** In the order of their numbers (linux/mempolicy.h). */
    private static final List<String> MODES = List.of(
            "MPOL_DEFAULT",
            "MPOL_PREFERRED",
            "MPOL_BIND",
            "MPOL_INTERLEAVE",
            "MPOL_LOCAL",
            "MPOL_PREFERRED_MANY",
            "MPOL_WEIGHTED_INTERLEAVE");

    private static final Set<String> WITHOUT_NODES = Set.of("MPOL_DEFAULT", "MPOL_LOCAL");
    private static final int STATIC_NODES = 1 << 15;
    private static final int RELATIVE_NODES = 1 << 14;
    private static final Map<String, Integer> FLAGS = Map.of(
            "MPOL_F_STATIC_NODES", STATIC_NODES,
            "MPOL_F_RELATIVE_NODES", RELATIVE_NODES,
            "MPOL_F_NUMA_BALANCING", 1 << 13);

    private final Draft draft;

    PlacementStage(Draft draft) {
        this.draft = draft;
    }

    /** Before the process is in its cgroups. */
    void begin() {
        affinity()
                .flatMap(ExecCpuAffinity::initial)
                .ifPresent(cpus -> draft.add(new PlacementStep.SetAffinity(cpus), "process.execCPUAffinity.initial"));
    }

    /** When it is in its cgroups. */
    void settle() {
        affinity()
                .ifPresent(affinity -> draft.add(
                        new PlacementStep.SetAffinity(affinity.finalAffinity().orElse("")),
                        "process.execCPUAffinity.final"));
        draft.linux.memoryPolicy().ifPresent(this::memoryPolicy);
    }

    /** It is for processes that join a running container, not for its first. */
    private Optional<ExecCpuAffinity> affinity() {
        return draft.process.execCPUAffinity().filter(it -> draft.wishes.exec());
    }

    private void memoryPolicy(MemoryPolicy policy) {
        String path = "linux.memoryPolicy";
        int mode = MODES.indexOf(policy.mode());
        if (mode < 0) {
            throw new SpecException(path + ".mode", "unknown mode \"" + policy.mode() + "\"");
        }
        int flags = 0;
        for (int i = 0; i < policy.flags().size(); i++) {
            Integer flag = FLAGS.get(policy.flags().get(i));
            if (flag == null) {
                throw new SpecException(path + ".flags[" + i + "]", "unknown flag");
            }
            flags |= flag;
        }
        if ((flags & STATIC_NODES) != 0 && (flags & RELATIVE_NODES) != 0) {
            throw new SpecException(path + ".flags", "nodes cannot be both static and relative");
        }
        if (WITHOUT_NODES.contains(policy.mode()) && !policy.nodes().isEmpty()) {
            throw new SpecException(path + ".nodes", policy.mode() + " takes no nodes", "leave the member out");
        }
        if (!WITHOUT_NODES.contains(policy.mode())
                && policy.nodes().isEmpty()
                && !policy.mode().equals("MPOL_PREFERRED")) {
            throw new SpecException(path + ".nodes", policy.mode() + " needs nodes");
        }
        String name = policy.flags().isEmpty() ? policy.mode() : policy.mode() + "|" + String.join("|", policy.flags());
        draft.add(new PlacementStep.SetMemoryPolicy(name, mode | flags, policy.nodes()), path);
    }
}
