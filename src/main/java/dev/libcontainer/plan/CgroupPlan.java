package dev.libcontainer.plan;

import java.util.List;
import java.util.Optional;

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
    public record Hierarchy(String name, boolean v2, List<Write> writes, Optional<Delegated> delegated) {
        public Hierarchy {
            writes = List.copyOf(writes);
        }

        /** One that stays the library's alone. */
        public Hierarchy(String name, boolean v2, List<Write> writes) {
            this(name, v2, writes, Optional.empty());
        }
    }

    /**
     * What is given to the container's user.
     *
     * @param uid on the host
     * @param files of the container's directory
     * @param payload a directory below in which the program starts, empty for none
     * @param payloadFiles of that one
     */
    public record Delegated(long uid, List<String> files, String payload, List<String> payloadFiles) {
        public Delegated {
            files = List.copyOf(files);
            payloadFiles = List.copyOf(payloadFiles);
        }
    }

    /** One control file and what goes into it. */
    public record Write(String file, String value, String jsonPath) {}
}
