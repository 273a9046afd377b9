package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;

/** What a request must bind a slot to. */
public sealed interface Binding {
    /**
     * The directory below which a cgroup is made.
     *
     * @param index in {@link CgroupPlan#hierarchies()}
     */
    record CgroupParent(int index) implements Binding {}

    /**
     * A namespace to join, opened and checked by the caller.
     *
     * @param jsonPath of the member that asks for it
     */
    record JoinedNamespace(NamespaceType type, String path, String jsonPath) implements Binding {}

    /**
     * A cgroup that is there already.
     *
     * @param index in {@link Wishes.Life#cgroups()}
     */
    record ReadyCgroup(int index) implements Binding {}

    /** Where the start is awaited: a FIFO, both ends. */
    record Gate() implements Binding {}

    /** Where a failure after the start is reported: a FIFO, both ends. */
    record Reports() implements Binding {}

    /** What hooks in the container read: a file with its state. */
    record HookState() implements Binding {}

    /** One of the caller's fds, by its number. */
    record PreservedFd(int number) implements Binding {}

    /**
     * A user namespace that nobody is in, with these mappings; one serves all spawns.
     *
     * @param uidMap text as for {@code /proc/PID/uid_map}
     * @param jsonPath of the member that asks for it
     */
    record MappedIds(String uidMap, String gidMap, String jsonPath) implements Binding {}

    /** The user namespace that the container joins, for mounts mapped as in it; one fd serves all spawns. */
    record IdsOf(JoinedNamespace namespace) implements Binding {}

    /**
     * The directory of the container's resctrl class, or of its monitoring group: the process puts itself into its file
     * {@code tasks}.
     */
    record ResctrlGroup(boolean monitoring) implements Binding {}

    /** A ready network namespace, another one for each spawn. */
    record ReadyNetwork() implements Binding {}

    /** That of the spawn after this one, for the template to get ready in; may be left out. */
    record NextNetwork() implements Binding {}
}
