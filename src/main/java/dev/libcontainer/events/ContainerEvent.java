package dev.libcontainer.events;

import java.time.Instant;
import java.util.OptionalInt;

/** Something that happened to a container. */
public sealed interface ContainerEvent {
    /** The id of the container. */
    String container();

    /** When the library heard of it. */
    Instant at();

    /** Its first process has ended; nothing follows. */
    record Exited(String container, Instant at, OptionalInt exitCode, OptionalInt signal, boolean outOfMemory)
            implements ContainerEvent {}

    /**
     * Memory ran out and the kernel kills.
     *
     * @param kills how many processes of the container it has killed, this one counted
     */
    record OutOfMemory(String container, Instant at, long kills) implements ContainerEvent {}

    /** What may be in the way. */
    enum Limit {
        /** {@code memory.high}: memory was taken back, its users were slowed down; version 2. */
        MEMORY_HIGH,
        /** {@code memory.max}: memory had to be taken back before more was given; version 2. */
        MEMORY_MAX,
        /** {@code pids.max}: a process or thread could not be made. */
        PIDS
    }

    /**
     * A limit was in the way. The kernel tells this some hundred times a second at most: the count tells the rest.
     *
     * @param count how often it was so far; where cgroups of version 1 served containers before, since the subscription
     */
    record LimitHit(String container, Instant at, Limit limit, long count) implements ContainerEvent {}

    /**
     * Tasks waited for a resource longer than they should, at most once in the trigger's window; or memory is as hard to get
     * as a level says, at most once for each few hundred pages that the kernel has looked at.
     */
    record Pressure(String container, Instant at, Trigger trigger) implements ContainerEvent {}

    /** All its processes have been stopped, or go on. */
    record Frozen(String container, Instant at, boolean frozen) implements ContainerEvent {}

    /** There are processes in its cgroup, or there are no more; version 2. */
    record Populated(String container, Instant at, boolean populated) implements ContainerEvent {}
}
