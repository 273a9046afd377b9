package dev.libcontainer.plan;

import java.util.List;

/**
 * The cgroups that a container gets: one directory in each hierarchy that its limits need.
 *
 * @param name the directories' name, replaced at each spawn
 */
public record CgroupPlan(String name, List<Hierarchy> hierarchies) {
    /** No cgroup of its own: the container stays in its parent's. */
    public static final CgroupPlan NONE = new CgroupPlan("", List.of());

    public CgroupPlan {
        hierarchies = List.copyOf(hierarchies);
    }

    /**
     * One hierarchy.
     *
     * @param name of its controllers, for people
     * @param v2 whether it is the unified one
     */
    public record Hierarchy(String name, boolean v2, List<Write> writes) {
        public Hierarchy {
            writes = List.copyOf(writes);
        }
    }

    /** One control file and what goes into it. */
    public record Write(String file, String value, String jsonPath) {}
}
